//! Every fixture is used by a test, and every test is compiled.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::relative;
use crate::engine_linked::root;
use crate::workspace;

pub(super) fn check() -> Result<Vec<String>> {
    let tests = root().join("tests");
    let e2e = tests.join("e2e");
    let mut problems = Vec::new();

    let mut users = workspace::files(&tests, "rs")?;
    users.retain(|path| !path.starts_with(tests.join("guests")) && !path.starts_with(tests.join("peers")));
    let users = text(&users)?;
    for guest in workspace::guests()? {
        if !names(&users, &guest) {
            problems.push(format!("tests/guests/{guest}: write tests/e2e/{guest}.rs, or remove it"));
        }
    }
    for topic in workspace::entries(&tests.join("modules"))? {
        let name = topic.file_name().unwrap_or_default();
        let mut sources = workspace::files(&e2e, "rs")?;
        sources.retain(|path| path.strip_prefix(&e2e).is_ok_and(|path| path.with_extension("").starts_with(name)));
        let sources = text(&sources)?;
        for module in workspace::files(&topic, "wat")? {
            let stem = module.file_stem().unwrap_or_default().to_string_lossy();
            if !names(&sources, &stem) {
                let test = relative(&e2e.join(name).with_extension("rs"));
                problems.push(format!("{}: use it in {test}, or remove it", relative(&module)));
            }
        }
    }
    problems.extend(undeclared(&e2e, &e2e.join("main.rs"))?);
    Ok(problems)
}

/// Whether a source has this name as a string.
fn names(source: &str, name: &str) -> bool {
    source.contains(&format!("\"{name}\""))
}

fn text(paths: &[impl AsRef<Path>]) -> Result<String> {
    paths.iter().map(|path| Ok(fs::read_to_string(path)?)).collect()
}

/// The files in a folder that the file above them doesn't declare. Their tests would never run.
fn undeclared(folder: &Path, parent: &Path) -> Result<Vec<String>> {
    let declarations = fs::read_to_string(parent)?;
    let mut problems = Vec::new();
    for path in workspace::entries(folder)? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            problems.extend(undeclared(&path, &path.with_extension("rs"))?);
        } else if path != parent && !declarations.contains(&format!("mod {name};")) {
            problems.push(format!("{}: declare it in {}", relative(&path), relative(parent)));
        }
    }
    Ok(problems)
}

//! Builds what is linked with the WebAssembly engine. All commands build it the same way, so that the engine is
//! compiled once.

use crate::workspace::cargo;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// Every command takes the same packages and profile. Another choice gives dependencies other features, and then the
/// engine is compiled once more.
pub(crate) const SELECTION: [&str; 9] = [
    "--release",
    "--package=plugix-host",
    "--package=plugix-cli",
    "--package=plugix-console",
    "--package=plugix-e2e",
    "--package=plugix-fleet",
    "--package=plugix-manager",
    "--package=plugix-metrics",
    "--package=plugix-testing",
];

/// What the programs have besides, where LLVM is.
pub(crate) const LLVM: &str = "--features=plugix-cli/llvm,plugix-e2e/llvm";

/// Names a folder such as `target/release`, whose programs are taken as they are. Then none is built.
pub(crate) const PROGRAMS: &str = "PLUGIX_PROGRAMS";

/// A program that cargo built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// `example`, `bench` or `test`.
    pub(crate) kind: String,
    /// The target's name.
    pub(crate) name: String,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Whether it is the tests of that target.
    pub(crate) is_test: bool,
}

/// The workspace's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// Builds the targets that cargo's arguments choose, with cargo's own progress on standard error.
pub(crate) fn build(targets: &[&str]) -> Result<Vec<Program>> {
    eprintln!("building the host (about 10 minutes the first time, most of it for the WebAssembly engine)");
    let mut child = cargo()
        .arg("build")
        .args(SELECTION)
        .args(targets)
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("can't run cargo")?;
    let mut programs = Vec::new();
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        let message = serde_json::from_str(&line?).context("cargo's messages")?;
        programs.extend(program(&message));
    }
    let status = child.wait()?;
    ensure!(status.success(), "the host doesn't build: {status}");
    Ok(programs)
}

/// Builds what cargo's arguments choose, and returns where the program of that name is.
pub(crate) fn build_program(targets: &[&str], name: &str) -> Result<PathBuf> {
    if let Some(folder) = std::env::var_os(PROGRAMS) {
        let places = [Path::new(&folder).join("examples").join(name), Path::new(&folder).join(name)];
        let found = places.into_iter().find(|place| place.is_file());
        return found.with_context(|| format!("{PROGRAMS} has no {name}"));
    }
    find(&build(targets)?, name).map(Path::to_path_buf)
}

/// Where the program of that name is, among those that were built. Its tests have the same name.
pub(crate) fn find<'a>(programs: &'a [Program], name: &str) -> Result<&'a Path> {
    let program = programs.iter().find(|program| program.name == name && !program.is_test);
    Ok(&program.with_context(|| format!("cargo built no {name}"))?.path)
}

/// The program that a message of cargo's names, if there is one in it.
fn program(message: &Value) -> Option<Program> {
    let target = &message["target"];
    Some(Program {
        path: message["executable"].as_str()?.into(),
        kind: target["kind"][0].as_str()?.to_owned(),
        name: target["name"].as_str()?.to_owned(),
        is_test: message["profile"]["test"].as_bool()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_light_is_all_else() {
        let built = SELECTION.iter().filter_map(|argument| argument.strip_prefix("--package="));
        let excluded = crate::workspace::LIGHT.iter().filter_map(|argument| argument.strip_prefix("--exclude="));
        let [built, excluded] = [built.collect::<std::collections::BTreeSet<_>>(), excluded.collect()];
        assert_eq!(built, excluded);
    }

    #[test]
    fn programs_are_told_from_other_messages() {
        let message = |test| {
            let target = json!({ "name": "demo", "kind": ["bin"] });
            json!({ "target": target, "profile": { "test": test }, "executable": "/t/demo" })
        };
        // A program and its tests have one name.
        for is_test in [false, true] {
            let demo = Program { kind: "bin".into(), name: "demo".into(), path: "/t/demo".into(), is_test };
            assert_eq!(program(&message(is_test)), Some(demo));
        }
        assert_eq!(program(&json!({ "target": { "name": "host", "kind": ["lib"] }, "executable": null })), None);
        assert_eq!(program(&json!({ "reason": "build-finished" })), None);
    }
    #[test]
    fn a_program_is_found_and_not_its_tests() {
        let built =
            |path: &str, is_test| Program { kind: "bin".into(), name: "demo".into(), path: path.into(), is_test };
        let programs = [built("/t/tests", true), built("/t/demo", false)];
        assert_eq!(find(&programs, "demo").ok(), Some(Path::new("/t/demo")));
        assert!(find(&programs[..1], "demo").is_err());
    }
}

//! Crates that take all of WebAssembly for a browser, in what they depend on. What cargo resolves can't be changed by an
//! edit of a source. Cargo takes an edited copy of such a crate by its setting `paths`, and leaves the author's lock file
//! as it is.

use std::path::{Path, PathBuf};

use crate::cargo;
use crate::{Error, Toolchain, files, process};

#[cfg(test)]
mod tests;

/// A crate whose copies are edited: its name, the start of the versions that are known, and the files.
type Known = (&'static str, &'static str, &'static [&'static str]);

const KNOWN: [Known; 1] = [(
    "reqwest",
    "0.12.",
    &["Cargo.toml", "src/async_impl/request.rs", "src/error.rs", "src/into_url.rs", "src/lib.rs", "src/util.rs"],
)];

/// What a browser is, for these crates.
const ANY: &str = "target_arch = \"wasm32\"";
/// What a browser is.
const BROWSER: &str = "all(target_arch = \"wasm32\", target_os = \"unknown\")";

/// Where a toolchain folder has the copies.
const FOLDER: &str = "manifests";

/// The arguments with which cargo takes copies of crates.
pub(crate) fn arguments(copies: &[PathBuf]) -> Vec<String> {
    let paths: Vec<_> = copies.iter().map(|copy| copy.display().to_string()).collect();
    if paths.is_empty() { Vec::new() } else { vec!["--config".to_owned(), format!("paths={paths:?}")] }
}

/// Edited copies of the crates that the lock file has. Whatever doesn't fit is told, and is built as it is.
pub(crate) fn copies(
    toolchain: &Toolchain,
    manifest: &Path,
    workspace: &Path,
    target: &str,
    mut tell: impl FnMut(&str),
) -> Result<Vec<PathBuf>, Error> {
    let wanted = locked(workspace);
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let sources = sources();
    if wanted.iter().any(|(known, version)| downloaded(&sources, known.0, version).is_none()) {
        let mut command = cargo::command();
        command.args(["fetch", "--quiet", "--target", target, "--manifest-path"]).arg(manifest);
        process::output(command.env("RUSTC", toolchain.rustc()), cargo::HELP)?;
    }
    let mut copies = Vec::new();
    for (known, version) in wanted {
        match downloaded(&sources, known.0, &version) {
            Some(source) => copies.extend(copy(known, &source, &toolchain.folder().join(FOLDER), &mut tell)?),
            None => {
                tell(&format!("plugix: {} {version} is not where cargo downloads to: it is built as it is", known.0))
            }
        }
    }
    Ok(copies)
}

/// The known crates in a lock file, with their versions. Those that come from elsewhere than a registry are their author's.
fn locked(workspace: &Path) -> Vec<(&'static Known, String)> {
    let text = files::read(&workspace.join("Cargo.lock")).unwrap_or_default();
    let packages = text.split("[[package]]").skip(1).filter(|package| package.contains("\nsource = \"registry+"));
    let value = |package: &str, key: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""))?;
        Some(line.trim_end_matches('"').to_owned())
    };
    let found = packages.filter_map(|package| {
        let (name, version) = (value(package, "name")?, value(package, "version")?);
        Some((KNOWN.iter().find(|known| known.0 == name && version.starts_with(known.1))?, version))
    });
    found.collect()
}

/// The folders of the registries from which cargo has downloaded.
fn sources() -> PathBuf {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(std::env::home_dir()?.join(".cargo")));
    home.unwrap_or_default().join("registry/src")
}

fn downloaded(sources: &Path, name: &str, version: &str) -> Option<PathBuf> {
    let registries = sources.read_dir().ok()?.flatten();
    registries
        .map(|registry| registry.path().join(format!("{name}-{version}")))
        .find(|path| path.join(".cargo-ok").exists())
}

/// The edited copy of a crate, which is made if it isn't there yet. None if the crate has another form.
fn copy(known: &Known, source: &Path, folder: &Path, tell: &mut impl FnMut(&str)) -> Result<Option<PathBuf>, Error> {
    let name = source.file_name().unwrap_or_default();
    let made = folder.join(name);
    if made.exists() {
        return Ok(Some(made));
    }
    files::create_dir(folder)?;
    let scratch = tempfile::tempdir_in(folder).map_err(Error::io("create a folder in", folder))?;
    let copy = scratch.path().join(name);
    files::copy_tree(source, &copy)?;
    // It is no download any more: cargo would look at the checksums.
    files::remove(&copy.join(".cargo-ok"))?;
    for file in known.2 {
        let path = copy.join(file);
        let text = files::read(&path).unwrap_or_default();
        if !text.contains(ANY) {
            let name = name.display();
            tell(&format!("plugix: {file} of {name} isn't what is expected: the crate is built as it is"));
            return Ok(None);
        }
        files::write(&path, text.replace(ANY, BROWSER))?;
    }
    match std::fs::rename(&copy, &made) {
        Err(error) if !made.exists() => Err(Error::io("rename", &copy)(error)),
        // Another process may have made it meanwhile.
        _ => Ok(Some(made)),
    }
}

//! The workspace: what lies where in it.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::engine_linked::root;
use anyhow::{Context, Result};
use serde_json::Value;

/// The packages that don't link the engine. Of plugins, they test what runs on the host.
pub(crate) const LIGHT: [&str; 9] = [
    "--workspace",
    "--exclude=plugix-console",
    "--exclude=plugix-fleet",
    "--exclude=plugix-host",
    "--exclude=plugix-cli",
    "--exclude=plugix-e2e",
    "--exclude=plugix-manager",
    "--exclude=plugix-metrics",
    "--exclude=plugix-testing",
];

/// The workspace of what Plugix is compared with.
pub(crate) const PEERS: &str = "tests/peers/Cargo.toml";

/// The workspace of the programs that use crates of crates.io.
pub(crate) const CONFORMANCE: &str = "tests/conformance/Cargo.toml";

/// The workspace of the work with such crates that is timed.
pub(crate) const NET: &str = "tests/net/Cargo.toml";

/// The workspace of the example plugin with axum and SQLite.
pub(crate) const NOTES: &str = "example-plugins/notes/Cargo.toml";

/// All workspaces.
pub(crate) const ALL: [&str; 5] = ["Cargo.toml", PEERS, CONFORMANCE, NET, NOTES];

/// The cargo that runs us, in the workspace's folder. It isn't told of our own package: build scripts would run again that
/// ran when somebody built without us.
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let is_of_package = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_of_package)) {
        command.env_remove(name);
    }
    command.current_dir(root());
    command
}

/// The names of the fixtures in `tests/guests`.
pub(crate) fn guests() -> Result<Vec<String>> {
    let folders = entries(&root().join("tests/guests"))?;
    Ok(folders.iter().filter_map(|folder| folder.file_name()).map(|name| name.display().to_string()).collect())
}

/// Where cargo builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    Ok(metadata()?["target_directory"].as_str().context("cargo metadata names no target folder")?.into())
}

/// What cargo tells of the workspace's packages.
fn metadata() -> Result<Value> {
    let output = cargo().args(["metadata", "--no-deps", "--format-version=1"]).stderr(Stdio::inherit()).output()?;
    serde_json::from_slice(&output.stdout).context("the output of cargo metadata")
}

/// The packages that are published, as cargo tells of them.
pub(crate) fn published() -> Result<Vec<Value>> {
    let metadata = metadata()?;
    let packages = metadata["packages"].as_array().context("cargo metadata tells of no packages")?;
    Ok(packages.iter().filter(|package| is_published(package)).cloned().collect())
}

pub(crate) fn is_published(package: &Value) -> bool {
    // An empty list of registries is `publish = false`.
    package["publish"].is_null()
}

/// Packs packages. They may depend on each other before any of them is in a registry. They are not compiled: the engine
/// once more would take minutes.
pub(crate) fn pack<'a>(packages: impl IntoIterator<Item = &'a Value>) -> Command {
    let mut pack = cargo();
    pack.args(["package", "--quiet", "--no-verify", "--allow-dirty"]).stdin(Stdio::null());
    let names = packages.into_iter().filter_map(|package| package["name"].as_str());
    names.for_each(|name| _ = pack.args(["--package", name]));
    pack
}

/// What is in a folder, sorted.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{}", folder.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// The files below a folder whose names end like this, sorted. Built and hidden files are left out.
pub(crate) fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, extension)?);
        } else if path.extension() == Some(OsStr::new(extension)) {
            found.push(path);
        }
    }
    Ok(found)
}

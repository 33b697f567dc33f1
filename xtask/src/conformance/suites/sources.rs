//! The sources of a suite: what is published on crates.io, and a workspace around it.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;
use toml::{Table, Value};

use super::gates;
use super::table::Suite;
use crate::workspace;

/// The kinds of targets that no test needs.
const OTHER_TARGETS: [(&str, &str); 2] = [("example", "autoexamples"), ("bench", "autobenches")];

/// The lint that names a crate's conditions.
const CFGS: &str = "unexpected_cfgs";

const DEVELOPMENT: &str = "dev-dependencies";

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
}

/// Fetches the sources and makes a workspace around them. Returns the manifest of the crate.
///
/// The workspace lies beside the sources, so that cargo gives the compiler whole paths: for the toolchain, the sources
/// are a crate that cargo has downloaded. Others that depend on the crate get this one.
pub(super) fn prepare(suite: &Suite, folder: &Path) -> Result<PathBuf> {
    let Suite { name, version, .. } = suite;
    // The toolchain keeps copies by their paths. So what is edited otherwise lies elsewhere.
    let mut hasher = DefaultHasher::new();
    (&suite.lifts_gates_except, &suite.adds_empty).hash(&mut hasher);
    let folder = folder.join(format!("{name}-{version}-{:08x}", hasher.finish() as u32));
    let sources = folder.join("sources");
    if !sources.exists() {
        let scratch = folder.join("sources.new");
        copy(&published(suite, &folder.join("fetch"))?, &scratch)?;
        for missing in &suite.adds_empty {
            write(&scratch.join(missing), "")?;
        }
        if let Some(except) = &suite.lifts_gates_except {
            gates::lift(&scratch, except)?;
        }
        fs::rename(&scratch, &sources)?;
    }
    // The manifest as it was published stays, so that the table can change.
    let original = folder.join("published.toml");
    if !original.exists() {
        fs::copy(sources.join("Cargo.toml"), &original)?;
    }
    let manifest = manifest(suite, &fs::read_to_string(&original)?)?;
    write(&sources.join("Cargo.toml"), &manifest)?;
    write(
        &folder.join("workspace/Cargo.toml"),
        &format!(
            "[workspace]\nresolver = \"2\"\nmembers = [\"../sources\"]\n\n\
             [patch.crates-io]\n{name} = {{ path = \"../sources\" }}\n"
        ),
    )?;
    Ok(sources.join("Cargo.toml"))
}

/// A package of the standard library's test programs. They are linked with the library that plugins have.
pub(super) fn around_std(std: &Path, folder: &Path) -> Result<PathBuf> {
    let published: Table = fs::read_to_string(std.join("Cargo.toml"))?.parse().context("the manifest of std")?;
    let mut tests = Vec::new();
    for path in workspace::entries(&std.join("tests"))? {
        let root = if path.is_dir() { path.join("lib.rs") } else { path.clone() };
        if root.is_file() {
            let name = path.file_stem().unwrap_or_default().display().to_string();
            tests.push(
                Table::from_iter(
                    [("name", name), ("path", root.display().to_string())]
                        .map(|(key, value)| (key.to_owned(), Value::from(value))),
                )
                .into(),
            );
        }
    }
    let package = [("name", Value::from("std-tests")), ("edition", "2024".into())];
    let manifest = Table::from_iter([
        ("package".to_owned(), Table::from_iter(package.map(|(key, value)| (key.to_owned(), value))).into()),
        ("workspace".to_owned(), Table::new().into()),
        (DEVELOPMENT.to_owned(), published.get(DEVELOPMENT).cloned().context("std has nothing for tests")?),
        ("test".to_owned(), Value::Array(tests)),
    ]);
    let folder = folder.join("std");
    write(&folder.join("src/lib.rs"), "")?;
    write(&folder.join("Cargo.toml"), &manifest.to_string())?;
    Ok(folder.join("Cargo.toml"))
}

/// Where cargo has the crate, after it has downloaded it.
fn published(suite: &Suite, scratch: &Path) -> Result<PathBuf> {
    let Suite { name, version, .. } = suite;
    write(
        &scratch.join("Cargo.toml"),
        &format!(
            "[package]\nname = \"fetch\"\nedition = \"2024\"\n[workspace]\n[dependencies.{name}]\n\
             version = \"={version}\"\ndefault-features = false\n"
        ),
    )?;
    write(&scratch.join("src/lib.rs"), "")?;
    let mut command = workspace::cargo();
    command.args(["metadata", "--format-version=1", "--filter-platform=wasm32-wasip1"]).current_dir(scratch);
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{name} {version} can't be fetched: {}", output.status);
    let Metadata { packages } = serde_json::from_slice(&output.stdout).context("the output of cargo metadata")?;
    let package = packages.into_iter().find(|package| package.name == *name).context("cargo names another crate")?;
    Ok(package.manifest_path.parent().context("a manifest without a folder")?.to_owned())
}

/// The manifest without what is left out.
fn manifest(suite: &Suite, published: &str) -> Result<String> {
    let mut manifest: Table = published.parse().context("the published manifest")?;
    let package = manifest.get_mut("package").and_then(Value::as_table_mut).context("no package")?;
    package.insert("workspace".to_owned(), "../workspace".into());
    package.extend(OTHER_TARGETS.map(|(_, switch)| (switch.to_owned(), false.into())));
    for (kind, _) in OTHER_TARGETS {
        manifest.remove(kind);
    }
    // Warnings of others are not ours. Some crates take them for errors, so their own conditions stay known.
    let mut lints = Table::from_iter([("warnings".to_owned(), "allow".into())]);
    let known = manifest.get("lints").and_then(|lints| lints.get("rust")).and_then(|rust| rust.get(CFGS));
    lints.extend(known.map(|known| (CFGS.to_owned(), known.clone())));
    manifest.insert("lints".to_owned(), Table::from_iter([("rust".to_owned(), lints.into())]).into());
    if let Some(tests) = manifest.get_mut("test").and_then(Value::as_array_mut) {
        tests.retain(|test| !test["name"].as_str().is_some_and(|name| suite.leaves_out(name)));
    }
    if let Some(library) = manifest.get_mut("lib").and_then(Value::as_table_mut)
        && library.get("name").and_then(Value::as_str).is_some_and(|name| suite.leaves_out(name))
    {
        library.insert("test".to_owned(), false.into());
    }
    let mut everywhere = Table::new();
    let platforms = manifest.get_mut("target").and_then(Value::as_table_mut);
    for platform in platforms.into_iter().flatten().filter_map(|(_, platform)| platform.as_table_mut()) {
        let Some(dependencies) = platform.get_mut(DEVELOPMENT).and_then(Value::as_table_mut) else { continue };
        let wanted = suite.with_dev_dependencies.iter();
        everywhere.extend(wanted.filter_map(|name| dependencies.remove_entry(name)));
        dependencies.retain(|name, _| keeps(suite, name));
    }
    let dependencies = manifest.entry(DEVELOPMENT).or_insert_with(|| Table::new().into());
    if let Some(dependencies) = dependencies.as_table_mut() {
        dependencies.retain(|name, _| keeps(suite, name));
        dependencies.extend(everywhere);
    }
    Ok(manifest.to_string())
}

fn keeps(suite: &Suite, dependency: &str) -> bool {
    !suite.without_dev_dependencies.iter().any(|gone| gone == dependency)
}

/// Writes a file if that changes it: cargo builds anew what is newer.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().context("a file without a folder")?)?;
    fs::write(path, text).with_context(|| format!("can't write {}", path.display()))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in workspace::entries(from)? {
        let target = to.join(entry.file_name().unwrap_or_default());
        if entry.is_dir() {
            copy(&entry, &target)?;
        } else {
            fs::copy(&entry, &target).with_context(|| format!("can't copy {}", entry.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_loses_what_is_left_out() {
        let suite: Suite = toml::from_str(
            "name = \"a\"\nversion = \"1.0.0\"\nwithout-dev-dependencies = [\"nix\"]\nwith-dev-dependencies = [\"socket2\"]\n\
             left-out = [{ tests = [\"a\", \"process_*\"], reason = \"why\" }]",
        )
        .unwrap();
        let published = "[package]\nname = \"a\"\n[lib]\nname = \"a\"\n[[test]]\nname = \"process_kill\"\n\
            [[test]]\nname = \"fs\"\n[[bench]]\nname = \"b\"\n[dev-dependencies]\nnix = \"1\"\nrand = \"1\"\n\
            [target.'cfg(unix)'.dev-dependencies]\nnix = \"1\"\nsocket2 = \"1\"\n[lints.rust]\nunused = \"warn\"\n";
        let manifest: Table = manifest(&suite, published).unwrap().parse().unwrap();
        let expected = "[package]\nname = \"a\"\nworkspace = \"../workspace\"\nautoexamples = false\n\
            autobenches = false\n[lib]\nname = \"a\"\ntest = false\n[[test]]\nname = \"fs\"\n\
            [dev-dependencies]\nrand = \"1\"\nsocket2 = \"1\"\n[target.'cfg(unix)'.dev-dependencies]\n\
            [lints.rust]\nwarnings = \"allow\"\n";
        assert_eq!(manifest, expected.parse().unwrap());
    }
}

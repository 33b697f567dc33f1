//! `cargo xtask version`: gives all packages of the workspace a new version, and the changelog a new section.

use crate::engine_linked::root;
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use toml_edit::{DocumentMut, Item, Value};

/// The heading of what no version has yet.
const UNRELEASED: &str = "## Unreleased\n";

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    cargo xtask version 0.2.0             # what is to be published next\n  \
    cargo xtask version 0.2.0 --dry-run   # says what would change")]
pub(crate) struct Args {
    /// The new version, which is later than the present one
    version: semver::Version,
    /// Change nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let changelog = root().join("CHANGELOG.md");
    let read = |path: &Path| fs::read_to_string(path).with_context(|| format!("can't read {}", path.display()));
    let present = version_of(&read(&root().join(workspace::ALL[0]))?)?;
    ensure!(args.version > present, "the version is {present} already: take a later one");
    let manifests = workspace::ALL.map(|manifest| root().join(manifest));
    let changed = manifests.iter().map(|path| Ok((path, with_version(&read(path)?, &present, &args.version)?)));
    let changed = changed.collect::<Result<Vec<_>>>()?;
    let today = Command::new("date").arg("+%Y-%m-%d").output().context("can't run date")?;
    let released = with_section(&read(&changelog)?, &args.version, String::from_utf8_lossy(&today.stdout).trim())?;
    if args.dry_run {
        println!("the manifests, their lock files and CHANGELOG.md would say {} in place of {present}", args.version);
        return Ok(());
    }
    for (path, text) in changed {
        fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
    }
    fs::write(&changelog, released)?;
    for manifest in workspace::ALL {
        // A lock file has the versions of the workspace's own packages, and no other is to change.
        let mut update = workspace::cargo();
        update.args(["update", "--workspace", "--offline", "--manifest-path", manifest]).stdin(Stdio::null());
        let status = update.status().context("can't run cargo")?;
        ensure!(status.success(), "`cargo update --workspace` of {manifest} failed: {status}");
    }
    println!("All packages are {} now. Next: `cargo xtask test`, a commit, and `cargo publish`.", args.version);
    Ok(())
}

/// The version of the packages of a workspace.
fn version_of(manifest: &str) -> Result<semver::Version> {
    let document: DocumentMut = manifest.parse().context("the manifest is no TOML")?;
    let version = document["workspace"]["package"]["version"].as_str().context("the workspace has no version")?;
    Ok(semver::Version::parse(version)?)
}

/// The manifest of a workspace, with this version for its packages, and for those in the repository that they depend on.
fn with_version(manifest: &str, present: &semver::Version, version: &semver::Version) -> Result<String> {
    let mut document: DocumentMut = manifest.parse().context("the manifest is no TOML")?;
    let present = present.to_string();
    let set = |own: Option<&mut Value>| {
        if let Some(own) = own.filter(|own| own.as_str() == Some(&present)) {
            let decor = own.decor().clone();
            *own = Value::from(version.to_string());
            *own.decor_mut() = decor;
        }
    };
    if let Some(package) = document.get_mut("workspace").and_then(|workspace| workspace.get_mut("package")) {
        set(package.get_mut("version").and_then(Item::as_value_mut));
    }
    for at in [&["workspace", "dependencies"][..], &["dependencies"]] {
        let table = at.iter().try_fold(document.as_item_mut(), |table, key| table.as_table_like_mut()?.get_mut(key));
        let dependencies = table.and_then(Item::as_table_like_mut);
        for (_, dependency) in dependencies.into_iter().flat_map(|dependencies| dependencies.iter_mut()) {
            if let Some(dependency) = dependency.as_inline_table_mut().filter(|own| own.contains_key("path")) {
                set(dependency.get_mut("version"));
            }
        }
    }
    Ok(document.to_string())
}

/// The changelog, in which what was unreleased is of this version.
fn with_section(changelog: &str, version: &semver::Version, today: &str) -> Result<String> {
    ensure!(changelog.contains(UNRELEASED), "CHANGELOG.md has no heading `Unreleased`");
    Ok(changelog.replacen(UNRELEASED, &format!("{UNRELEASED}\n## {version} ({today})\n"), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = r#"[workspace.package]
version = "0.1.0"

[workspace.dependencies]
own = { path = "own", version = "0.1.0" } # ours
other = { path = "other" }
foreign = "0.1.0" # theirs
"#;

    #[test]
    fn our_packages_get_it_and_others_do_not() {
        let [old, new] = [1, 2].map(|minor| semver::Version::new(0, minor, 0));
        assert_eq!(version_of(MANIFEST).unwrap(), old);
        let expected =
            MANIFEST.replace("\"0.1.0\"", "\"0.2.0\"").replace("= \"0.2.0\" # theirs", "= \"0.1.0\" # theirs");
        assert_eq!(with_version(MANIFEST, &old, &new).unwrap(), expected);
        let alone = "[dependencies]\nown = { path = \"own\", version = \"0.1.0\" }\n";
        assert_eq!(with_version(alone, &old, &new).unwrap(), alone.replace("0.1.0", "0.2.0"));
    }

    #[test]
    fn what_was_unreleased_is_released() {
        let changelog = "# Changelog\n\n## Unreleased\n\n- New.\n";
        let released = with_section(changelog, &semver::Version::new(1, 0, 0), "2030-01-02").unwrap();
        assert_eq!(released, "# Changelog\n\n## Unreleased\n\n## 1.0.0 (2030-01-02)\n\n- New.\n");
        assert!(with_section("# Changelog\n", &semver::Version::new(1, 0, 0), "").is_err());
    }
}

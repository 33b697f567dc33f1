//! Looks at a crate before and after it is built: what keeps it from being a plugin, and what to write instead.

use anyhow::{Context as _, Result};
use plugix_host::module::{Form, ModuleInfo};
use plugix_toolchain::{Build, Package, Workspace};
use std::path::{Path, PathBuf};

/// Why a crate can't become a plugin.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum CrateError {
    #[error(
        "there is no Cargo.toml in {} or above: go to your crate, name it with `--manifest-path`, or begin one with `plugix new NAME`",
        folder.display()
    )]
    NoManifest { folder: PathBuf },
    #[error("there is no {}: `--manifest-path` names a Cargo.toml", path.display())]
    NoSuchManifest { path: PathBuf },
    #[error("the workspace has no package `{name}`; it has {}", known.join(", "))]
    NoSuchPackage { name: String, known: Vec<String> },
    #[error(
        "`{package}` makes no `cdylib`, and a plugin is one. Write into {}:\n\n    [lib]\n    crate-type = [\"cdylib\", \"rlib\"]\n\n\
         (`rlib` is for the tests in `tests`. A program for the sandbox is built with `--bins`.)",
        manifest.display()
    )]
    NoCdylib { package: String, manifest: PathBuf },
    #[error(
        "plugins unwind: a panic is an error for the host, and the plugin stays usable. Remove `panic = \"abort\"` from \
         `[profile.{profile}]` in {}",
        manifest.display()
    )]
    PanicAborts { profile: String, manifest: PathBuf },
    #[error(
        "`{package}` is a library that is no plugin: it has no `#[plugin]`. Write into its lib.rs:\n\n    \
         #[plugix_guest::plugin(description = \"What it does\")]\n    \
         impl plugix_guest::Plugin for MyPlugin {{ … }}\n\n    \
         #[plugix_guest::plugin]\n    \
         impl MyInterface for MyPlugin {{ … }}\n"
    )]
    NotAPlugin { package: String },
}

/// Whether what is asked for can become plugins.
pub(crate) fn check(request: &Build, workspace: &Workspace) -> Result<()> {
    let packages = workspace.chosen(request);
    let known = |name: &String| packages.iter().any(|package| package.name == *name);
    if let Some(name) = request.packages.iter().find(|name| !known(name)) {
        let every = Build { packages: Vec::new(), ..Build::new(workspace.root().join("Cargo.toml")) };
        let known = workspace.chosen(&every).iter().map(|package| package.name.clone()).collect();
        return Err(CrateError::NoSuchPackage { name: name.clone(), known }.into());
    }
    if let (false, Some(package)) = (request.bins, lacks_cdylib(request, &packages)) {
        let manifest = package.manifest_path.clone();
        return Err(CrateError::NoCdylib { package: package.name.clone(), manifest }.into());
    }
    check_profile(&workspace.root().join("Cargo.toml"), &request.profile)
}

/// The package that should be a plugin and isn't. Of several that nobody has named, one is enough.
fn lacks_cdylib<'a>(request: &Build, packages: &[&'a Package]) -> Option<&'a Package> {
    let mut others = packages.iter().filter(|package| !package.has_cdylib());
    match request.packages.is_empty() && packages.iter().any(|package| package.has_cdylib()) {
        true => None,
        false => others.next().copied(),
    }
}

/// Whether panics unwind in a profile, or in one that it inherits from.
pub(crate) fn check_profile(manifest: &Path, profile: &str) -> Result<()> {
    let text = std::fs::read_to_string(manifest).with_context(|| format!("can't read {}", manifest.display()))?;
    // Cargo has read it already.
    let table: toml::Table = text.parse().unwrap_or_default();
    match aborting(&table, profile) {
        Some(profile) => Err(CrateError::PanicAborts { profile, manifest: manifest.to_owned() }.into()),
        None => Ok(()),
    }
}

/// The profile that makes panics abort.
fn aborting(manifest: &toml::Table, profile: &str) -> Option<String> {
    let profiles = manifest.get("profile")?.as_table()?;
    let mut name = profile;
    // A circle of profiles is cargo's to refuse.
    for _ in 0..=profiles.len() {
        let Some(section) = profiles.get(name) else { break };
        if let Some(panic) = section.get("panic") {
            return (panic.as_str() == Some("abort")).then(|| name.to_owned());
        }
        name = section.get("inherits")?.as_str()?;
    }
    None
}

/// Whether a library that was built is a plugin. Returns what may be wrong all the same.
pub(crate) fn check_module(package: &str, info: &ModuleInfo) -> Result<Option<String>, CrateError> {
    if info.form != Form::Reactor {
        return Ok(None);
    }
    if info.check_plugin().is_err() {
        return Err(CrateError::NotAPlugin { package: package.to_owned() });
    }
    let is_silent = info.plugin.is_some() && info.implements.is_empty();
    Ok(is_silent.then(|| {
        format!("warning: `{package}` implements no interface: write `#[plugin]` on `impl MyInterface for …`, too")
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(manifest: &str, profile: &str) -> Option<String> {
        aborting(&manifest.parse().expect("it is TOML"), profile)
    }

    #[test]
    fn a_profile_that_aborts_is_named() {
        let manifest = "[profile.release]\npanic = 'abort'\n[profile.ship]\ninherits = 'release'\n\
            [profile.kind]\ninherits = 'release'\npanic = 'unwind'\n[profile.a]\ninherits = 'a'\n";
        assert_eq!(profile(manifest, "release").as_deref(), Some("release"));
        assert_eq!(profile(manifest, "ship").as_deref(), Some("release"));
        for fine in ["kind", "dev", "a"] {
            assert_eq!(profile(manifest, fine), None, "{fine}");
        }
        assert_eq!(profile("", "release"), None);
    }
}

//! What of a crate keeps it from being a plugin, or its tests from running.

use super::Finding;
use super::fix::Fix;
use crate::cargo_args;
use crate::crates::{CrateError, check, check_profile};
use anyhow::Result;
use plugix_host::Policy;
use plugix_toolchain::{Build, Workspace};
use std::path::Path;

/// The version of the crates that belong to this command.
const OWN: &str = env!("CARGO_PKG_VERSION");

/// What is to be said of the crate that is named, or of the one in the current folder. Nothing, if there is none there.
pub(super) fn findings(named: Option<&Path>) -> Result<Vec<Finding>> {
    let manifest = match cargo_args::manifest(named) {
        Ok(manifest) => manifest,
        Err(error) if matches!(error.downcast_ref(), Some(CrateError::NoManifest { .. })) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let workspace = match Workspace::read(&manifest) {
        Ok(workspace) => workspace,
        Err(error) => return Ok(vec![Finding::bad("crate", error.chain(), "correct the manifest")]),
    };
    Ok(of(&manifest, &workspace))
}

fn of(manifest: &Path, workspace: &Workspace) -> Vec<Finding> {
    let request = Build::new(manifest);
    let packages = workspace.chosen(&request);
    let mut findings = vec![match check(&Build { profile: "dev".to_owned(), ..request.clone() }, workspace) {
        Ok(()) => Finding::good("crate", manifest.display().to_string()),
        Err(error) => Finding::bad("crate", manifest.display().to_string(), format!("{error:#}")).fixed_by(fix(&error)),
    }];
    if let Err(error) = check_profile(&workspace.root().join("Cargo.toml"), "release") {
        findings.push(Finding::bad("profile", "`release` aborts", format!("{error:#}")).fixed_by(fix(&error)));
    }
    for package in packages.iter().filter(|package| package.has_cdylib()) {
        if package.has_integration_tests() && !package.has_rlib() {
            let advice = format!(
                "write `crate-type = [\"cdylib\", \"rlib\"]` into {}: a `cdylib` alone shows nothing to other crates",
                package.manifest_path.display()
            );
            let fix = Fix::CrateTypes { manifest: package.manifest_path.clone() };
            let seen = format!("the files in `tests` can't use `{}`", package.name);
            findings.push(Finding::bad("tests", seen, advice).fixed_by(Some(fix)));
        }
        findings.extend(policy(&package.manifest_path.with_file_name("plugix.toml")));
    }
    findings.extend(locked(&std::fs::read_to_string(workspace.root().join("Cargo.lock")).unwrap_or_default()));
    findings
}

/// What corrects a crate that can't be a plugin.
fn fix(error: &anyhow::Error) -> Option<Fix> {
    match error.downcast_ref()? {
        CrateError::NoCdylib { manifest, .. } => Some(Fix::CrateTypes { manifest: manifest.clone() }),
        CrateError::PanicAborts { profile, manifest } => {
            Some(Fix::Unwind { manifest: manifest.clone(), profile: profile.clone() })
        }
        _ => None,
    }
}

fn policy(file: &Path) -> Option<Finding> {
    if !file.exists() {
        return None;
    }
    Some(match Policy::from_toml_file(file) {
        Ok(_) => Finding::good("policy", file.display().to_string()),
        Err(error) => {
            Finding::bad("policy", format!("{:#}", anyhow::Error::new(error)), "correct it: `plugix test` reads it")
        }
    })
}

/// Compares the SDK that the crate has with this command. Both have one version while they change together.
fn locked(lock: &str) -> Option<Finding> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let sdk =
        packages.iter().find(|package| package.get("name").and_then(|name| name.as_str()) == Some("plugix-guest"))?;
    let version = sdk.get("version")?.as_str()?;
    let seen = format!("plugix-guest {version}, and this is plugix {OWN}");
    let compatible = |version: &str| version.split('.').take(2).map(str::to_owned).collect::<Vec<_>>();
    Some(match compatible(version) == compatible(OWN) {
        true => Finding::good("versions", seen),
        false => Finding::note(
            "versions",
            seen,
            "`cargo update -p plugix-guest`, or `cargo install plugix-cli`, so that the two have one version",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;
    use std::fs;

    fn states(folder: &Path) -> Vec<(&'static str, State)> {
        let findings = findings(Some(&folder.join("Cargo.toml"))).expect("there is a manifest");
        findings.iter().map(|finding| (finding.what, finding.state)).collect()
    }

    /// State, findings, and the state after what they advise.
    #[test]
    fn what_is_advised_helps() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let manifest = "[package]\nname = \"p\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
        write("Cargo.toml", &format!("{manifest}[profile.release]\npanic = \"abort\"\n"));
        write("src/lib.rs", "");
        write("tests/t.rs", "");
        assert_eq!(states(folder.path()), [("crate", State::Bad), ("profile", State::Bad)]);

        write("Cargo.toml", &format!("{manifest}[lib]\ncrate-type = [\"cdylib\"]\n"));
        write("plugix.toml", "[limits]\nmemry = \"1 MiB\"\n");
        assert_eq!(states(folder.path()), [("crate", State::Good), ("tests", State::Bad), ("policy", State::Bad)]);

        write("Cargo.toml", &format!("{manifest}[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n"));
        write("plugix.toml", "[limits]\nmemory = \"1 MiB\"\n");
        assert_eq!(states(folder.path()), [("crate", State::Good), ("policy", State::Good)]);
    }

    /// States, their findings, and the findings after `--fix`.
    #[test]
    fn what_is_fixed_is_good() {
        let package = "[package]\nname = \"p\"\nversion = \"0.0.0\"\nedition = \"2024\"\n";
        let (good, bad) = (("crate", State::Good), ("crate", State::Bad));
        let abort = "[profile.release]\npanic = \"abort\"\n[profile.dev]\npanic = \"abort\"\n";
        for (rest, before, after) in [
            (String::new(), &[bad][..], &[good][..]),
            ("[lib]\ncrate-type = [\"cdylib\"]\n".to_owned(), &[good, ("tests", State::Bad)], &[good]),
            (format!("[lib]\ncrate-type = [\"cdylib\", \"lib\"]\n{abort}"), &[bad, ("profile", State::Bad)], &[good]),
        ] {
            let folder = tempfile::tempdir().unwrap();
            for file in ["src/lib.rs", "tests/t.rs"] {
                fs::create_dir_all(folder.path().join(file).parent().unwrap()).unwrap();
                fs::write(folder.path().join(file), "").unwrap();
            }
            fs::write(folder.path().join("Cargo.toml"), format!("{package}{rest}")).unwrap();
            assert_eq!(states(folder.path()), before, "{rest}");
            let found = findings(Some(&folder.path().join("Cargo.toml"))).unwrap();
            for fix in found.into_iter().filter_map(|finding| finding.fix) {
                fix.apply().unwrap();
            }
            assert_eq!(states(folder.path()), after, "{rest}");
        }
    }

    #[test]
    fn another_version_of_the_sdk_is_told() {
        let lock = |version: &str| format!("[[package]]\nname = \"plugix-guest\"\nversion = \"{version}\"\n");
        assert_eq!(locked(&lock(OWN)).map(|finding| finding.state), Some(State::Good));
        assert_eq!(locked(&lock("77.1.0")).map(|finding| finding.state), Some(State::Note));
        assert_eq!(locked(""), None);
    }
}

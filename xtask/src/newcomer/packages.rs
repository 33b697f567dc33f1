//! The crates that users depend on, as `cargo package` makes them, in a folder that stands for crates.io.

use super::steps::Steps;
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The packages, and where their files are.
pub(super) struct Packages(Vec<(String, PathBuf)>);

impl Packages {
    /// Packs what is published, and unpacks it into an empty folder.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("can't remove {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        let published = published()?;
        let mut pack = workspace::cargo();
        pack.args(["package", "--quiet", "--no-verify", "--allow-dirty", "--target-dir"]).arg(folder);
        published.iter().for_each(|(name, _)| _ = pack.args(["--package", name]));
        let status = pack.stdin(Stdio::null()).status().context("can't run cargo")?;
        ensure!(status.success(), "`cargo package` failed: {status}");
        let unpack = |(name, version): (String, String)| {
            let package = folder.join("package").join(format!("{name}-{version}.crate"));
            let status = Command::new("tar").arg("-xzf").arg(&package).arg("-C").arg(folder).status();
            ensure!(status.context("can't run tar")?.success(), "can't unpack {}", package.display());
            let unpacked = folder.join(format!("{name}-{version}"));
            Ok((name, unpacked))
        };
        published.into_iter().map(unpack).collect::<Result<_>>().map(Self)
    }

    /// Cargo's configuration of a project that takes these in place of what crates.io has.
    pub(super) fn configuration(&self) -> String {
        let patches =
            self.0.iter().map(|(name, folder)| format!("{name} = {{ path = {:?} }}\n", folder.display().to_string()));
        format!("[patch.crates-io]\n{}", patches.collect::<String>())
    }

    /// All that publishing does but the upload. Compiling them is what the templates do.
    pub(super) fn publish(&self, steps: &mut Steps) -> Result<()> {
        let mut publish = workspace::cargo();
        publish.args(["publish", "--dry-run", "--no-verify", "--allow-dirty"]);
        self.0.iter().for_each(|(name, _)| _ = publish.args(["--package", name]));
        steps.run(format!("publish {} packages, but the upload", self.0.len()), &mut publish).map(drop)
    }
}

/// The packages of the workspace that are published, with their versions.
fn published() -> Result<Vec<(String, String)>> {
    let output = workspace::cargo().args(["metadata", "--no-deps", "--format-version=1"]).output()?;
    let metadata: Value = serde_json::from_slice(&output.stdout).context("the output of cargo metadata")?;
    let packages = metadata["packages"].as_array().context("cargo metadata tells of no packages")?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let is_published = |package: &&Value| package["publish"].is_null();
    Ok(packages
        .iter()
        .filter(is_published)
        .map(|package| (text(&package["name"]), text(&package["version"])))
        .collect())
}

//! The crates that users depend on, as `cargo package` makes them, in a folder that stands for crates.io.

use super::steps::Steps;
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The packages, and where their files are.
pub(super) struct Packages(Vec<(String, PathBuf)>);

impl Packages {
    /// Packs what is published, and unpacks it into an empty folder.
    pub(super) fn make(folder: &Path) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder).with_context(|| format!("can't remove {}", folder.display()))?;
        }
        fs::create_dir_all(folder).with_context(|| format!("can't make {}", folder.display()))?;
        let published = workspace::published()?;
        // The projects compile them.
        let status = workspace::pack(&published).arg("--target-dir").arg(folder).status().context("can't run cargo")?;
        ensure!(status.success(), "`cargo package` failed: {status}");
        let unpack = |package: &Value| {
            let text = |key: &str| package[key].as_str().with_context(|| format!("a package has no {key}"));
            let name = format!("{}-{}", text("name")?, text("version")?);
            let package = folder.join("package").join(format!("{name}.crate"));
            // All files of a package have one time, and cargo takes what has the time of before for what it was before.
            let status = Command::new("tar").arg("-xmzf").arg(&package).arg("-C").arg(folder).status();
            ensure!(status.context("can't run tar")?.success(), "can't unpack {}", package.display());
            Ok((text("name")?.to_owned(), folder.join(name)))
        };
        published.iter().map(unpack).collect::<Result<_>>().map(Self)
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

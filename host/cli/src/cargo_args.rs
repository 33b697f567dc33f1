//! What the commands that build crates have in common: which crate, and how.

use crate::crates::CrateError;
use anyhow::Result;
use plugix_toolchain::{Build, Workspace};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct CargoArgs {
    /// Take this package of the workspace; can be given several times
    #[arg(short, long, value_name = "NAME", help_heading = "What")]
    package: Vec<String>,
    /// The crate; by default the `Cargo.toml` in the current folder or above
    #[arg(long, value_name = "FILE", help_heading = "What")]
    manifest_path: Option<PathBuf>,
    /// Features to switch on, as cargo takes them
    #[arg(short = 'F', long, value_name = "FEATURES", help_heading = "How")]
    features: Vec<String>,
    /// Switch on all features
    #[arg(long, help_heading = "How")]
    all_features: bool,
    /// Switch off the default features
    #[arg(long, help_heading = "How")]
    no_default_features: bool,
    /// Optimize: the profile `release`
    #[arg(short, long, conflicts_with = "profile", help_heading = "How")]
    release: bool,
    /// The cargo profile; `dev` by default
    #[arg(long, value_name = "NAME", help_heading = "How")]
    profile: Option<String>,
    /// Where to build; `guests` in the workspace's target folder by default
    #[arg(long, value_name = "FOLDER", help_heading = "How")]
    target_dir: Option<PathBuf>,
    /// Fail if `Cargo.lock` would change
    #[arg(long, help_heading = "How")]
    locked: bool,
    /// Use no network
    #[arg(long, help_heading = "How")]
    offline: bool,
}

impl CargoArgs {
    /// What to build, and the workspace that it is in.
    pub(crate) fn request(&self) -> Result<(Build, Workspace)> {
        let manifest = manifest(self.manifest_path.as_deref())?;
        let workspace = Workspace::read(&manifest)?;
        let flags = [
            (self.all_features, "--all-features"),
            (self.no_default_features, "--no-default-features"),
            (self.locked, "--locked"),
            (self.offline, "--offline"),
        ];
        let request = Build {
            packages: self.package.clone(),
            features: self.features.clone(),
            arguments: flags.into_iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag.to_owned()).collect(),
            profile: match (&self.profile, self.release) {
                (Some(profile), _) => profile.clone(),
                (None, true) => "release".to_owned(),
                (None, false) => "dev".to_owned(),
            },
            target_dir: self.target_dir.clone(),
            ..Build::new(manifest)
        };
        Ok((request, workspace))
    }
}

/// The manifest that is named, else the one of the current folder or of the nearest above, as cargo finds it.
pub(crate) fn manifest(named: Option<&Path>) -> Result<PathBuf> {
    let folder = std::env::current_dir()?;
    if let Some(named) = named {
        let path = folder.join(named);
        let path = if path.is_dir() { path.join("Cargo.toml") } else { path };
        return if path.is_file() {
            Ok(path)
        } else {
            Err(CrateError::NoSuchManifest { path: named.to_owned() }.into())
        };
    }
    let found = folder.ancestors().map(|folder| folder.join("Cargo.toml")).find(|path| path.is_file());
    Ok(found.ok_or(CrateError::NoManifest { folder })?)
}

//! What the commands for kept plugins have in common: the folder, the progress, and how a plugin is shown.

use crate::{print, text};
use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use plugix_store::{Credentials, Plugin, PluginName, Progress, Source, Store, StoreError};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The folder of the kept plugins.
#[derive(clap::Args)]
pub(crate) struct Home {
    /// The folder in which the plugins are kept
    #[arg(long, value_name = "FOLDER", default_value = ".plugix")]
    home: PathBuf,
}

impl Home {
    pub(crate) fn path(&self) -> &Path {
        &self.home
    }

    /// Opens the folder, and makes it if it isn't there.
    pub(crate) fn open(&self) -> Result<Store> {
        Ok(Store::open(&self.home)?)
    }

    /// Opens the folder, which has to be there.
    pub(crate) fn open_existing(&self) -> Result<Store> {
        if !self.home.is_dir() {
            bail!("there is no folder {}: `plugix add` makes it, and `--home` names another", self.home.display());
        }
        self.open()
    }

    /// Where the folder's credentials are, if it has its own.
    pub(crate) fn credentials(&self) -> Option<PathBuf> {
        Some(self.home.join("credentials.toml")).filter(|file| file.exists()).or_else(Credentials::of_user)
    }
}

/// Shows on a terminal how far a download is. It shows nothing elsewhere.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new(what: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}");
        // The template is right: it is a constant.
        style.into_iter().for_each(|style| bar.set_style(style));
        bar.set_message(text::printable(what));
        Self(bar)
    }

    pub(crate) fn set(&self, progress: Progress) {
        if let Some(total) = progress.total {
            self.0.set_length(total);
        }
        self.0.set_position(progress.received);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A source as a person gives it: with its kind, or the path of a file or folder that is there.
pub(crate) fn source(given: &str) -> Result<Source> {
    let path = Path::new(given);
    match given.parse() {
        Ok(source) => Ok(source),
        Err(_) if path.is_dir() => Ok(Source::folder(path)?),
        Err(_) if path.exists() => Ok(Source::file(path)?),
        Err(error @ plugix_store::SourceError::Kind { .. }) => {
            Err(error).with_context(|| format!("there is no file {}", text::printable(given)))
        }
        Err(error) => Err(error.into()),
    }
}

/// The name that a person gives.
pub(crate) fn name(given: &str) -> Result<PluginName> {
    Ok(given.parse()?)
}

/// A plugin's name and version.
pub(crate) fn title(name: &PluginName, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{name} {}", text::printable(version)),
        None => name.to_string(),
    }
}

/// A plugin for programs.
pub(crate) fn as_json(name: &PluginName, plugin: &Plugin) -> Value {
    json!({
        "name": name,
        "source": plugin.source,
        "version": plugin.version,
        "hash": plugin.hash,
        "digest": plugin.digest,
        "interfaces": plugin.interfaces,
        "signed-by": plugin.signed_by,
        "grant": plugin.grant,
    })
}

/// Does something with the plugins of these names, or with all. One that fails keeps no other from its turn; `undone` says
/// what the failed ones are.
pub(crate) fn each<T>(
    home: &Home,
    names: &[String],
    undone: &str,
    mut act: impl FnMut(&mut Store, &PluginName) -> Result<T, StoreError>,
    mut done: impl FnMut(&Store, &PluginName, T) -> Result<()>,
) -> Result<ExitCode> {
    let names = names.iter().map(|given| name(given)).collect::<Result<Vec<_>>>()?;
    let mut store = home.open_existing()?;
    let names = if names.is_empty() { store.list().keys().cloned().collect() } else { names };
    let mut failed = Vec::new();
    for name in &names {
        match act(&mut store, name) {
            Ok(outcome) => done(&store, name, outcome)?,
            Err(error) => {
                let error = anyhow::Error::from(error);
                print::tell(text::printable_lines(&format!("{name}: {error:#}")));
                failed.push(name.as_str());
            }
        }
    }
    match failed.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        failed => bail!("{undone}: {}", failed.join(", ")),
    }
}

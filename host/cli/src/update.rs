//! `plugix update`.

use crate::kept::{self, Bar, Home};
use crate::{print, text};
use anyhow::Result;
use plugix_store::{PluginName, Store, StoreError, Updated};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix update              # all plugins, each from its source\n  \
    plugix update words        # one of them\n\n\
    A plugin that can't be updated stays as it is, and the others are updated.")]
pub(crate) struct Args {
    /// The plugins; the default is all of them
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    kept::each(&args.home, &args.names, "not updated", update, |_, name, updated| print::line(line(name, &updated)))
}

fn update(store: &mut Store, name: &PluginName) -> Result<Updated, StoreError> {
    let bar = Bar::new(name.as_str());
    store.update(name, &mut |progress| bar.set(progress))
}

fn line(name: &PluginName, updated: &Updated) -> String {
    let (before, after) = (&updated.before, &updated.after);
    let version = |version: &Option<String>| text::printable(version.as_deref().unwrap_or("?"));
    match () {
        () if before.hash == after.hash => {
            format!("{}: nothing new", kept::title(name, after.version.as_deref()))
        }
        () if before.version == after.version => {
            format!("{}: another module of the same version", kept::title(name, after.version.as_deref()))
        }
        () => format!("{name} {} -> {}", version(&before.version), version(&after.version)),
    }
}

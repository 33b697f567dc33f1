//! `plugix update`.

use crate::kept::{self, Bar, Home};
use crate::{print, text};
use anyhow::{Result, bail};
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
    let names = args.names.iter().map(|name| kept::name(name)).collect::<Result<Vec<_>>>()?;
    let mut store = args.home.open_existing()?;
    let names = if names.is_empty() { store.list().keys().cloned().collect() } else { names };
    let mut failed = Vec::new();
    for name in &names {
        match update(&mut store, name) {
            Ok(updated) => print::line(line(name, &updated))?,
            Err(error) => {
                let error = anyhow::Error::from(error);
                print::tell(text::printable_lines(&format!("{name}: {error:#}")));
                failed.push(name.as_str());
            }
        }
    }
    match failed.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        failed => bail!("not updated: {}", failed.join(", ")),
    }
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

//! `plugix restore`.

use crate::kept::{self, Bar, Home};
use crate::{print, text};
use anyhow::{Result, bail};
use plugix_store::{PluginName, Restored, Store, StoreError};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix restore             # on another machine: the very modules that plugix.lock names\n  \
    plugix restore words       # one of them\n\n\
    Each module must have the hash that plugix.lock has, and the signatures that `signatures.toml` wants. plugix.lock stays\n\
    as it is. A plugin that can't be restored keeps no other from being so. What is kept needs no network.")]
pub(crate) struct Args {
    /// The plugins; the default is all of them
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let names = args.names.iter().map(|name| kept::name(name)).collect::<Result<Vec<_>>>()?;
    let store = args.home.open_existing()?;
    let names = if names.is_empty() { store.list().keys().cloned().collect() } else { names };
    let mut failed = Vec::new();
    for name in &names {
        match restore(&store, name) {
            Ok(restored) => {
                let version = store.plugin(name)?.version.as_deref();
                let how = if restored == Restored::Kept { "is here" } else { "is here again" };
                print::line(format_args!("{} {how}", kept::title(name, version)))?;
            }
            Err(error) => {
                let error = anyhow::Error::from(error);
                print::tell(text::printable_lines(&format!("{name}: {error:#}")));
                failed.push(name.as_str());
            }
        }
    }
    match failed.as_slice() {
        [] => Ok(ExitCode::SUCCESS),
        failed => bail!("not restored: {}", failed.join(", ")),
    }
}

fn restore(store: &Store, name: &PluginName) -> Result<Restored, StoreError> {
    let bar = Bar::new(name.as_str());
    store.restore(name, &mut |progress| bar.set(progress))
}

//! `plugix restore`.

use crate::kept::{self, Bar, Home};
use crate::print;
use anyhow::Result;
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
    kept::each(&args.home, &args.names, "not restored", restore, |store, name, restored| {
        let version = store.plugin(name)?.version.as_deref();
        let how = if restored == Restored::Kept { "is here" } else { "is here again" };
        print::line(format_args!("{} {how}", kept::title(name, version)))
    })
}

fn restore(store: &mut Store, name: &PluginName) -> Result<Restored, StoreError> {
    let bar = Bar::new(name.as_str());
    store.restore(name, &mut |progress| bar.set(progress))
}

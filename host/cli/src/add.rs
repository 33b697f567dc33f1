//! `plugix add`.

use crate::kept::{self, Bar, Home};
use crate::print;
use anyhow::{Result, ensure};
use plugix_store::{Plugin, PluginName, Source, Store};
use std::path::Path;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix add target/words.wasm                                 # a file; `plugix update` reads it again\n  \
    plugix add folder:/opt/plugins                               # each plugin in a folder\n  \
    plugix add oci://registry.example/tools/words:1.2            # from a registry\n  \
    plugix add https://a.example/words.wasm#blake3:HASH          # from an address, with the hash of the module\n  \
    plugix add words.wasm --name second                          # under another name\n\n\
    Who must have signed what is said by `signatures.toml` in the folder.")]
pub(crate) struct Args {
    /// Where the plugin comes from: a file, a folder, `https://…#blake3:…` or `oci://…`
    source: String,
    /// The plugin's name in this folder; the default is the one that it says
    #[arg(long)]
    name: Option<String>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    home: Home,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let source = kept::source(&args.source)?;
    let name = args.name.as_deref().map(kept::name).transpose()?;
    let mut store = args.home.open()?;
    let added = match (&source, name) {
        (Source::Folder(folder), None) => all(&mut store, folder)?,
        (_, name) => vec![one(&mut store, name.as_ref(), source)?],
    };
    if args.json {
        let added: Vec<_> = added.iter().map(|(name, plugin)| kept::as_json(name, plugin)).collect();
        return print::line(format_args!("{:#}", serde_json::Value::from(added))).map(|()| ExitCode::SUCCESS);
    }
    for (name, plugin) in added {
        print::line(format_args!("{}: {}", kept::title(&name, plugin.version.as_deref()), plugin.hash))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn one(store: &mut Store, name: Option<&PluginName>, source: Source) -> Result<(PluginName, Plugin)> {
    let bar = Bar::new(&source.to_string());
    Ok(store.add(name, source, &mut |progress| bar.set(progress))?)
}

/// Each plugin of a folder. What is no plugin is told, and keeps no other from being added.
fn all(store: &mut Store, folder: &Path) -> Result<Vec<(PluginName, Plugin)>> {
    let mut added = Vec::new();
    let found = store.scan(folder)?;
    ensure!(!found.is_empty(), "{} has no modules: their names end in `.wasm`", folder.display());
    for found in &found {
        match found.name() {
            Ok(name) => added.push(one(store, Some(&name), Source::folder(folder)?)?),
            Err(reason) => print::tell(format_args!(
                "warning: {} is left out: {}",
                found.file().display(),
                crate::text::printable_lines(&reason)
            )),
        }
    }
    ensure!(!added.is_empty(), "{} has no plugin that can be added", folder.display());
    Ok(added)
}

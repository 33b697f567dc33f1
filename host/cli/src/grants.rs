//! `plugix grants`.

use crate::kept::Home;
use crate::{print, text};
use anyhow::{Result, bail};
use plugix_store::grants::{Allowed, Decision, Grant, Grants, Origin};
use plugix_store::{ContentHash, Lock, PluginName, Store};
use serde_json::{Value, json};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:\n  \
    plugix grants                   # what each plugin may do, and what was refused\n  \
    plugix grants forget words      # all of that, in all versions of it: it is asked again when it starts\n  \
    plugix grants --json            # for programs"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Print JSON, for programs
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    home: Home,
}

#[derive(clap::Subcommand)]
enum What {
    /// Forget what was granted and refused; no program may have the folder meanwhile
    Forget {
        /// A kept plugin, or where one is from, as the list shows it
        name: String,
        #[command(flatten)]
        home: Home,
    },
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    match &args.what {
        Some(What::Forget { name, home }) => forget(home, name),
        // An application that runs has the folder, and this only looks.
        None => list(args, &Store::read(args.home.path())?, &Grants::of_home(args.home.path())?),
    }
}

fn list(args: &Args, lock: &Lock, grants: &Grants) -> Result<ExitCode> {
    let entries = grants.iter().map(|(origin, hash, grant)| (names(lock, origin), origin, hash, grant));
    if args.json {
        let entries: Vec<_> =
            entries.map(|(names, origin, hash, grant)| as_json(&names, origin, hash, grant)).collect();
        return print::line(format_args!("{:#}", Value::from(entries))).map(|()| ExitCode::SUCCESS);
    }
    for (names, origin, hash, grant) in entries {
        let of = match names.as_slice() {
            [] => "no kept plugin".to_owned(),
            names => names.iter().map(|(name, _)| name.to_string()).collect::<Vec<_>>().join(", "),
        };
        let is_kept = names.is_empty() || names.iter().any(|(_, kept)| kept == hash);
        let version = if is_kept { "" } else { " (another version)" };
        print::line(format_args!("{of}{version} {}", text::printable(origin.as_str())))?;
        for line in lines(grant) {
            print::line(format_args!("  {}", text::printable(&line)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The kept plugins of an origin, and their hashes.
fn names(lock: &Lock, origin: &Origin) -> Vec<(PluginName, ContentHash)> {
    let of =
        lock.plugins().iter().filter(|(name, plugin)| Origin::of(name, &plugin.source).is_ok_and(|of| of == *origin));
    of.map(|(name, plugin)| (name.clone(), plugin.hash)).collect()
}

/// What was granted, and then what was refused.
fn lines(grant: &Grant) -> Vec<String> {
    let allowed = grant.allowed().map(|allowed| match allowed.host() {
        Some(host) => format!("may {}: {}", allowed.item(), host.display()),
        None => format!("may {}", allowed.item()),
    });
    let refused = refused(grant).map(|item| format!("may not {item}"));
    let lines: Vec<_> = allowed.chain(refused).collect();
    if lines.is_empty() { vec!["asks for nothing".to_owned()] } else { lines }
}

fn refused(grant: &Grant) -> impl Iterator<Item = String> {
    let refused = grant.decided().iter().filter(|decided| *decided.decision() == Decision::Refused);
    refused.map(|decided| decided.asked().to_string())
}

fn as_json(names: &[(PluginName, ContentHash)], origin: &Origin, hash: &ContentHash, grant: &Grant) -> Value {
    let allowed = |allowed: &Allowed| json!({ "what": allowed.item().to_string(), "folder": allowed.host() });
    json!({
        "names": names.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        "is-kept": names.iter().any(|(_, kept)| kept == hash),
        "origin": origin.as_str(),
        "hash": hash,
        "granted": grant.allowed().map(allowed).collect::<Vec<_>>(),
        "refused": refused(grant).collect::<Vec<_>>(),
    })
}

fn forget(home: &Home, name: &str) -> Result<ExitCode> {
    // A program that has the folder would go on with what it knows.
    let mut store = home.open_existing()?;
    let mut grants = Grants::of_home(home.path())?;
    let plugin = name.parse::<PluginName>().ok().filter(|name| store.list().contains_key(name));
    let origin = match &plugin {
        Some(name) => Origin::of(name, &store.plugin(name)?.source)?,
        None => match grants.iter().find(|(origin, ..)| origin.as_str() == name) {
            Some((origin, ..)) => origin.clone(),
            None => bail!("neither a kept plugin nor a grant is called {}: see `plugix grants`", text::printable(name)),
        },
    };
    grants.forget(&origin)?;
    if let Some(name) = &plugin {
        store.set_grant(name, None)?;
    }
    print::line(format_args!("what was granted and refused to {} is forgotten", text::printable(name)))?;
    Ok(ExitCode::SUCCESS)
}

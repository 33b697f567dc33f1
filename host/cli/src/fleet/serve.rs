//! `plugix fleet serve`.

use super::connect::Connect;
use crate::{print, text, verify};
use anyhow::{Context as _, Result, ensure};
use plugix_fleet::Caller;
use plugix_fleet::host::Plugins;
use plugix_fleet::serve::Server;
use plugix_fleet::ship::{Health, Host, PluginHealth, Trust};
use plugix_host::Engine;
use plugix_host::isolated::Isolation;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet serve --name host-1 --trust plugix.pub\n  \
    plugix fleet serve --name host-2 --trust a.pub --trust b.pub --at-least 2 --isolated")]
pub(crate) struct Args {
    /// The host's name, which no other one has
    #[arg(long, value_name = "NAME")]
    name: String,
    /// A public key: releases that it has signed run here; the file, or the key itself
    #[arg(long = "trust", value_name = "KEY")]
    keys: Vec<String>,
    /// How many of the keys must have signed
    #[arg(long, value_name = "COUNT", default_value_t = 1, requires = "keys")]
    at_least: usize,
    /// Run what anybody brings who may write the fleet's bucket, signed or not
    #[arg(long, conflicts_with = "keys")]
    trust_anybody: bool,
    /// Take calls from this caller alone: the public part of an nkey; may be given several times
    #[arg(long = "caller", value_name = "KEY")]
    callers: Vec<String>,
    /// Run each instance in a process of its own
    #[arg(long)]
    isolated: bool,
    /// The folder that relative paths of policies begin at
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// How long calls of a version that goes may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    patience: u64,
    #[command(flatten)]
    connect: Connect,
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let keys = args.keys.iter().map(|key| verify::key(key)).collect::<Result<Vec<_>>>()?;
    ensure!(
        args.trust_anybody || !keys.is_empty(),
        "whose releases shall run here? Name a key with `--trust`: `plugix keygen` makes one"
    );
    ensure!(
        args.trust_anybody || (1..=keys.len()).contains(&args.at_least),
        "`--at-least` asks for more keys than there are"
    );
    let trust = if args.trust_anybody { Trust::Anybody } else { Trust::Keys { need: args.at_least, keys } };
    let fleet = args.connect.connect(&format!("plugix host {}", args.name))?;
    let mut server = Server::builder(&fleet, &args.name);
    if !args.callers.is_empty() {
        let callers = args.callers.iter().map(|key| Caller::from_public_key(key)).collect::<Result<Vec<_>, _>>()?;
        server = server.callers(callers);
    }
    let mut plugins = Plugins::new(&Engine::new()?).folder(&args.folder);
    if args.isolated {
        plugins = plugins.isolated(&Isolation::this_program()?);
    }
    let host = Host::builder(&server.build()?, Arc::new(plugins)).trust(trust);
    let host = host.patience(Duration::from_secs(args.patience)).start()?;
    let (interrupted, heard) = mpsc::channel();
    let tell = move || {
        let _ = interrupted.send(());
    };
    ctrlc::set_handler(tell).context("can't wait for Ctrl-C")?;
    print::line(format_args!("{} serves", args.name))?;
    let mut shown = host.health();
    while let Err(RecvTimeoutError::Timeout) = heard.recv_timeout(Duration::from_millis(200)) {
        let now = host.health();
        for line in changes(&shown, &now) {
            print::line(text::printable(&line))?;
        }
        shown = now;
    }
    print::tell("waits for the calls that run …");
    host.stop();
    Ok(ExitCode::SUCCESS)
}

/// What differs in the state of the plugins. How many calls run changes all the time.
fn changes(before: &Health, now: &Health) -> Vec<String> {
    let find = |health: &Health, name: &str| health.plugins.iter().find(|it| it.plugin == name).cloned();
    let differs = |it: &&PluginHealth| {
        let was = find(before, &it.plugin);
        was.is_none_or(|was| (was.state, was.revision, &was.problem) != (it.state, it.revision, &it.problem))
    };
    let line = |it: &PluginHealth| {
        let problem = it.problem.as_ref().map_or_else(String::new, |problem| format!(": {problem}"));
        format!("{} {} {}{problem}", it.plugin, it.version, it.state.as_str())
    };
    let gone = before.plugins.iter().filter(|it| find(now, &it.plugin).is_none());
    let changed = now.plugins.iter().filter(differs).map(line);
    changed.chain(gone.map(|it| format!("{} {} is gone", it.plugin, it.version))).collect()
}

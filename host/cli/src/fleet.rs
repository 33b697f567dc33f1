//! `plugix fleet`: plugins on many machines.

mod apply;
mod call;
mod connect;
mod prune;
mod remove;
mod serve;
mod status;
mod table;
mod top;

use anyhow::Result;
use clap::Subcommand;
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    plugix fleet serve --name host-1 --trust plugix.pub       # run the plugins of the fleet here\n  \
    plugix fleet apply words.wasm --key plugix.key            # have the fleet run a plugin\n  \
    plugix fleet status                                       # what shall run, and what does\n  \
    plugix fleet call WordCount/count '[\"two words\"]'         # call it, wherever it runs\n\n\
    The servers are those of NATS, with JetStream: `nats-server -js` is one for a try.")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run this machine's part of the fleet, until Ctrl-C
    Serve(serve::Args),
    /// Call a method of a plugin, wherever it runs
    Call(call::Args),
    /// Have the fleet run a plugin, or another version of it
    Apply(apply::Args),
    /// Have the fleet stop a plugin
    Remove(remove::Args),
    /// Delete modules that no release names any more
    Prune(prune::Args),
    /// Show what shall run and what does
    Status(status::Args),
    /// Show what the hosts do, again and again
    Top(top::Args),
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    match &args.command {
        Command::Serve(args) => serve::run(args),
        Command::Call(args) => call::run(args),
        Command::Apply(args) => apply::run(args),
        Command::Remove(args) => remove::run(args),
        Command::Prune(args) => prune::run(args),
        Command::Status(args) => status::run(args),
        Command::Top(args) => top::run(args),
    }
}

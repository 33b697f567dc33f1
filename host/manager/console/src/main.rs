//! The program `plugix-console`: plugins, and a page for the person who keeps them.

use anyhow::{Context as _, Result};
use clap::Parser;
use plugix_console::{Console, Server};
use plugix_host::code::Cache;
use plugix_host::{Engine, Policy};
use plugix_manager::Manager;
use plugix_manager::store::grants::Grants;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// How long a plugin may compute in one call.
const CALL: Duration = Duration::from_secs(30);

#[derive(Parser)]
#[command(
    name = "plugix-console",
    about = "Hosts plugins, and shows them on a page",
    after_help = "Example:\n  plugix-console --grants grants.toml target/guests/*.wasm"
)]
struct Args {
    /// Modules to install at the start
    modules: Vec<PathBuf>,
    /// Where to listen: an address of this machine's own. Port 0 is any that is free
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The file that keeps what was granted; without it, grants end with the program
    #[arg(long)]
    grants: Option<PathBuf>,
    /// The folder that keeps the states of plugins; without it, states end with the program
    #[arg(long)]
    states: Option<PathBuf>,
    /// The folder that keeps compiled code, so that the next start is fast
    #[arg(long)]
    cache: Option<PathBuf>,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let engine = match &args.cache {
        Some(folder) => Engine::builder().cache(Cache::at(folder)).build()?,
        None => Engine::new()?,
    };
    let grants = args.grants.as_ref().map_or_else(|| Ok(Grants::in_memory()), Grants::open)?;
    let builder = Manager::builder(&engine);
    let builder = args.states.iter().fold(builder, |builder, folder| builder.states(folder));
    let console = Console::new(builder.build()?, grants, Policy::new().call_deadline(CALL));
    for module in &args.modules {
        let wasm = std::fs::read(module).with_context(|| format!("can't read {}", module.display()))?;
        if let Err(error) = console.install(None, wasm, None) {
            eprintln!("{}: {:#}", module.display(), anyhow::Error::new(error));
        }
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(async {
        let server = Server::bind(args.listen, console).await?;
        println!("{}", server.address());
        server.serve(std::future::pending()).await
    });
    // A plugin that computes for ever keeps its thread. The process ends without waiting for it.
    runtime.shutdown_background();
    Ok(outcome?)
}

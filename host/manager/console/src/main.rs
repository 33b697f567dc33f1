//! The program `plugix-console`: plugins, and a page for the person who keeps them.

use anyhow::{Context as _, Result};
use clap::Parser;
use plugix_console::{Console, Server, Upload};
use plugix_fleet::Fleet;
use plugix_fleet::ship::Deployments;
use plugix_host::code::Cache;
use plugix_host::{Engine, Policy};
use plugix_manager::Manager;
use plugix_manager::store::{Fetcher, Source, Store};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;

/// How long a plugin may compute in one call.
const CALL: Duration = Duration::from_secs(30);

#[derive(Parser)]
#[command(
    name = "plugix-console",
    about = "Hosts plugins, and shows them on a page",
    after_help = "Example:\n  plugix-console --home plugins target/guests/*.wasm\n\n\
        A module's signatures are taken from beside it: words.wasm.minisig. Who must have signed what is said by\n\
        `signatures.toml` in the folder. `plugix --help` has commands for the same folder."
)]
struct Args {
    /// Modules to install at the start
    modules: Vec<PathBuf>,
    /// Where to listen: an address of this machine's own. Port 0 is any that is free
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// The folder in which plugins, grants and states are kept; without it, all of them end with the program
    #[arg(long, value_name = "FOLDER")]
    home: Option<PathBuf>,
    /// The folder that keeps compiled code, so that the next start is fast
    #[arg(long)]
    cache: Option<PathBuf>,
    /// Show a fleet as well: the addresses of its servers
    #[arg(long, value_name = "SERVERS")]
    fleet: Option<String>,
    /// End when standard input does, as well as on Ctrl-C
    #[arg(long)]
    with_input: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let engine = match &args.cache {
        Some(folder) => Engine::builder().cache(Cache::at(folder)).build()?,
        None => Engine::new()?,
    };
    // It is removed when the program ends in an orderly way.
    let temporary = tempfile::tempdir().context("can't make a temporary folder")?;
    let home = args.home.as_deref().unwrap_or(temporary.path());
    let store = Store::open(std::path::absolute(home)?)?;
    let manager = Manager::builder(&engine).states(store.home().join("states")).build()?;
    let fetcher = Fetcher::of_home(store.home())?;
    let console = Console::open(store, &manager, Policy::new().call_deadline(CALL))?;
    if let Some(servers) = &args.fleet {
        let fleet = Fleet::builder(servers).name("plugix console").connect()?;
        console.show_fleet(Deployments::open(&fleet)?);
    }
    for module in &args.modules {
        if let Err(error) = install(&console, &fetcher, module) {
            eprintln!("{}: {error:#}", module.display());
        }
    }
    let mut end = end(args.with_input)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let outcome = runtime.block_on(async {
        let server = Server::bind(args.listen, console.clone()).await?;
        println!("{}", server.address());
        // If nobody can tell the end any more, it is the end as well.
        server
            .serve(async move {
                let _ = end.changed().await;
            })
            .await
    });
    console.save();
    // A plugin that computes for ever keeps its thread. The process ends without waiting for it.
    runtime.shutdown_background();
    Ok(outcome?)
}

fn install(console: &Console, fetcher: &Fetcher, module: &Path) -> Result<()> {
    let fetched = fetcher.fetch(&Source::file(module)?, None, &mut |_| {})?;
    let signatures = fetched.signatures.texts().concat();
    console.install(Upload { module: fetched.module, signatures, ..Upload::default() })?;
    Ok(())
}

/// Tells when the program is to end.
fn end(with_input: bool) -> Result<watch::Receiver<()>> {
    let (sender, receiver) = watch::channel(());
    let interrupted = sender.clone();
    let interrupt = move || {
        let _ = interrupted.send(());
    };
    ctrlc::set_handler(interrupt).context("can't wait for Ctrl-C")?;
    if with_input {
        std::thread::spawn(move || {
            // An input that can't be read has ended, too.
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            let _ = sender.send(());
        });
    }
    Ok(receiver)
}

//! The console with its real server and real plugins: `guests/stateful`, `guests/stateful-next` and `guests/requests`.

mod browser;
mod client;
mod fleet;
mod grants;
mod plugins;
mod restart;
mod signatures;
mod strangers;

use anyhow::Result;
use client::Client;
use plugix_console::{Console, Server};
use plugix_e2e_contract::counting::Gate;
use plugix_host::{Engine, Policy};
use plugix_manager::Manager;
use plugix_manager::store::Store;
use plugix_toolchain::{Build, Progress, Toolchain};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::mpsc::channel;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// The plugins that are used.
const GUESTS: [&str; 3] = ["guest-stateful", "guest-stateful-next", "guest-requests"];

/// A gate that is open.
struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

/// A console that listens, in a folder of its own. It ends with the process.
fn start() -> Result<Client> {
    let home = tempfile::tempdir()?;
    let (client, running) = start_in(home.path())?;
    // Nobody ends it, and its folder goes with the process.
    std::mem::forget((home, running));
    Ok(client)
}

/// A console that listens, in this folder.
fn start_in(home: &Path) -> Result<(Client, Running)> {
    start_with(home, |_| ())
}

/// A console that listens, in this folder. `prepare` sees it before that.
fn start_with(home: &Path, prepare: impl FnOnce(&Console)) -> Result<(Client, Running)> {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new().expect("an engine can be made"));
    let manager = Manager::builder(&ENGINE).provide(<dyn Gate>::provider(Open));
    let manager = manager.states(home.join("states")).build()?;
    let console = Console::open(Store::open(home)?, &manager, Policy::new())?;
    prepare(&console);
    let (sender, address) = channel();
    let (end, ended) = oneshot::channel();
    let thread = std::thread::spawn(move || {
        let _manager = manager;
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
        runtime.block_on(async {
            let server = Server::bind("127.0.0.1:0".parse().expect("an address"), console.clone())
                .await
                .expect("a port is free");
            sender.send(server.address()).expect("the test waits for it");
            server.serve(async move { drop(ended.await) }).await.expect("it serves");
        });
        console.save();
    });
    Ok((Client::new(&address.recv()?)?, Running { end, thread }))
}

/// A console that can be ended, as the program ends.
struct Running {
    end: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Running {
    fn end(self) {
        self.end.send(()).expect("it runs");
        self.thread.join().expect("it doesn't panic");
    }
}

/// The file of a plugin.
fn guest(name: &str) -> &'static Path {
    static BUILT: LazyLock<HashMap<String, PathBuf>> = LazyLock::new(|| {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../Cargo.toml");
        let request = GUESTS.into_iter().fold(Build::new(manifest), Build::package);
        let toolchain = Toolchain::ensure(Progress::Silent).expect("there is a toolchain");
        let built = toolchain.build(&request, Progress::Silent).expect("the guests can be built");
        built.into_iter().map(|module| (module.package, module.path)).collect()
    });
    &BUILT[name]
}

/// The bytes of a plugin.
fn module(name: &str) -> Vec<u8> {
    std::fs::read(guest(name)).expect("it was built")
}

//! One plugin in the host's own process, one in a process of its own, and one on a fleet: `cargo run --release --example places
//! -- word_count.wasm <folder of texts> <servers of NATS>`.

use plugix_fleet::Fleet;
use plugix_fleet::host::PoolBackend;
use plugix_fleet::serve::{Served, Server};
use plugix_host::isolated::Isolation;
use plugix_host::plugin::PluginBuilder;
use plugix_host::policy::Access;
use plugix_host::pool::Pool;
use plugix_host::{Engine, Module, Plugin, Policy};
use std::error::Error;
use word_count_interface::{WordCount, WordCountCalls};

fn main() -> anyhow::Result<()> {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::run_if_child() }; // this program is the plugin's process as well
    let [module, texts, servers] = [1, 2, 3].map(|n| std::env::args_os().nth(n).expect("a module, a folder, servers"));
    let servers = servers.to_str().expect("addresses are text");
    let module = Engine::new()?.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly);
    let builder = {
        let module = module.clone();
        move || Plugin::builder(&module).policy(policy.clone())
    };
    let _host = host(servers, &module, builder.clone())?; // usually on other machines: `plugix fleet serve`

    let (here, apart) = (builder().start()?, builder().start_isolated(&Isolation::this_program()?)?);
    let fleet = Fleet::connect(servers)?;
    println!("here: {} words", words(&here.bind::<dyn WordCount>()?)?);
    println!("in a process of its own: {} words", words(&apart.bind::<dyn WordCount>()?)?);
    println!("on a fleet: {} words", words(&fleet.bind::<dyn WordCount>()?)?);
    Ok(())
}

/// Knows nothing of where the plugin runs.
fn words<W: WordCountCalls<Error: Error + Send + Sync + 'static>>(counter: &W) -> anyhow::Result<usize> {
    Ok(counter.count("/texts", 2)?.len())
}

/// A host of the fleet that serves two instances of the plugin.
fn host(
    servers: &str,
    module: &Module,
    builder: impl Fn() -> PluginBuilder + Send + Sync + 'static,
) -> anyhow::Result<Served> {
    let pool = Pool::builder(module.engine(), move || builder().start()).max(2).build()?;
    let server = Server::builder(&Fleet::connect(servers)?, "host-1").build()?;
    Ok(server.serve("word-count", PoolBackend::new(module, &pool))?)
}

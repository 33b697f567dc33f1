//! An application that runs my-plugin: `cargo run -p my-plugin-host -- my_plugin.wasm 127.0.0.1:8080`.

use my_plugin_interface::Serves;

use plugix_host::code::Cache;
use plugix_host::policy::Network;
use plugix_host::{Engine, Plugin, Policy};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [module, address] =
        [1, 2].map(|n| std::env::args().nth(n).expect("a module and an address"));
    // The compiled module is kept for the next time.
    let engine = Engine::builder().cache(Cache::user()?).build()?;
    let policy = Policy::new().network(Network::new().listen_tcp(&address)?);
    let plugin = Plugin::new(&engine.load_file(module)?, &policy)?;
    let service = plugin.bind::<dyn Serves>()?;
    println!("http://{}, until you press Enter", service.start(&address)?);
    std::io::stdin().read_line(&mut String::new())?;
    println!("{} requests were answered", service.answered()?);
    Ok(())
}

//! An application that runs my-plugin: `cargo run -p my-plugin-host -- my_plugin.wasm Ada`.

use my_plugin_interface::Greets;

use plugix_host::code::Cache;
use plugix_host::{Engine, Plugin, Policy};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [module, name] = [1, 2].map(|n| std::env::args().nth(n).expect("a module and a name"));
    // The compiled module is kept for the next time.
    let engine = Engine::builder().cache(Cache::user()?).build()?;
    let plugin = Plugin::new(&engine.load_file(module)?, &Policy::new())?;
    println!("{}", plugin.bind::<dyn Greets>()?.greet(&name)?);
    Ok(())
}

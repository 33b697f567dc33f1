//! An application that runs my-plugin: `cargo run -p my-plugin-host -- my_plugin.wasm ada`.

use my_plugin_host::Register;
use my_plugin_interface::{Greets, People};

use plugix_host::code::Cache;
use plugix_host::{Engine, Plugin};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let [module, nickname] =
        [1, 2].map(|n| std::env::args().nth(n).expect("a module and a nickname"));
    // The compiled module is kept for the next time.
    let engine = Engine::builder().cache(Cache::user()?).build()?;
    let register = Register::from([("ada", "Ada Lovelace"), ("grace", "Grace Hopper")]);
    let plugin = Plugin::builder(&engine.load_file(module)?)
        .provide(<dyn People>::provider(register))
        .start()?;
    println!("{}", plugin.bind::<dyn Greets>()?.greet(&nickname)?);
    Ok(())
}

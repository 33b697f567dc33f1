//! An application that runs my-plugin: `cargo run -p my-plugin-host -- my_plugin.wasm word < text`.

use my_plugin_interface::Searches;

use plugix_host::abi::Stream;
use plugix_host::code::Cache;
use plugix_host::{Engine, Plugin, Policy};
use std::error::Error;
use std::io::{BufRead as _, BufReader};

fn main() -> Result<(), Box<dyn Error>> {
    let [module, word] = [1, 2].map(|n| std::env::args().nth(n).expect("a module and a word"));
    // The compiled module is kept for the next time.
    let engine = Engine::builder().cache(Cache::user()?).build()?;
    let plugin = Plugin::new(&engine.load_file(module)?, &Policy::new())?;
    let lines = Stream::fallible(BufReader::new(std::io::stdin()).lines());
    for line in plugin.bind::<dyn Searches>()?.search(lines, &word)? {
        println!("{}", line?);
    }
    Ok(())
}

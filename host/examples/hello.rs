//! The smallest host: `cargo run --release --example hello -- word_count.wasm <folder of texts>`.

use plugix_host::policy::Access;
use plugix_host::{Engine, Plugin, Policy};
use word_count_interface::WordCount;

fn main() -> anyhow::Result<()> {
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));

    let module = Engine::new()?.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly); // nothing else is allowed
    let plugin = Plugin::new(&module, &policy)?;
    let counter = plugin.bind::<dyn WordCount>()?;

    for (word, times) in counter.count("/texts", 2)? {
        println!("{times:8} {word}");
    }
    Ok(())
}

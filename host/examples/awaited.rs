//! Awaits calls, on any executor: `cargo run --release --example awaited -- word_count.wasm <folder of texts>`.

use plugix_host::plugin::Sharing;
use plugix_host::policy::Access;
use plugix_host::{Engine, Plugin, Policy};
use std::time::Duration;
use word_count_interface::WordCount;

fn main() -> anyhow::Result<()> {
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));

    let module = Engine::new()?.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly);
    let plugin = Plugin::new(&module, &policy)?.into_shared(&Sharing::new().workers(2))?;
    let counter = plugin.bind_async::<dyn WordCount>()?;

    // No worker of the executor waits; when the time is over, the future is dropped, which cancels its call.
    let count = counter.call(|counter| counter.count("/texts", 2));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let words = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(10), count).await })??;
    println!("{} words", words.len());
    Ok(())
}

//! Several threads call one plugin at the same time:
//! `cargo run --release --example shared -- word_count.wasm <folder of texts>`.

use plugix_host::plugin::Sharing;
use plugix_host::policy::Access;
use plugix_host::{Engine, Plugin, Policy};
use word_count_interface::WordCount;

fn main() -> anyhow::Result<()> {
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));

    let module = Engine::new()?.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly);
    let plugin = Plugin::new(&module, &policy)?.into_shared(&Sharing::new().workers(4))?;
    let counter = plugin.bind::<dyn WordCount>()?; // threads share it

    std::thread::scope(|scope| {
        let counts: Vec<_> = (1..=4)
            .map(|threads| {
                scope.spawn({
                    let counter = &counter;
                    move || counter.count("/texts", threads)
                })
            })
            .collect();
        for count in counts {
            println!("{} words", count.join().expect("the thread is well")?.len());
        }
        Ok(())
    })
}

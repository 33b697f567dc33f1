//! A pool of instances, each of which one caller has at a time:
//! `cargo run --release --example pool -- word_count.wasm <folder of texts>`.

use plugix_host::plugin::Wait;
use plugix_host::policy::Access;
use plugix_host::pool::Pool;
use plugix_host::{Engine, Plugin, Policy};
use std::time::Duration;
use word_count_interface::WordCount;

fn main() -> anyhow::Result<()> {
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));

    let engine = Engine::new()?;
    let module = engine.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly).call_deadline(Duration::from_secs(10));
    let make = move || Plugin::new(&module, &policy);
    let pool = Pool::builder(&engine, make).min(1).max(2).wait(Wait::AtMost(Duration::from_secs(30))).build()?;

    std::thread::scope(|scope| {
        let count = || anyhow::Ok(pool.take()?.bind::<dyn WordCount>()?.count("/texts", 1)?.len());
        let counts: Vec<_> = (0..8).map(|_| scope.spawn(count)).collect();
        for count in counts {
            println!("{} words", count.join().expect("the thread is well")?);
        }
        anyhow::Ok(())
    })
}

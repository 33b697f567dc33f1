//! One plugin in the host's own process and one in a process of its own: `cargo run --release --example isolated --
//! word_count.wasm <folder of texts>`.

use plugix_host::isolated::Isolation;
use plugix_host::policy::Access;
use plugix_host::{Engine, Plugin, Policy};
use word_count_interface::{WordCount, WordCountCalls};

fn main() -> anyhow::Result<()> {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::run_if_child() }; // this program is the plugin's process as well
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));
    let module = Engine::new()?.load_file(module)?;
    let policy = Policy::new().mount(texts, "/texts", Access::ReadOnly);
    let builder = || Plugin::builder(&module).policy(policy.clone());

    let here = builder().start()?;
    println!("here: {} words", words(&here.bind::<dyn WordCount>()?)?);
    let apart = builder().start_isolated(&Isolation::this_program()?)?;
    println!("in a process of its own: {} words", words(&apart.bind::<dyn WordCount>()?)?);
    Ok(())
}

/// Knows nothing of where the plugin runs.
fn words<W: WordCountCalls<Error = plugix_host::Error>>(counter: &W) -> anyhow::Result<usize> {
    Ok(counter.count("/texts", 2)?.len())
}

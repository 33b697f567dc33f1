//! Compiles a module once, and loads the machine code: `artifact <module>`. `cargo xtask demo artifact` builds the plugin
//! and runs this.

use plugix_host::code::{Artifact, Cpu};
use plugix_host::policy::Access;
use plugix_host::{Engine, Plugin, Policy};
use word_count_interface::WordCount;

fn main() -> anyhow::Result<()> {
    let [module, texts] = [1, 2].map(|n| std::env::args_os().nth(n).expect("a module and a folder"));
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("word_count.plugix");

    // ANCHOR: compile
    // Where the application is made: for every processor of the last fifteen years.
    let engine = Engine::builder().cpu(Cpu::Baseline).build()?;
    engine.load_file(module)?.to_artifact()?.write_file(&path)?;
    // ANCHOR_END: compile

    // ANCHOR: load
    // Where it runs: nothing is compiled.
    let artifact = Artifact::read_file(&path)?;
    println!("{} for {}", artifact.name(), artifact.origin().target);
    // SAFETY: we wrote the file, and nobody else can write there. It is machine code, and nothing checks what it does.
    let module = unsafe { Engine::new()?.load_artifact(&artifact) }?;
    // ANCHOR_END: load

    let plugin = Plugin::new(&module, &Policy::new().mount(texts, "/texts", Access::ReadOnly))?;
    println!("{} words", plugin.bind::<dyn WordCount>()?.count("/texts", 1)?.len());
    Ok(())
}

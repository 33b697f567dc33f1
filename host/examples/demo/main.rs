//! Runs the example plugins, each on one thread and on all: `demo <folder of modules> <folder for results>`.
//!
//! `cargo xtask demo` builds the plugins and calls this.

mod compare;
mod mandelbrot;
mod server_plugin;
mod table;
mod texts;
mod word_count;

use anyhow::Context as _;
use plugix_host::{Engine, Module};
use std::path::PathBuf;
use std::time::Instant;
use table::Table;

/// What each part of the demo needs.
struct Demo {
    engine: Engine,
    modules: PathBuf,
    results: PathBuf,
    threads: u32,
}

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(modules), Some(results)) = (args.next(), args.next()) else {
        anyhow::bail!("usage: demo <folder of modules> <folder for results>");
    };
    std::fs::create_dir_all(&results).with_context(|| format!("can't create {}", results.display()))?;
    let threads = std::thread::available_parallelism()?.get().try_into()?;
    let demo = Demo { engine: Engine::new()?, modules, results, threads };

    let mut table = Table::new(threads);
    table.add(server_plugin::run(&demo)?);
    table.add(mandelbrot::run(&demo)?);
    table.add(word_count::run(&demo)?);
    println!("\n{table}");
    Ok(())
}

impl Demo {
    /// Loads and compiles the module of a plugin.
    fn module(&self, name: &str) -> anyhow::Result<Module> {
        let start = Instant::now();
        let module = self.engine.load_file(self.modules.join(name).with_extension("wasm"))?;
        module.compile().with_context(|| format!("can't compile {name}"))?;
        println!("\n{name}: {} KB, compiled in {:.0?}", module.info().size / 1000, start.elapsed());
        Ok(module)
    }
}

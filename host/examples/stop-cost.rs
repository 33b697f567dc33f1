//! What it costs that plugins can be stopped: real work with and without the checks in their code.
//!
//! `cargo run --release -p plugix-host --example stop-cost -- <guest_compute.wasm> [rounds]`

use plugix_host::{Engine, Policy, RawPlugin};
use std::time::{Duration, Instant};

const WORKLOADS: [&str; 9] =
    ["compress", "decompress", "sha256", "regex", "blur", "sort", "maps", "matrix", "fibonacci"];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let wasm = std::fs::read(arguments.next().ok_or_else(|| anyhow::anyhow!("which module?"))?)?;
    let rounds = arguments.next().map_or(Ok(20), |rounds| rounds.parse())?;
    let engine = Engine::new()?;
    let begin = Instant::now();
    let with = engine.load(wasm.clone())?;
    with.compile()?;
    let (compile_with, begin) = (begin.elapsed(), Instant::now());
    let without = engine.load_unstoppable(wasm)?;
    without.compile()?;
    println!("compiled in {:.0?} with, {:.0?} without", compile_with, begin.elapsed());
    let policy = Policy::new();
    let (mut with, mut without) = (RawPlugin::new(&with, &policy)?, RawPlugin::new(&without, &policy)?);
    let mut product = 1.0;
    for name in WORKLOADS {
        // Alternating, so that what else the machine does hits both alike; the fastest run of each counts.
        let mut best = [Duration::MAX; 2];
        for _ in 0..rounds {
            for (best, plugin) in best.iter_mut().zip([&mut with, &mut without]) {
                let begin = Instant::now();
                plugin.call::<(), u64>(name, ())?;
                *best = begin.elapsed().min(*best);
            }
        }
        let ratio = best[0].as_secs_f64() / best[1].as_secs_f64();
        product *= ratio;
        println!("{name:12} {:>9.2?} with, {:>9.2?} without: {ratio:.3} x", best[0], best[1]);
    }
    println!("geometric mean {:.3} x", f64::powf(product, 1.0 / WORKLOADS.len() as f64));
    Ok(())
}

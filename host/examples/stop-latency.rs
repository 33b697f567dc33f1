//! How long after its deadline a plugin that never ends is stopped, in each state that its threads can be in.
//!
//! `cargo run --release -p plugix-host --example stop-latency -- <guest_hostile.wasm> [stops]`

use plugix_host::{CallError, Engine, Error, Plugin, Policy};
use std::time::{Duration, Instant};

const LIMIT: Duration = Duration::from_millis(20);

const STATES: [&str; 18] = [
    "spin",
    "recursion",
    "exponential",
    "bulk",
    "system-calls",
    "sleep",
    "mutex",
    "condvar",
    "park",
    "channel",
    "atomic",
    "join",
    "stdin",
    "panics",
    "drop",
    "unwinding",
    "spawning",
    "coming-and-going",
];

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let wasm = arguments.next().ok_or_else(|| anyhow::anyhow!("which module?"))?;
    let stops = arguments.next().map_or(Ok(200), |stops| stops.parse())?;
    let engine = Engine::new()?;
    let module = engine.load_file(wasm)?;
    let policy = Policy::new().call_deadline(LIMIT);
    println!("from the deadline to the call's return, and to the end of the last thread ({stops} stops each)");
    for threads in [0, 8] {
        for state in STATES {
            let (mut returned, mut ended) = (Vec::new(), Vec::new());
            for _ in 0..stops {
                let plugin = Plugin::new(&module, &policy)?;
                let deadline = Instant::now() + LIMIT;
                match plugin.call_bytes("stay", format!("{state} {threads}").as_bytes()) {
                    Err(CallError::Failed(Error::Stopped(_))) => {}
                    other => anyhow::bail!("{state}: {other:?}"),
                }
                returned.push(deadline.elapsed());
                while plugin.live_threads() > 0 {
                    std::thread::yield_now();
                }
                ended.push(deadline.elapsed());
            }
            println!("{threads} threads {state:17} {} | {}", percentiles(returned), percentiles(ended));
        }
    }
    println!("{} threads in quarantine", engine.quarantined());
    Ok(())
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort();
    let of = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)].as_secs_f64() * 1e3;
    format!("p50 {:5.1} p99 {:5.1} max {:5.1} ms", of(50), of(99), of(100))
}

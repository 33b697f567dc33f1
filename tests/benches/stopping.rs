//! How long after its deadline an endless plugin is stopped, in each state of its threads. Run by `cargo xtask bench`.

use anyhow::{Result, bail, ensure};
use plugix_e2e::bench::{Report, Unit, quantile};
use plugix_e2e::{engine, guest, wait_until};
use plugix_host::error::CallError;
use plugix_host::{Error, Module, Plugin, Policy};
use std::time::{Duration, Instant};

/// Long enough for all threads to get into the state.
const LIMIT: Duration = Duration::from_millis(20);

/// Milliseconds that a stop may take.
const GOAL: f64 = 20.0;

const STOPS: usize = 200;

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

fn main() -> Result<()> {
    let module = guest("hostile");
    module.compile()?;
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let mut report = Report::new("stopping");
    for (threads, others) in [(0, ""), (8, " on 9 threads")] {
        for state in STATES.iter().filter(|state| chosen.as_deref().is_none_or(|chosen| chosen == **state)) {
            let latencies = (0..STOPS).map(|_| stop(&module, state, threads)).collect::<Result<Vec<_>>>()?;
            for (name, part) in [("p50", 0.5), ("p99", 0.99)] {
                let name = format!("stopped in state `{state}`{others}: {name}");
                report.time(&name, Unit::Milliseconds, quantile(latencies.clone(), part), GOAL);
            }
        }
    }
    ensure!(engine().quarantined() == 0, "some threads were not stopped");
    report.finish()
}

/// Seconds from the deadline to the end of the plugin's last thread.
fn stop(module: &Module, state: &str, threads: usize) -> Result<f64> {
    let plugin = Plugin::new(module, &Policy::new().call_deadline(LIMIT))?;
    let deadline = Instant::now() + LIMIT;
    match plugin.call_bytes("stay", format!("{state} {threads}").as_bytes()) {
        Err(CallError::Failed(Error::Stopped(_))) => {}
        other => bail!("{state}: {other:?}"),
    }
    wait_until("the end of the last thread", || plugin.live_threads() == 0);
    Ok(deadline.elapsed().as_secs_f64())
}

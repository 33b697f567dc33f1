//! How long after its deadline an endless plugin is stopped, in each state of its threads. Run by `cargo xtask bench`.

use anyhow::{Result, bail, ensure};
use plugix_e2e::bench::{Report, Unit, chosen, quantile};
use plugix_e2e::{engine, guest, wait_until};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::host::Adder;
use plugix_host::error::CallError;
use plugix_host::policy::{Access, Network};
use plugix_host::{Error, Module, Plugin, Policy};
use std::time::{Duration, Instant};

/// Long enough for all threads to get into the state.
const LIMIT: Duration = Duration::from_millis(20);

/// Milliseconds that a stop may take.
const GOAL: f64 = 20.0;

const STOPS: usize = 200;

/// Files of the folder that is listed.
const FILES: u32 = 60_000;

/// Words that are decoded in one call.
const WORDS: u32 = 1 << 19;

/// What threads of the plugin do.
const STATES: [&str; 30] = [
    "spin",
    "recursion",
    "deep",
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
    "pipe",
    "full-pipe",
    "event",
    "socket-pair",
    "epoll",
    "random",
    "long-writes",
    "progress",
    "resolve",
    "listing",
    "panics",
    "drop",
    "unwinding",
    "spawning",
    "coming-and-going",
    "printing",
];

/// What the host does for the thread of the call.
const DECODING: [&str; 2] = ["decoding results", "decoding arguments"];

struct HostAdder;

impl Adder for HostAdder {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

fn main() -> Result<()> {
    let (hostile, decoding) = (guest("hostile"), guest("bench"));
    hostile.compile()?;
    decoding.compile()?;
    let folder = tempfile::tempdir()?;
    let chosen = chosen();
    let is_chosen = |state: &&&str| chosen.as_deref().is_none_or(|chosen| chosen == **state);
    if is_chosen(&&"listing") {
        (0..FILES).try_for_each(|file| std::fs::File::create(folder.path().join(file.to_string())).map(drop))?;
    }
    let policy = Policy::new().call_deadline(LIMIT).mount(folder.path(), "/data", Access::ReadOnly).network(
        // Its name is looked up, and nobody listens.
        Network::new().connect_tcp("localhost:*")?,
    );
    let mut report = Report::new("stopping");
    let mut measure = |name: String, stop: &dyn Fn() -> Result<f64>| -> Result<()> {
        let latencies = (0..STOPS).map(|_| stop()).collect::<Result<Vec<_>>>()?;
        for (part, quantile_of) in [("p50", 0.5), ("p99", 0.99)] {
            let value = quantile(latencies.clone(), quantile_of);
            report.time(&format!("{name}: {part}"), Unit::Milliseconds, value, GOAL);
        }
        Ok(())
    };
    for (threads, others) in [(0, ""), (8, " on 9 threads")] {
        for state in STATES.iter().filter(is_chosen) {
            let name = format!("stopped in state `{state}`{others}");
            measure(name, &|| stop(&hostile, &policy, state, threads))?;
        }
    }
    for state in DECODING.iter().filter(is_chosen) {
        measure(format!("stopped while {state}"), &|| stop_decoding(&decoding, state))?;
    }
    ensure!(engine().quarantined() == 0, "some threads were not stopped");
    report.finish()
}

/// Seconds from the deadline to the end of the plugin's last thread.
fn stop(module: &Module, policy: &Policy, state: &str, threads: usize) -> Result<f64> {
    let plugin = Plugin::new(module, policy)?;
    let target = match state {
        "resolve" => "localhost:1",
        _ => "/data",
    };
    let deadline = Instant::now() + LIMIT;
    match plugin.call_bytes("stay", format!("{state} {threads} {target}").as_bytes()) {
        Err(CallError::Failed(Error::Stopped(_))) => {}
        other => bail!("{state}: {other:?}"),
    }
    wait_until("the end of the last thread", || plugin.live_threads() == 0);
    Ok(deadline.elapsed().as_secs_f64())
}

/// Seconds from the deadline to the end of a call whose result or whose arguments the host decodes.
fn stop_decoding(module: &Module, state: &str) -> Result<f64> {
    let plugin = Plugin::builder(module).config(&0_u32).provide(<dyn Adder>::provider(HostAdder)).start()?;
    let of_results = state == "decoding results";
    let mut limit = LIMIT;
    if of_results {
        let start = Instant::now();
        plugin.bind::<dyn Bench>()?.words(WORDS)?;
        limit = start.elapsed();
    }
    loop {
        // The plugin's part of a call with a result comes first.
        limit = limit.mul_f64(0.9);
        let bench = plugin.within(limit).bind::<dyn Bench>()?;
        let deadline = Instant::now() + limit;
        match if of_results { bench.words(WORDS).map(drop) } else { bench.give_words(WORDS) } {
            Ok(()) => {}
            Err(Error::Stopped(_)) => return Ok(deadline.elapsed().as_secs_f64()),
            Err(error) => bail!("{state}: {error}"),
        }
    }
}

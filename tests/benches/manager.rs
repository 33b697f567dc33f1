//! What it costs to keep plugins with a manager. Run by `cargo xtask bench`.

use anyhow::{Context, Result, ensure};
use plugix_e2e::bench::{Report, Unit, compare, median};
use plugix_e2e::{engine, guest};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::counting::{Counting, Gate};
use plugix_e2e_contract::host::Adder;
use plugix_e2e_registry::{Registry, module};
use plugix_host::Plugin;
use plugix_host::plugin::Sharing;
use plugix_manager::store::Store;
use plugix_manager::{Manager, Mode, Spec};
use serde_json::json;
use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often the plugin is reloaded under load.
const RELOADS: usize = 500;

/// How many threads call it meanwhile, and how often each of them does.
const CALLERS: u32 = 4;
const EVERY: Duration = Duration::from_millis(4);

struct Host;

impl Adder for Host {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

impl Gate for Host {
    fn pass(&self) {}
}

fn main() -> Result<()> {
    let manager = Manager::builder(engine()).provide(<dyn Adder>::provider(Host)).provide(<dyn Gate>::provider(Host));
    let manager = manager.build()?;
    let mut report = Report::new("manager");
    calls(&manager, &mut report)?;
    reloads(&manager, &mut report)?;
    listing(&mut report)?;
    installing(&mut report)?;
    report.finish()
}

/// A call by a handle of the manager, and one to a plugin of the host's own.
fn calls(manager: &Manager, report: &mut Report) -> Result<()> {
    let sharing = Sharing::new().workers(1);
    let spec = Spec::new("bench", &guest("bench")).config(json!(0)).mode(Mode::Shared(sharing));
    let managed = manager.start(spec)?.bind::<dyn Bench>()?;
    let direct = Plugin::builder(&guest("bench")).config(&0_u32).provide(<dyn Adder>::provider(Host)).start()?;
    let direct = direct.into_shared(&sharing)?.bind::<dyn Bench>()?;
    let pair =
        compare(2000, || managed.nothing().expect("the call works"), || direct.nothing().expect("the call works"));
    report.ratio("a call by a manager's handle / by a shared plugin's", Unit::Nanoseconds, pair, 1.1);
    let bytes = [7_u8; 64];
    let pair = compare(
        1000,
        || black_box(managed.echo(&bytes).expect("the call works")),
        || black_box(direct.echo(&bytes).expect("the call works")),
    );
    report.ratio("an echo of 64 bytes by a manager's handle / by a shared plugin's", Unit::Nanoseconds, pair, 1.1);
    Ok(())
}

/// Reloads a plugin with a state, under 1,000 calls a second.
fn reloads(manager: &Manager, report: &mut Report) -> Result<()> {
    let spec = || {
        let spec = Spec::new("counter", &guest("stateful")).config(json!(""));
        spec.mode(Mode::Shared(Sharing::new().workers(2)))
    };
    let counter = manager.start(spec())?;
    let state = own_time(&counter)?;
    let done = AtomicBool::new(false);
    let (calls, longest, pauses) = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| paced(&counter, &done))).collect();
        let pauses = (0..RELOADS).map(|_| Ok(manager.reload(spec())?.pause.as_secs_f64())).collect::<Result<Vec<_>>>();
        done.store(true, Ordering::Relaxed);
        let mut sum = (0, Duration::ZERO);
        for caller in callers {
            let (calls, longest) = caller.join().expect("a caller doesn't panic").context("a call was lost")?;
            sum = (sum.0 + calls, sum.1.max(longest));
        }
        anyhow::Ok((sum.0, sum.1, pauses?))
    })?;
    let counted = counter.bind::<dyn Counting>()?.add(0)?;
    ensure!(counted == calls, "{calls} calls counted to {counted}");
    let beyond = longest.as_secs_f64() - state;
    report.time("longest wait of a call during 500 reloads, beyond save and restore", Unit::Milliseconds, beyond, 5.0);
    report.time("pause of a reload", Unit::Microseconds, median(pauses), 5000.0);
    Ok(())
}

/// How long the plugin's own save and restore take.
fn own_time(counter: &plugix_manager::Managed) -> Result<f64> {
    let times = (0..50).map(|_| {
        let begin = Instant::now();
        counter.save()?;
        // Restoring the state takes as long as saving it.
        Ok(2.0 * begin.elapsed().as_secs_f64())
    });
    Ok(median(times.collect::<Result<Vec<_>>>()?))
}

/// Calls at a steady pace. Returns how often, and how long the slowest call took.
fn paced(counter: &plugix_manager::Managed, done: &AtomicBool) -> Result<(u64, Duration)> {
    let client = counter.bind::<dyn Counting>()?;
    let (mut calls, mut longest, mut next) = (0, Duration::ZERO, Instant::now());
    while !done.load(Ordering::Relaxed) {
        thread::sleep(next.saturating_duration_since(Instant::now()));
        let begin = Instant::now();
        client.add(1)?;
        longest = longest.max(begin.elapsed());
        calls += 1;
        next += EVERY;
    }
    Ok((calls, longest))
}

/// Discovers 500 plugins of 20 KiB in a folder, which was seen before.
fn listing(report: &mut Report) -> Result<()> {
    const PLUGINS: usize = 500;
    let (home, plugins) = (tempfile::tempdir()?, tempfile::tempdir()?);
    for at in 0..PLUGINS {
        let name = format!("plugin-{at}");
        std::fs::write(plugins.path().join(format!("{name}.wasm")), module(&name, "1.0.0", 20 << 10))?;
    }
    let store = Store::open(home.path())?;
    ensure!(store.scan(plugins.path())?.len() == PLUGINS, "a plugin was not found");
    let times = (0..20).map(|_| {
        let begin = Instant::now();
        black_box(store.scan(plugins.path())?);
        Ok(begin.elapsed().as_secs_f64())
    });
    let time = median(times.collect::<Result<Vec<_>>>()?);
    report.time("500 plugins in a folder, listed again", Unit::Milliseconds, time, 100.0);
    Ok(())
}

/// Installs plugins of 5 MB from a registry on this machine.
fn installing(report: &mut Report) -> Result<()> {
    let (home, registry) = (tempfile::tempdir()?, Registry::new());
    let mut store = Store::open(home.path())?;
    let times = (0..10).map(|at| {
        let (name, repository) = (format!("plugin-{at}"), format!("plugins/{at}"));
        registry.put(&repository, "1", &module(&name, "1.0.0", 5 << 20), &[]);
        let source = format!("oci://{}:1", registry.reference(&repository)).parse()?;
        let begin = Instant::now();
        store.add(None, source, &mut |_| {})?;
        Ok(begin.elapsed().as_secs_f64())
    });
    let time = median(times.collect::<Result<Vec<_>>>()?);
    report.time("a plugin of 5 MiB, installed from a registry", Unit::Milliseconds, time, 1000.0);
    Ok(())
}

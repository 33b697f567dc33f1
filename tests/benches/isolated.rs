//! What a process of its own costs a plugin: calls, starts, memory, and what two plugins gain from two processors. Run by
//! `cargo xtask bench`.
//!
//! The children are this program itself.

use anyhow::Result;
use plugix_e2e::bench::{Pair, Report, Unit, compare_long, median, quantile, seconds};
use plugix_e2e::{guest, private_kib_of};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::host::Adder;
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::Plugin;
use plugix_host::isolated::{IsolatedPlugin, Isolation};
use plugix_host::plugin::PluginBuilder;
use std::hint::black_box;
use std::thread;
use std::time::Instant;

/// Calls of the host that one call makes.
const HOST_CALLS: u32 = 100;

/// Children that live at the same time.
const IDLE: u64 = 20;

/// A call that takes some milliseconds: to wake a process up takes 10 µs, twice a call.
const ROUNDS: u64 = 1_500_000;

struct Host;

impl Adder for Host {
    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

impl Oracle for Host {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

fn builder() -> PluginBuilder {
    Plugin::builder(&guest("bench")).config(&7_u32).provide(<dyn Adder>::provider(Host))
}

fn begin() -> Result<IsolatedPlugin> {
    Ok(builder().start_isolated(&Isolation::this_program()?)?)
}

fn main() -> Result<()> {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { plugix_host::run_if_child() };
    let mut report = Report::new("isolated");
    let (here, there) = (builder().start()?, begin()?);
    let (here, far) = (here.bind::<dyn Bench>()?, there.bind::<dyn Bench>()?);

    let empty = seconds(2000, || far.nothing().expect("the call works"));
    report.time("in a process of its own: empty call", Unit::Microseconds, empty, 6.0);
    let bytes = [7; 64];
    let echo = seconds(2000, || black_box(far.echo(black_box(&bytes)).expect("the call works")));
    report.time("in a process of its own: echo of 64 B", Unit::Microseconds, echo, 7.0);
    let bytes = vec![7; 1 << 20];
    let echo = compare_long(
        101,
        4,
        || black_box(far.echo(black_box(&bytes)).expect("the call works")),
        || black_box(here.echo(black_box(&bytes)).expect("the call works")),
    );
    report.ratio("in a process of its own: echo of 1 MiB / in the host's", Unit::Microseconds, echo, 2.5);
    let calls = seconds(20, || far.call_host(HOST_CALLS).expect("the call works")) / f64::from(HOST_CALLS);
    report.time("in a process of its own: host function", Unit::Microseconds, calls, 6.0);

    report.time("start of a child, from compiled code", Unit::Milliseconds, start()?, 15.0);
    let idle = (0..IDLE).map(|_| begin()).collect::<Result<Vec<_>>>()?;
    let resident = idle.iter().map(|plugin| private_kib_of(plugin.process_id())).sum::<Result<u64>>()?;
    report.size("memory of an idle child that it shares with nobody", resident as f64 / IDLE as f64, 6.0 * 1024.0);
    drop(idle);

    report.ratio("two children at once / one, time of a call", Unit::Microseconds, two_and_one()?, 1.0 / 1.9);
    report.finish()
}

/// Seconds until a child has started; its end doesn't count.
fn start() -> Result<f64> {
    let start = |_| {
        let begin_at = Instant::now();
        let child = begin()?;
        let taken = begin_at.elapsed().as_secs_f64();
        drop(child);
        Ok(taken)
    };
    Ok(median((0..51).map(start).collect::<Result<_>>()?))
}

/// The time of each call that computes, of two children by two threads at once, and of one. The quickest rounds count,
/// since both processors were free in them.
fn two_and_one() -> Result<Pair> {
    let start = || -> Result<_> {
        let builder = Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Host));
        Ok(builder.start_isolated(&Isolation::this_program()?)?.bind::<dyn Shared>()?)
    };
    let children = [start()?, start()?];
    let run = |at: usize| (0..5).for_each(|_| drop(black_box(children[at].work(black_box(ROUNDS)))));
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..21 {
        let begin = Instant::now();
        run(0);
        one.push(begin.elapsed().as_secs_f64() / 5.0);
        let begin = Instant::now();
        thread::scope(|scope| {
            scope.spawn(|| run(0));
            run(1);
        });
        two.push(begin.elapsed().as_secs_f64() / 10.0);
    }
    Ok(Pair { ours: quantile(two, 0.1), baseline: quantile(one, 0.1) })
}

//! What calls of a shared plugin cost, what two callers gain from two processors, and what a pool costs. Run by `cargo
//! xtask bench`.

use anyhow::Result;
use plugix_e2e::bench::{Pair, Report, Unit, compare, quantile, seconds};
use plugix_e2e::{engine, guest};
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::Plugin;
use plugix_host::plugin::Sharing;
use plugix_host::pool::Pool;
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// A call that takes some 20 µs.
const ROUNDS: u64 = 10_000;

struct Nobody;

impl Oracle for Nobody {
    fn answer(&self, question: u32) -> u32 {
        question
    }
}

fn main() -> Result<()> {
    let start = || Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Nobody)).start();
    let alone = start()?;
    let alone = alone.bind::<dyn Shared>()?;
    let shared = start()?.into_shared(&Sharing::new().workers(2))?.bind::<dyn Shared>()?;
    let mut report = Report::new("shared");

    let call = || black_box(shared.add(black_box(1)).expect("the call works"));
    let pair = compare(2000, call, || black_box(alone.add(black_box(1)).expect("the call works")));
    report.time("small call of a shared plugin", Unit::Microseconds, pair.ours, 5.0);
    report.ratio("the same / of a plugin that is not shared", Unit::Nanoseconds, pair, 1.5);

    let work = |calls: u32| {
        for _ in 0..calls {
            black_box(shared.work(black_box(ROUNDS)).expect("the call works"));
        }
    };
    report.ratio("two callers at once / one caller, time of a call", Unit::Microseconds, two_and_one(20, work), 0.556);

    let small = |calls: u32| (0..calls).for_each(|_| shared.nothing().expect("the call works"));
    report.ratio("the same with calls that do nothing", Unit::Nanoseconds, two_and_one(2000, small), 0.75);

    let make = |reset: bool| {
        let make =
            move || Plugin::builder(&guest("shared")).provide(<dyn Oracle>::provider(Nobody)).resettable(reset).start();
        Pool::builder(engine(), make).min(2).max(2).reset(reset).build()
    };
    let pool = make(false)?;
    let take = seconds(500, || black_box(pool.take().expect("there is one")));
    report.time("take from the pool and give back", Unit::Microseconds, take, 5.0);
    let pool = make(true)?;
    let take = seconds(2, || black_box(pool.take().expect("there is one")));
    report.time("the same with a reset", Unit::Microseconds, take, 1000.0);
    report.finish()
}

/// The time of each of `calls`, by two threads at once and by one. Both processors must be free for this. The quickest
/// rounds count, since the processors were free in them.
fn two_and_one(calls: u32, run: impl Fn(u32) + Sync) -> Pair {
    const ROUNDS: usize = 1001;
    // Both threads count this up, and look at it to wait for each other. Waking up a thread would take as long as a
    // round.
    let step = AtomicUsize::new(0);
    let together = |steps: usize| {
        step.fetch_add(1, Ordering::SeqCst);
        while step.load(Ordering::SeqCst) < steps {
            std::hint::spin_loop();
        }
    };
    let mut two = Vec::new();
    let mut one = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..ROUNDS {
                together(4 * round + 2);
                run(calls);
                together(4 * round + 4);
            }
        });
        for round in 0..ROUNDS {
            let start = Instant::now();
            run(calls);
            one.push(start.elapsed().as_secs_f64() / f64::from(calls));
            together(4 * round + 2);
            let start = Instant::now();
            run(calls);
            together(4 * round + 4);
            two.push(start.elapsed().as_secs_f64() / f64::from(2 * calls));
        }
    });
    Pair { ours: quantile(two, 0.1), baseline: quantile(one, 0.1) }
}

//! Jobs of all kinds, and what the connection does meanwhile.

use super::drivers::KEPT;
use super::*;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Sender, channel};
use std::thread::{ThreadId, current};

fn threads() -> Threads {
    Threads::start().expect("the process may have threads")
}

/// Runs a job to its end. Returns where it ran.
fn run(blocking: &Blocking) -> ThreadId {
    let (done, ran) = channel();
    blocking.run(move || done.send(current().id()).expect("the test waits"));
    ran.recv().expect("it runs")
}

/// Where the tasks run now.
fn driver(threads: &Threads) -> ThreadId {
    let (done, ran) = channel();
    threads.handle().spawn(async move { done.send(current().id()) });
    ran.recv().expect("the runtime is driven")
}

#[test]
fn tasks_go_on_while_jobs_block() {
    let threads = threads();
    let blocking = threads.blocking();
    // The first job of a kind may be long. After short ones, nobody is told of the next one before.
    for was_short in [false, true, true] {
        blocking.was_short.store(was_short, Ordering::Relaxed);
        let (release, held) = channel::<()>();
        let (done, ran) = channel();
        blocking.run(move || {
            held.recv().expect("the test lets it go");
            done.send(current().id()).expect("the test waits");
        });
        for _ in 0..3 {
            driver(&threads);
        }
        release.send(()).expect("the job waits");
        ran.recv().expect("the job goes on");
    }
}

#[test]
fn jobs_wait_for_no_long_one() {
    let threads = threads();
    let held: Vec<Sender<()>> = (0..3 * KEPT)
        .map(|_| {
            let (release, held) = channel();
            threads.blocking().run(move || {
                let _ = held.recv();
            });
            run(&threads.blocking());
            release
        })
        .collect();
    drop(held);
    run(&threads.blocking());
}

#[test]
fn many_short_jobs_all_run() {
    let threads = threads();
    let blocking = threads.blocking();
    let (done, ran) = channel();
    for at in 0..10_000 {
        let done = done.clone();
        blocking.run(move || done.send(at).expect("the test waits"));
    }
    let mut all: Vec<_> = ran.iter().take(10_000).collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..10_000));
}

#[test]
fn a_thread_that_sleeps_is_woken() {
    let threads = threads();
    let blocking = threads.blocking();
    run(&blocking);
    while !threads.drivers.sleeps.load(Ordering::SeqCst) {
        std::thread::yield_now();
    }
    blocking.was_short.store(true, Ordering::Relaxed);
    let (release, held) = channel::<()>();
    blocking.run(move || {
        let _ = held.recv();
    });
    driver(&threads);
    drop(release);
}

#[test]
fn a_panic_ends_nothing_else() {
    let threads = threads();
    threads.blocking().run(|| panic!("in a job"));
    run(&threads.blocking());
    driver(&threads);
}

#[test]
fn the_end_drops_what_is_left() {
    let threads = threads();
    let (alive, gone) = channel::<()>();
    threads.handle().spawn(async move {
        std::future::pending::<()>().await;
        drop(alive);
    });
    let (release, held) = channel::<()>();
    let (begun, begins) = channel();
    let blocking = threads.blocking();
    blocking.run(move || {
        begun.send(()).expect("the test waits");
        let _ = held.recv();
    });
    begins.recv().expect("it begins");
    drop(threads);
    assert!(gone.recv().is_err(), "the task goes though a job runs");
    let (never, ran) = channel::<()>();
    blocking.run(move || never.send(()).expect("nobody runs it"));
    assert!(ran.recv().is_err(), "jobs after the end are dropped");
    drop(release);
}

//! Stops plugins that never end, in every state that a thread can be in, alone and with many others.

mod limits;
mod places;

use anyhow::{Result, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, plugin, wait_until};
use plugix_host::{Error, Plugin, Policy, StopReason};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Tight enough to be quick, and long enough for the other threads to start.
const LIMIT: Duration = Duration::from_millis(100);

/// What one call of the sibling answers.
const WORK: &str = "46368";

fn stopping() -> Plugin {
    plugin("stop", &Policy::new().call_deadline(LIMIT))
}

/// A plugin's deadline ends it in this state, and a sibling of the same module notices nothing.
fn ends(state: &str, threads: usize) -> Result<()> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let sibling = scope.spawn(|| {
            let sibling = plugin("stop", &Policy::new());
            while !over.load(Ordering::Relaxed) {
                ensure!(call(&sibling, "work", "")? == WORK, "the sibling miscalculated");
            }
            ensure!(call(&sibling, "work", "")? == WORK, "the sibling miscalculated afterwards");
            Ok(())
        });
        let stopped = is_stopped(state, threads);
        over.store(true, Ordering::Relaxed);
        sibling.join().expect("the sibling's thread is well")?;
        stopped
    })
}

fn is_stopped(state: &str, threads: usize) -> Result<()> {
    let plugin = stopping();
    let error = failure(&plugin, "stay", format!("{state} {threads}"))?;
    assert_matches!(error, Error::Stopped(StopReason::Deadline { limit: LIMIT }));
    let error = failure(&plugin, "work", "")?;
    assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Stopped(_)));
    wait_until("the end of all threads", || plugin.live_threads() == 0);
    Ok(())
}

macro_rules! states {
    ($($test:ident $state:literal)*) => { $(
        mod $test {
            #[test]
            fn alone() -> anyhow::Result<()> {
                super::ends($state, 0)
            }

            #[test]
            fn with_eight_threads() -> anyhow::Result<()> {
                super::ends($state, 8)
            }
        }
    )* };
}

states! {
    spinning "spin"
    calling_through_a_table "recursion"
    calling_without_a_loop "exponential"
    filling_memory "bulk"
    calling_the_system "system-calls"
    sleeping "sleep"
    waiting_for_a_mutex "mutex"
    waiting_for_a_condvar "condvar"
    parked "park"
    waiting_for_a_channel "channel"
    spinning_on_an_atomic "atomic"
    joining "join"
    reading_stdin "stdin"
    panicking "panics"
    dropping "drop"
    unwinding "unwinding"
    spawning "spawning"
    threads_that_come_and_go "coming-and-going"
}

#[test]
fn cancelling_from_another_thread() -> Result<()> {
    for state in ["spin", "sleep", "mutex"] {
        let plugin = plugin("stop", &Policy::new());
        let cancel = plugin.cancel_handle();
        std::thread::scope(|scope| {
            scope.spawn(|| cancel.cancel());
            match failure(&plugin, "stay", format!("{state} 8"))? {
                // It was cancelled before the call began, or while it ran.
                Error::Dead(cause) => assert_matches!(*cause, Error::Stopped(StopReason::Cancelled)),
                error => assert_matches!(error, Error::Stopped(StopReason::Cancelled)),
            }
            anyhow::Ok(())
        })?;
        wait_until("the end of all threads", || plugin.live_threads() == 0);
    }
    Ok(())
}

#[test]
fn unloading_ends_threads_that_a_call_left() -> Result<()> {
    for state in ["spin", "sleep", "mutex", "spawning"] {
        let plugin = plugin("stop", &Policy::new());
        call(&plugin, "leave", format!("{state} 8"))?;
        drop(plugin);
        assert_eq!(engine().quarantined(), 0, "{state}");
    }
    Ok(())
}

/// Nothing ends a read of these once it waits.
#[test]
fn pipes_and_event_counters_are_refused() -> Result<()> {
    const NOTSUP: u16 = 58;
    assert_eq!(call(&plugin("stop", &Policy::new()), "pipe_and_event", "")?, format!("{NOTSUP} {NOTSUP}"));
    Ok(())
}

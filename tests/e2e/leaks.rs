//! What is left behind. Each test counts in a process of its own.

use anyhow::{Result, ensure};
use plugix_e2e::{call, engine, guest, isolated, plugin, resident_kib, threads, wait_until};
use plugix_host::plugin::Sharing;
use plugix_host::pool::Pool;
use plugix_host::{Plugin, Policy};
use std::thread::available_parallelism;

/// Threads of a host that has compiled nothing yet: libtest's, the test's, and the engine's thread for I/O.
const FRESH: usize = 2 + 1;

/// The process does something a thousand times. Over the next ten thousand times it may grow by this many KiB.
const GROWTH: u64 = 4 << 10;

/// Threads of an idle host: the compiler keeps one for each processor.
fn idle() -> usize {
    FRESH + available_parallelism().map_or(1, usize::from)
}

/// Threads that have ended for their plugin may still be there for the operating system, for a moment.
fn wait_for_threads(count: usize) {
    wait_until("the end of the threads", || threads().is_ok_and(|names| names.len() == count));
}

#[test]
fn an_idle_host_has_no_pool_of_threads() -> Result<()> {
    isolated("leaks::an_idle_host_has_no_pool_of_threads", || {
        engine();
        assert_eq!(threads()?.len(), FRESH);
        guest("threads").compile()?;
        wait_for_threads(idle());
        Ok(())
    })
    .map(drop)
}

#[test]
fn plugins_have_no_threads_until_they_ask() -> Result<()> {
    isolated("leaks::plugins_have_no_threads_until_they_ask", || {
        guest("threads").compile()?;
        wait_for_threads(idle());
        let plugins: Vec<_> = (0..20).map(|_| plugin("threads", &Policy::new())).collect();
        // The thread that watches over their start ends a little later.
        wait_for_threads(idle());
        for plugin in &plugins {
            call(plugin, "start_worker", "")?;
        }
        assert_eq!(threads()?.len(), idle() + 20);
        Ok(())
    })
    .map(drop)
}

#[test]
fn ten_thousand_calls_that_use_a_thread_leave_nothing() -> Result<()> {
    isolated("leaks::ten_thousand_calls_that_use_a_thread_leave_nothing", || {
        let plugin = plugin("threads", &Policy::new());
        let run = |calls: u32| (0..calls).try_for_each(|_| call(&plugin, "spawn_and_join", "").map(drop));
        run(1000)?;
        let before = resident_kib()?;
        run(10_000)?;
        let after = resident_kib()?;
        assert!(after <= before + GROWTH, "{before} KiB became {after}");
        wait_until("the end of the last call's thread", || plugin.live_threads() == 0);
        wait_for_threads(idle());
        Ok(())
    })
    .map(drop)
}

/// In a call, in a thread of its own, and in calls that end with a panic.
#[test]
fn ten_thousand_panics_leave_nothing() -> Result<()> {
    isolated("leaks::ten_thousand_panics_leave_nothing", || {
        let plugin = plugin("panics", &Policy::new());
        let run = |calls: u32| {
            (0..calls).try_for_each(|_| {
                ensure!(call(&plugin, "catch", "")? == "caught");
                ensure!(call(&plugin, "join", "")? == "in a thread");
                ensure!(call(&plugin, "panic", "luck").is_err());
                plugin.take_output();
                Ok(())
            })
        };
        run(500)?;
        let before = resident_kib()?;
        run(10_000)?;
        let after = resident_kib()?;
        assert!(after <= before + GROWTH, "{before} KiB became {after}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn dropping_a_plugin_ends_its_threads() -> Result<()> {
    isolated("leaks::dropping_a_plugin_ends_its_threads", || {
        guest("threads").compile()?;
        wait_for_threads(idle());
        let plugin = plugin("threads", &Policy::new());
        call(&plugin, "start_worker", "")?;
        assert_eq!(plugin.live_threads(), 1);
        drop(plugin);
        // The thread that watches deadlines ends some time after the last deadline.
        wait_for_threads(idle());
        Ok(())
    })
    .map(drop)
}

#[test]
fn plugins_that_come_and_go_leave_nothing() -> Result<()> {
    isolated("leaks::plugins_that_come_and_go_leave_nothing", || {
        let run = |plugins: u32| {
            (0..plugins).try_for_each(|_| {
                let plugin = Plugin::new(&guest("threads"), &Policy::new())?;
                call(&plugin, "start_worker", "")?;
                call(&plugin, "spawn_and_join", "").map(drop)
            })
        };
        run(50)?;
        let before = resident_kib()?;
        // A plugin takes some 170 KiB. A tenth of these plugins would be over the bound.
        run(250)?;
        let after = resident_kib()?;
        assert!(after <= before + GROWTH, "{before} KiB became {after}");
        wait_for_threads(idle());
        Ok(())
    })
    .map(drop)
}

#[test]
fn shared_plugins_and_pools_that_come_and_go_leave_nothing() -> Result<()> {
    isolated("leaks::shared_plugins_and_pools_that_come_and_go_leave_nothing", || {
        let run = |rounds: u32| {
            (0..rounds).try_for_each(|_| {
                let shared = plugin("threads", &Policy::new()).into_shared(&Sharing::new().workers(4))?;
                let awaited = shared.run(|worker| worker.call_bytes("spawn_and_join", b""));
                ensure!(futures::executor::block_on(awaited).is_ok(), "an awaited call failed");
                let make = || Plugin::builder(&guest("threads")).resettable(true).start();
                let pool = Pool::builder(engine(), make).min(1).max(2).reset(true).build()?;
                let both = [pool.take()?, pool.take()?];
                both.iter().try_for_each(|plugin| call(plugin, "spawn_and_join", "").map(drop))
            })
        };
        run(30)?;
        let before = resident_kib()?;
        run(100)?;
        let after = resident_kib()?;
        assert!(after <= before + GROWTH, "{before} KiB became {after}");
        Ok(())
    })
    .map(drop)
}

//! What is left behind: each test counts in a process of its own.

use anyhow::Result;
use plugix_e2e::{ProcessStatus, call, engine, guest, isolated, plugin};
use plugix_host::{Plugin, Policy};

/// Threads of a test process that has done nothing yet: the test's own, and the one that libtest may wait in.
const OWN_THREADS: u64 = 2;

/// Threads of the engine: one for I/O.
const ENGINE_THREADS: u64 = 1;

#[test]
fn an_idle_host_has_no_pool_of_threads() -> Result<()> {
    isolated("leaks::an_idle_host_has_no_pool_of_threads", || {
        let before = ProcessStatus::now()?.threads;
        engine();
        assert!(before <= OWN_THREADS, "{before} threads at the start");
        assert_eq!(ProcessStatus::now()?.threads, before + ENGINE_THREADS);
        Ok(())
    })
    .map(drop)
}

#[test]
fn a_plugin_has_no_threads_until_it_asks() -> Result<()> {
    isolated("leaks::a_plugin_has_no_threads_until_it_asks", || {
        // The compiler has a pool, one thread for each processor.
        guest("threads").compile()?;
        let before = ProcessStatus::now()?.threads;
        let plugins: Vec<_> = (0..20).map(|_| plugin("threads", &Policy::new())).collect();
        assert_eq!(ProcessStatus::now()?.threads, before);
        plugins.iter().try_for_each(|plugin| call(plugin, "scope", "").map(drop))?;
        Ok(())
    })
    .map(drop)
}

#[test]
fn ten_thousand_calls_that_use_a_thread_leave_nothing() -> Result<()> {
    /// A call that left 512 bytes behind would be over this.
    const GROWTH_KIB: u64 = 4 << 10;
    isolated("leaks::ten_thousand_calls_that_use_a_thread_leave_nothing", || {
        let plugin = plugin("threads", &Policy::new());
        let run = |calls: u32| (0..calls).try_for_each(|_| call(&plugin, "spawn_and_join", "").map(drop));
        run(1000)?;
        let before = ProcessStatus::now()?;
        run(9000)?;
        let after = ProcessStatus::now()?;
        println!("{before:?} {after:?}");
        assert_eq!(plugin.live_threads(), 0);
        assert!(after.threads <= before.threads, "{before:?} became {after:?}");
        assert!(after.resident <= before.resident + GROWTH_KIB, "{before:?} became {after:?}");
        Ok(())
    })
    .map(drop)
}

#[test]
fn dropping_a_plugin_ends_its_threads() -> Result<()> {
    isolated("leaks::dropping_a_plugin_ends_its_threads", || {
        guest("threads").compile()?;
        let before = ProcessStatus::now()?.threads;
        let plugin = plugin("threads", &Policy::new());
        call(&plugin, "start_worker", "")?;
        assert_eq!((plugin.live_threads(), ProcessStatus::now()?.threads), (1, before + 1));
        drop(plugin);
        assert_eq!(ProcessStatus::now()?.threads, before);
        Ok(())
    })
    .map(drop)
}

#[test]
fn plugins_that_come_and_go_leave_nothing() -> Result<()> {
    /// A plugin is some 170 KiB; 200 that were not let go would be over this many times.
    const GROWTH_KIB: u64 = 8 << 10;
    isolated("leaks::plugins_that_come_and_go_leave_nothing", || {
        let run = |plugins: u32| {
            (0..plugins).try_for_each(|_| {
                let plugin = Plugin::new(&guest("threads"), &Policy::new())?;
                call(&plugin, "start_worker", "")?;
                call(&plugin, "spawn_and_join", "").map(drop)
            })
        };
        run(50)?;
        let before = ProcessStatus::now()?;
        run(200)?;
        let after = ProcessStatus::now()?;
        println!("{before:?} {after:?}");
        assert_eq!(after.threads, before.threads);
        assert!(after.resident <= before.resident + GROWTH_KIB, "{before:?} became {after:?}");
        Ok(())
    })
    .map(drop)
}

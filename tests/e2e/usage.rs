//! What a plugin uses, in numbers.

use anyhow::Result;
use plugix_e2e::{call, engine, failure, guest, module, plugin};
use plugix_host::plugin::{CallUsage, Sharing, Usage};
use plugix_host::policy::{Access, Network};
use plugix_host::pool::Pool;
use plugix_host::raw::RawPlugin;
use plugix_host::{Plugin, Policy};
use std::time::Duration;

#[test]
fn calls_are_told_by_their_end() -> Result<()> {
    let plugin = plugin("usage", &Policy::new());
    let before = plugin.usage();
    assert_eq!((before.plugins, before.calls.running, before.calls.failed), (1, 0, 0));
    for _ in 0..5 {
        call(&plugin, "nothing", "")?;
    }
    call(&plugin, "refuse", "").unwrap_err();
    failure(&plugin, "panic", "")?;
    let after = plugin.usage().calls;
    // A method's own error is no failure.
    assert_eq!((after.finished - before.calls.finished, after.failed, after.running), (7, 1, 0));
    Ok(())
}

#[test]
fn panics_count_on_each_thread_and_an_exit_is_the_end() -> Result<()> {
    let plugin = plugin("usage", &Policy::new());
    failure(&plugin, "panic", "")?;
    assert_eq!(call(&plugin, "panic_in_a_thread", "")?, "true");
    let usage = plugin.usage();
    assert_eq!((usage.panics, usage.stops, usage.calls.failed), (2, 0, 1));
    failure(&plugin, "exit", "")?;
    let usage = plugin.usage();
    assert_eq!((usage.stops, usage.calls.failed, usage.calls.running), (1, 2, 0));
    Ok(())
}

#[test]
fn threads_and_their_processor_time() -> Result<()> {
    let plugin = plugin("usage", &Policy::new().threads(3));
    assert_eq!((plugin.usage().threads.most, plugin.usage().processor_time), (0, Duration::ZERO));
    call(&plugin, "compute_in_threads", "")?;
    let usage = plugin.usage();
    assert_eq!((usage.threads.most, usage.threads.limit), (2, 3));
    // Twice twenty million rounds take longer than this on any processor.
    assert!(usage.processor_time > Duration::from_millis(1), "{usage:?}");
    Ok(())
}

#[test]
fn memory_grows_and_stays_below_its_limit() -> Result<()> {
    const LIMIT: u64 = 64 << 20;
    let plugin = plugin("usage", &Policy::new().memory(LIMIT));
    let before = plugin.usage().memory;
    assert!(0 < before.now && before.now <= LIMIT && before.limit == LIMIT, "{before:?}");
    call(&plugin, "take_memory", (10 << 20).to_string())?;
    let after = plugin.usage().memory;
    assert!(after.now >= before.now + (9 << 20) && after.now <= LIMIT && after.most == after.now, "{after:?}");
    Ok(())
}

#[test]
fn files_bytes_and_sockets() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let policy = Policy::new()
        .mount(folder.path(), "/data", Access::ReadWrite)
        .scratch("/tmp", 1 << 20)
        .network(Network::new().listen_udp("127.0.0.1:0")?);
    let plugin = plugin("usage", &policy);
    call(&plugin, "write", "/data/one")?;
    call(&plugin, "write", "/tmp/two")?;
    call(&plugin, "write", "/tmp/three")?;
    call(&plugin, "open_a_socket", "")?;
    let Usage { open_files, sockets, written_to_mounts, written_to_scratch, .. } = plugin.usage();
    assert_eq!((open_files, sockets, written_to_mounts, written_to_scratch), (3, 1, 10, 20));
    call(&plugin, "close", "")?;
    let usage = plugin.usage();
    assert_eq!((usage.open_files, usage.sockets, usage.written_to_scratch), (0, 0, 20));
    Ok(())
}

#[test]
fn denials_and_output() -> Result<()> {
    let plugin = plugin("usage", &Policy::new().output_limit(4));
    call(&plugin, "want_too_much", "")?;
    assert_eq!(plugin.usage().denials, 1);
    call(&plugin, "print", "012345")?;
    let usage = plugin.usage();
    assert_eq!((usage.output_kept, usage.output_dropped), (4, 2));
    plugin.take_output();
    assert_eq!((plugin.usage().output_kept, plugin.usage().output_dropped), (0, 2));
    Ok(())
}

#[test]
fn a_shared_plugin_counts_the_calls_of_all_workers() -> Result<()> {
    let shared = plugin("usage", &Policy::new()).into_shared(&Sharing::new().workers(2))?;
    let before = shared.usage().calls.finished;
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..100).for_each(|_| drop(shared.call_bytes("nothing", b"").expect("it does nothing"))));
        }
    });
    assert_eq!(shared.usage().calls.finished - before, 200);
    assert_eq!(shared.usage().threads.now, 1, "the main thread is no thread that the plugin started");
    Ok(())
}

#[test]
fn a_pool_sums_and_remembers() -> Result<()> {
    let make = || Plugin::new(&guest("usage"), &Policy::new());
    let pool = Pool::builder(engine(), make).max(2).build()?;
    let (one, other) = (pool.take()?, pool.take()?);
    call(&one, "nothing", "")?;
    call(&other, "nothing", "")?;
    let both = pool.usage();
    assert_eq!(both.plugins, 2);
    assert!(both.memory.now > one.usage().memory.now);
    let finished = both.calls.finished;
    failure(&one, "exit", "")?;
    one.discard();
    let left = pool.usage();
    assert_eq!((left.plugins, left.stops, left.calls.failed), (1, 1, 1));
    assert_eq!(left.calls.finished, finished + 1, "what an instance has done outlives it");
    Ok(())
}

#[test]
fn tables_of_all_threads_count() -> Result<()> {
    let plugin = Plugin::new(&engine().load(module("hostile", "table")?)?, &Policy::new().table_entries(100))?;
    assert_eq!(plugin.usage().table_entries, 10);
    assert_eq!(call(&plugin, "grow", "")?, "grown");
    assert_eq!(plugin.usage().table_entries, 100);
    assert_eq!(call(&plugin, "grow", "")?, "full!");
    assert_eq!(plugin.usage().table_entries, 100);
    Ok(())
}

#[test]
fn a_raw_module_and_serde() -> Result<()> {
    let module = engine().load(module("raw", "reactor")?)?;
    let mut raw = RawPlugin::new(&module, &Policy::new())?;
    let before = raw.usage();
    raw.call::<_, i32>("add", (1, 2))?;
    let usage = raw.usage();
    assert_eq!(usage.calls, CallUsage { finished: before.calls.finished + 1, ..before.calls });
    assert_eq!(serde_json::from_str::<Usage>(&serde_json::to_string(&usage)?)?, usage);
    Ok(())
}

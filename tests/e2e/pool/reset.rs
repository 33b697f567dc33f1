//! Instances are brought back to their state after the start. So callers see nothing of each other.

use super::Nobody;
use anyhow::Result;
use plugix_e2e::{engine, guest};
use plugix_e2e_contract::remains::Remains;
use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_host::pool::{Pool, Pooled};
use plugix_host::{Error, Plugin, Policy};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A pool of one instance, and how many were made.
fn pool(resettable: bool) -> Result<(Pool, Arc<AtomicUsize>)> {
    let made = Arc::<AtomicUsize>::default();
    let count = made.clone();
    let folder = Policy::new().scratch("/tmp", 1 << 20);
    let make = move || {
        count.fetch_add(1, Ordering::SeqCst);
        let builder = Plugin::builder(&guest("shared")).policy(folder.clone()).resettable(resettable);
        builder.provide(<dyn Oracle>::provider(Nobody)).start()
    };
    Ok((Pool::builder(engine(), make).max(1).reset(true).build()?, made))
}

/// Lets `first` use an instance, and checks that the next caller sees nothing of that. Returns how many instances it
/// took.
fn is_forgotten(resettable: bool, first: impl Fn(&Pooled) -> Result<()>) -> Result<usize> {
    let (pool, made) = pool(resettable)?;
    for _ in 0..3 {
        let plugin = pool.take()?;
        let client = plugin.bind::<dyn Shared>()?;
        assert_eq!((client.add(1)?, client.thread()?.1), (0, 0));
        first(&plugin)?;
        assert_eq!(client.add(0)?, 1);
    }
    Ok(made.load(Ordering::SeqCst))
}

#[test]
fn state_and_memory_are_forgotten() -> Result<()> {
    let made = is_forgotten(true, |plugin| {
        let client = plugin.bind::<dyn Shared>()?;
        // More memory than at the start, and a larger frame.
        assert_eq!(client.grow(20 << 20)?, 20 << 20);
        assert!(matches!(client.panic(&"long ".repeat(10_000)), Err(Error::Panic(_))));
        Ok(())
    })?;
    assert_eq!(made, 1);
    Ok(())
}

#[test]
fn threads_that_have_ended_are_no_trace() -> Result<()> {
    let made = is_forgotten(true, |plugin| {
        plugin.bind::<dyn Shared>()?.join_a_thread()?;
        Ok(())
    })?;
    assert_eq!(made, 1);
    Ok(())
}

#[test]
fn what_leaves_traces_is_made_anew() -> Result<()> {
    let made = is_forgotten(true, |plugin| Ok(plugin.bind::<dyn Shared>()?.leave_a_thread()?))?;
    assert_eq!(made, 3);
    let made = is_forgotten(true, |plugin| {
        let written = plugin.bind::<dyn Shared>()?.write("/tmp/trace");
        written.map_err(|error| anyhow::anyhow!("{error}"))
    })?;
    assert_eq!(made, 3);
    Ok(())
}

/// Memory, stack, statics and thread-locals: the guest looks through all that it has.
#[test]
fn nothing_remains_to_be_found() -> Result<()> {
    const WORD: u64 = 0x5ec3_e75e_c3e7_5ec3;
    let make = || Plugin::builder(&guest("remains")).resettable(true).start();
    let pool = Pool::builder(engine(), make).min(1).max(1).reset(true).build()?;
    let mut size = 0;
    for heap in [64 << 10, 16 << 20, 1 << 20] {
        let plugin = pool.take()?;
        let client = plugin.bind::<dyn Remains>()?;
        assert_eq!(client.find(!WORD)?, (0, 0));
        size = size.max(client.fill(!WORD, heap)?);
        let (everywhere, known) = client.find(!WORD)?;
        assert!(everywhere > u64::from(heap) / 8 && known == 2, "{everywhere} {known}");
    }
    assert!(size > 16 << 20);
    let plugin = pool.take()?;
    assert_eq!(plugin.bind::<dyn Remains>()?.find(!WORD)?, (0, 0));
    Ok(())
}

#[test]
fn an_instance_that_is_not_resettable_serves_once() -> Result<()> {
    assert_eq!(is_forgotten(false, |_| Ok(()))?, 3);
    Ok(())
}

#[test]
fn a_stream_of_an_earlier_caller_is_over() -> Result<()> {
    let (pool, made) = pool(true)?;
    let earlier = pool.take()?;
    let mut stream = earlier.bind::<dyn Shared>()?.count_to(1_000_000)?;
    assert_eq!(stream.next(), Some(Ok(0)));
    drop(earlier);
    let plugin = pool.take()?;
    // This one has the handle that the earlier one had.
    let own = plugin.bind::<dyn Shared>()?.count_to(1_000_000)?;
    let broken = stream.find_map(Result::err).expect("it breaks off");
    assert!(broken.to_string().contains("reset"), "{broken}");
    drop(stream);
    assert_eq!(own.map_while(Result::ok).count(), 1_000_000);
    assert_eq!(made.load(Ordering::SeqCst), 1);
    Ok(())
}

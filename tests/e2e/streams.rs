//! Streams between a plugin and the functions of its host. The plugin is `guests/streams`; those between a host and a
//! plugin's own methods are in `typed/streams.rs`.

mod json;

use anyhow::{Context, Result, anyhow};
use plugix_e2e::{assert_matches, engine, guest};
use plugix_e2e_contract::streams::{Pipes, Piping};
use plugix_host::abi::{Stream, StreamError};
use plugix_host::error::{CallError, Error};
use plugix_host::plugin::{PluginBuilder, Sharing};
use plugix_host::pool::Pool;
use plugix_host::{Plugin, Policy};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// A host that counts what it makes, and keeps what it is given.
#[derive(Clone, Default)]
pub(crate) struct Host {
    made: Arc<AtomicU64>,
    kept: Arc<Mutex<Option<Stream<u64>>>>,
}

impl Pipes for Host {
    fn numbers(&self, count: u64) -> Result<Stream<u64>, String> {
        let made = self.made.clone();
        let numbers = (0..count).inspect(move |_| {
            made.fetch_add(1, Ordering::Relaxed);
        });
        if count == 0 { Err("no numbers".to_owned()) } else { Ok(Stream::new(numbers)) }
    }

    fn sum(&self, numbers: Stream<u64>) -> Result<u64, StreamError> {
        numbers.sum()
    }

    fn first(&self, numbers: Stream<u64>, count: u32) -> Vec<u64> {
        numbers.take(count as usize).map(|number| number.expect("it is whole")).collect()
    }

    fn doubled(&self, numbers: Stream<u64>) -> Stream<u64> {
        Stream::fallible(numbers.map(|number| number.map(|number| 2 * number)))
    }

    fn reversed(&self, chunks: Stream<Vec<u8>>) -> Stream<Vec<u8>> {
        Stream::fallible(chunks.map(|chunk| chunk.map(|chunk| chunk.into_iter().rev().collect())))
    }

    fn keep(&self, numbers: Stream<u64>) {
        *self.kept.lock().expect("no panic") = Some(numbers);
    }

    fn next_kept(&self) -> Result<Option<u64>, StreamError> {
        self.kept.lock().expect("no panic").as_mut().and_then(Iterator::next).transpose()
    }
}

pub(crate) fn builder(host: &Host) -> PluginBuilder {
    Plugin::builder(&guest("streams")).policy(Policy::new().threads(4)).provide(<dyn Pipes>::provider(host.clone()))
}

fn start() -> Result<Plugin> {
    Ok(builder(&Host::default()).start()?)
}

/// The method's own error is a text.
fn told<T>(result: Result<T, CallError<String>>) -> Result<T> {
    result.map_err(|error| anyhow!("{error}"))
}

#[test]
fn the_plugin_takes_what_the_host_has() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    for count in [1, 1000, 100_000] {
        assert_eq!(told(client.take(count))?, (0..count).sum::<u64>());
    }
    assert_matches!(client.take(0), Err(CallError::Returned(error)) if error == "no numbers");
    Ok(())
}

#[test]
fn the_host_takes_what_the_plugin_has() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    for count in [0, 1, 100_000] {
        assert_eq!(told(client.give(count, None))?, (0..count).sum::<u64>());
    }
    let chunks = vec![vec![1, 2, 3], Vec::new(), vec![7; 300_000]];
    let turned: Vec<Vec<u8>> = chunks.iter().map(|chunk| chunk.iter().rev().copied().collect()).collect();
    assert_eq!(told(client.turn(chunks))?, turned);
    Ok(())
}

#[test]
fn an_error_in_a_stream_is_the_hosts_to_see() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    for broken in [0, 3, 50_000] {
        let error = told(client.give(100_000, Some(broken))).err().context("it breaks off")?.to_string();
        assert!(error.ends_with("the stream broke off: out of numbers"), "{error}");
    }
    Ok(())
}

#[test]
fn what_the_host_leaves_is_dropped_in_the_plugin() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    assert_eq!(client.give_endless(3)?, (vec![1, 2, 3], 1));
    assert_eq!(client.give_endless(0)?, (vec![], 2), "not even a chunk was pulled");
    Ok(())
}

#[test]
fn a_stream_of_the_hosts_goes_on_with_one_of_the_plugins() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    let expected = (0..50_000_u64).map(|number| 2 * number).sum::<u64>();
    assert_eq!(told(client.give_and_take(50_000, 0))?, [expected]);
    assert_eq!(told(client.give_and_take(50_000, 3))?, [expected; 3], "on threads of the plugin's as well");
    Ok(())
}

#[test]
fn workers_of_a_shared_plugin_do_so_too() -> Result<()> {
    let plugin = start()?.into_shared(&Sharing::new().workers(2))?;
    let client = plugin.bind::<dyn Piping>()?;
    std::thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| told(client.give(20_000, None)))).collect();
        for call in calls {
            assert_eq!(call.join().expect("no panic")?, (0..20_000).sum::<u64>());
        }
        Ok(())
    })
}

#[test]
fn streams_below_each_other_have_a_limit() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    assert_eq!(told(client.nest(8))?, 1);
    for depth in [9, 1000] {
        let error = told(client.nest(depth)).err().context("it is too deep")?.to_string();
        assert!(error.contains("over 8 streams wait for each other"), "{error}");
    }
    assert_eq!(told(client.nest(2))?, 1, "the plugin goes on");
    Ok(())
}

#[test]
fn a_panic_ends_the_stream_and_nothing_else() -> Result<()> {
    let plugin = start()?;
    let client = plugin.bind::<dyn Piping>()?;
    let error = told(client.give_bad("no numbers today")).err().context("it panics")?.to_string();
    assert!(error.contains("the plugin panicked: no numbers today"), "{error}");
    assert_eq!(told(client.give(10, None))?, 45);
    Ok(())
}

#[test]
fn an_end_of_the_plugin_ends_the_call() -> Result<()> {
    let plugin = start()?;
    let error = plugin.bind::<dyn Piping>()?.give_bad("exit").err().context("it exits")?;
    assert_matches!(error, CallError::Failed(Error::Exited { code: 7 }));
    let plugin = start()?;
    let error = plugin.bind::<dyn Piping>()?.give_bad("trap").err().context("it traps")?;
    assert_matches!(error, CallError::Failed(Error::Trap(_) | Error::Exited { .. }));
    assert_matches!(plugin.bind::<dyn Piping>()?.dropped(), Err(Error::Dead(_)));
    Ok(())
}

#[test]
fn a_stream_is_pulled_while_the_plugin_waits() -> Result<()> {
    let host = Host::default();
    let plugin = builder(&host).start()?;
    let client = plugin.bind::<dyn Piping>()?;
    told(client.lend(1 << 40))?;
    // The plugin waits for another host function.
    assert_eq!((told(client.ask_kept())?, told(client.ask_kept())?), (Some(0), Some(1)));
    // The plugin doesn't wait. What is here of the chunk is still here.
    let mut kept = host.kept.lock().expect("no panic").take().context("a stream")?;
    assert_eq!(kept.next(), Some(Ok(2)));
    let error = kept.find_map(Result::err).context("an error")?;
    assert!(error.message().contains("the plugin doesn't wait"), "{error}");
    told(client.lend(1 << 40))?;
    drop(plugin);
    let mut kept = host.kept.lock().expect("no panic").take().context("a stream")?;
    assert_eq!(kept.next(), Some(Err(StreamError::new("the plugin was unloaded"))));
    Ok(())
}

#[test]
fn a_stream_from_before_a_reset_is_gone() -> Result<()> {
    let host = Host::default();
    let make = move || builder(&host).resettable(true).start();
    let pool = Pool::builder(engine(), make).max(1).reset(true).build()?;
    told(pool.take()?.bind::<dyn Piping>()?.lend(1 << 40))?;
    let error = told(pool.take()?.bind::<dyn Piping>()?.ask_kept()).err().context("it is gone")?.to_string();
    assert!(error.contains("the plugin was reset since"), "{error}");
    Ok(())
}

//! Streams in both directions.

use super::store::TestStore;
use super::{builder, typed, value};
use anyhow::{Context, Result};
use plugix_e2e::{isolated, peak_kib};
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::typed::Typed;
use plugix_host::Error;
use plugix_host::abi::{Stream, StreamError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A chunk of a large stream, and how many make a gigabyte.
const CHUNK: usize = 256 << 10;
const GIGABYTE: usize = (1 << 30) / CHUNK;

/// What a gigabyte may add to the process. A hundredth of the gigabyte would be more.
const GROWTH_KIB: u64 = 8 << 10;

/// Numbers up to `count`, and how many were asked for.
fn counted(count: u64) -> (Stream<u64>, Arc<AtomicU64>) {
    let asked = Arc::new(AtomicU64::new(0));
    let counter = asked.clone();
    let numbers = (0..count).inspect(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    (Stream::new(numbers), asked)
}

#[test]
fn numbers_arrive_in_order() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    for count in [0, 1, 1000, 100_000] {
        let numbers = client.count_to(count)?.collect::<Result<Vec<_>, _>>()?;
        assert!(numbers.iter().copied().eq(0..count), "{count} numbers");
        assert_eq!(value(client.sum(Stream::new(0..count)))?, (0..count).sum::<u64>());
    }
    let lengths = client.chunks(3, 100_000)?.map(|chunk| chunk.map(|chunk| chunk.len()));
    assert_eq!(lengths.collect::<Result<Vec<_>, _>>()?, [100_000; 3]);
    Ok(())
}

#[test]
fn calls_and_streams_take_turns() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    let mut one = client.count_to(50_000)?;
    let mut other = client.count_to(50_000)?;
    for number in 0..50_000 {
        assert_eq!((one.next(), other.next()), (Some(Ok(number)), Some(Ok(number))));
    }
    assert_eq!(client.text("and a call")?, "and a call");
    assert_eq!((one.next(), other.next()), (None, None));
    Ok(())
}

#[test]
fn a_stream_can_go_on_in_another() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Extra>()?;
    let doubled = client.doubled(Stream::new(0..100_000))?.collect::<Result<Vec<_>, _>>()?;
    assert!(doubled.into_iter().eq((0..100_000).map(|number| number * 2)));
    Ok(())
}

#[test]
fn nobody_makes_items_that_are_not_pulled() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Extra>()?;
    let (numbers, asked) = counted(1 << 40);
    assert_eq!(client.first(numbers)?, Some(0));
    let made = asked.load(Ordering::Relaxed);
    assert!((1..1 << 17).contains(&made), "{made} numbers were made for one chunk");
    assert_eq!(Arc::strong_count(&asked), 1, "the plugin has let the stream go");
    Ok(())
}

#[test]
fn a_stream_that_is_dropped_early_is_dropped_in_the_plugin() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Extra>()?;
    let mut endless = client.endless()?;
    assert_eq!(endless.next(), Some(Ok(1)));
    drop(client.endless()?);
    assert_eq!(client.dropped()?, 1, "not even a chunk was pulled");
    assert_eq!(endless.next(), Some(Ok(2)));
    drop(endless);
    assert_eq!(client.dropped()?, 2);
    Ok(())
}

#[test]
fn an_error_comes_after_the_items_before_it() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Extra>()?;
    let mut broken = client.broken(3)?;
    assert!(broken.by_ref().take(3).eq((0..3).map(Ok)));
    assert_eq!(broken.next(), Some(Err(StreamError::new("out of numbers"))));
    assert_eq!(broken.next(), None);
    let sum = plugin.bind::<dyn Typed>()?.sum(Stream::fallible([Ok(1), Err("too few")]));
    assert_eq!(sum.map_err(|error| error.to_string()), Err("the stream broke off: too few".to_owned()));
    Ok(())
}

#[test]
fn a_panic_ends_a_stream_and_nothing_else() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Extra>()?;
    let error = client.panicking(3)?.find_map(Result::err).context("an error")?;
    assert!(error.message().contains("no numbers from 3 on"), "{error}");
    let numbers = Stream::new((0..).inspect(|number| assert!(*number < 3, "no numbers of the host's")));
    let error = plugin.bind::<dyn Typed>()?.sum(numbers).err().context("an error")?.to_string();
    assert!(error.contains("no numbers of the host's"), "{error}");
    assert_eq!(client.text("fine")?, 4);
    Ok(())
}

#[test]
fn a_stream_whose_plugin_is_gone() -> Result<()> {
    let plugin = typed();
    let mut numbers = plugin.bind::<dyn Extra>()?.endless()?;
    assert_eq!(numbers.next(), Some(Ok(1)));
    drop(plugin);
    let error = numbers.find_map(Result::err).context("an error")?;
    assert_eq!(error.message(), "the plugin was unloaded");
    Ok(())
}

/// Pulls a stream of the plugin's. Meanwhile the plugin pulls from it.
#[test]
fn a_stream_whose_plugin_is_busy() -> Result<()> {
    let plugin = typed();
    let mut numbers = plugin.bind::<dyn Extra>()?.endless()?;
    // The second stream has one item: what the first one says meanwhile. That is all of its chunk, and then an error.
    let inner = std::iter::from_fn(move || {
        numbers.find_map(|number| number.err()).map(|error| Err::<u64, _>(error.message().to_owned()))
    });
    let sum = plugin.bind::<dyn Typed>()?.sum(Stream::fallible(inner));
    let expected = format!("the stream broke off: {}", Error::Busy);
    assert_eq!(sum.map_err(|error| error.to_string()), Err(expected));
    // Nor could the plugin learn of the stream's end. It learns of it when another stream ends.
    let client = plugin.bind::<dyn Extra>()?;
    assert_eq!(client.dropped()?, 0);
    drop(client.endless()?);
    assert_eq!(client.dropped()?, 2);
    Ok(())
}

#[test]
fn a_gigabyte_from_the_plugin_takes_no_memory() -> Result<()> {
    isolated("typed::streams::a_gigabyte_from_the_plugin_takes_no_memory", || {
        let plugin = typed();
        let client = plugin.bind::<dyn Typed>()?;
        let pull = |chunks: usize| -> Result<usize> {
            let chunks = client.chunks(chunks as u32, CHUNK as u32)?;
            Ok(chunks.map(|chunk| chunk.map(|chunk| chunk.len())).sum::<Result<usize, _>>()?)
        };
        growth(pull)
    })
    .map(drop)
}

#[test]
fn a_gigabyte_to_the_plugin_takes_no_memory() -> Result<()> {
    isolated("typed::streams::a_gigabyte_to_the_plugin_takes_no_memory", || {
        let plugin = builder(&TestStore::default()).start()?;
        let client = plugin.bind::<dyn Extra>()?;
        growth(|chunks| Ok(client.measure(Stream::new((0..chunks).map(|i| vec![i as u8; CHUNK])))? as usize))
    })
    .map(drop)
}

/// Passes a few megabytes, and then a gigabyte. The most memory that the process ever had hardly grows.
fn growth(pass: impl Fn(usize) -> Result<usize>) -> Result<()> {
    assert_eq!(pass(64)?, 64 * CHUNK);
    let before = peak_kib()?;
    assert_eq!(pass(GIGABYTE)?, GIGABYTE * CHUNK);
    let after = peak_kib()?;
    println!("{before} KiB became {after} KiB");
    assert!(after <= before + GROWTH_KIB);
    Ok(())
}

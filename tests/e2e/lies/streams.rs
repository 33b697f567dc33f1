//! Chunks that are none. Such a chunk ends its stream. The plugin is dead only if the result itself is a lie.

use super::{DATA, breach, saying, tell};
use anyhow::{Context, Result};
use plugix_e2e::assert_matches;
use plugix_e2e_contract::lies::Liar;
use plugix_host::Plugin;
use plugix_host::abi::Status;
use plugix_host::error::ProtocolError;

/// Gives a stream this chunk. Returns why the stream broke off, or its items.
fn chunk(plugin: &Plugin, chunk: &[u8]) -> Result<Result<Vec<u16>, String>> {
    tell(plugin, Status::Ok as u32, DATA, 4, &[1, 0, 0, 0])?;
    let numbers = plugin.bind::<dyn Liar>()?.numbers()?;
    tell(plugin, Status::Ok as u32, DATA, chunk.len() as u32, chunk)?;
    Ok(numbers.collect::<Result<Vec<_>, _>>().map_err(|error| error.message().to_owned()))
}

#[test]
fn chunks_that_are_none() -> Result<()> {
    let plugin = saying(Status::Ok, b"")?;
    assert_eq!(chunk(&plugin, &[1, 2, 0, 0, 0, 7, 8])?, Ok(vec![7, 8]), "an honest one");
    let cases: [(&[u8], &str); 9] = [
        (&[], "fewer elements than stated"),
        (&[1, 0, 0, 0], "fewer elements than stated"),
        (&[0, 0, 0, 0, 0], "the chunk is none"),
        (&[3, 1, 0, 0, 0, 7], "the chunk is none"),
        (&[2, 1, 0, 0, 0, 7], "the chunk is none"),
        (&[1, 2, 0, 0, 0, 7], "end of buffer"),
        (&[1, 0xff, 0xff, 0xff, 0xff, 7], "end of buffer"),
        (&[1, 1, 0, 0, 0, 7, 8], "1 bytes too many"),
        (&[1, 0, 0, 0, 0, 7], "1 bytes too many"),
    ];
    for (bytes, expected) in cases {
        let broken = chunk(&plugin, bytes)?.err().with_context(|| format!("{bytes:?} passed"))?;
        assert!(broken.contains(expected), "{bytes:?}: {broken}");
    }
    assert_eq!(chunk(&plugin, b"\x02\0\0\0\0gr\xffnd")?, Err("gr\u{fffd}nd".to_owned()));
    assert_eq!(chunk(&plugin, &[1, 0, 0, 0, 0])?, Ok(vec![]), "the plugin goes on");
    Ok(())
}

#[test]
fn handles_that_are_none() -> Result<()> {
    for handle in [&[1, 0, 0][..], &[1, 0, 0, 0, 0], &[]] {
        let plugin = saying(Status::Ok, handle)?;
        let client = plugin.bind::<dyn Liar>()?;
        assert_matches!(breach(&plugin, client.numbers())?, ProtocolError::Undecodable { .. });
    }
    Ok(())
}

#[test]
fn a_chunk_that_is_not_in_the_memory() -> Result<()> {
    let plugin = saying(Status::Ok, &[1, 0, 0, 0])?;
    let mut numbers = plugin.bind::<dyn Liar>()?.numbers()?;
    tell(&plugin, Status::Ok as u32, u32::MAX, 2, b"")?;
    let error = numbers.next().context("an item")?.err().context("an error")?;
    let place = "broke the protocol in `plugix_stream_next`: the result at 0xffffffff";
    assert!(error.message().contains(place), "{error}");
    assert_eq!(numbers.next(), None);
    assert_matches!(plugin.bind::<dyn Liar>()?.number(), Err(plugix_host::Error::Dead(_)));
    Ok(())
}

#[test]
fn statuses_of_chunks() -> Result<()> {
    for (status, expected) in [(1, "returned an error"), (2, "a panic report"), (3, "refused"), (99, "status code 99")]
    {
        let plugin = saying(Status::Ok, &[1, 0, 0, 0])?;
        let mut numbers = plugin.bind::<dyn Liar>()?.numbers()?;
        tell(&plugin, status, DATA, 0, b"")?;
        let error = numbers.next().context("an item")?.err().context("an error")?;
        assert!(error.message().contains(expected), "{status}: {error}");
    }
    Ok(())
}

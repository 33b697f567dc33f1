//! Calls with bytes, and what stays between them.

use anyhow::Result;
use plugix_e2e::{assert_matches, call, failure, plugin};
use plugix_host::abi::{ABI_VERSION, MIN_FRAME_CAPACITY};
use plugix_host::error::{CallError, ProtocolError};
use plugix_host::{Error, Policy};
use std::thread;

#[test]
fn metadata_says_who_it_is() {
    let plugin = plugin("calls", &Policy::new());
    let metadata = plugin.metadata();
    assert_eq!((metadata.name.as_str(), metadata.version.as_str()), ("guest-calls", env!("CARGO_PKG_VERSION")));
    assert_eq!(metadata.description, "Answers, fails and remembers");
    assert_eq!(metadata.abi, ABI_VERSION);
}

#[test]
fn bytes_of_every_size_come_back() -> Result<()> {
    let plugin = plugin("calls", &Policy::new());
    let frame = MIN_FRAME_CAPACITY as usize;
    // The arguments fill half a frame. So the same bytes fit the frame as a result, too.
    for len in [0, 1, frame / 2, frame / 2 + 1, frame - 1, frame, frame + 1, 1 << 20, 0, 20 << 20, 1] {
        let bytes: Vec<u8> = (0..len).map(|at| (at % 251) as u8).collect();
        let echo = plugin.call_bytes("echo", &bytes).map_err(|error| anyhow::anyhow!("{len} bytes: {error:?}"))?;
        assert!(echo == bytes, "{len} bytes came back as {}", echo.len());
    }
    Ok(())
}

#[test]
fn its_own_errors_are_returned() -> Result<()> {
    let plugin = plugin("calls", &Policy::new());
    let error = plugin.call_bytes("shout", b"\xff");
    assert_matches!(error, Err(CallError::Returned(message)) if message.starts_with(b"invalid utf-8"));
    assert_eq!(call(&plugin, "shout", "hello")?, "HELLO");
    assert_eq!(call(&plugin, "nothing", "at all")?, "");
    Ok(())
}

#[test]
fn methods_that_are_not_there() -> Result<()> {
    let plugin = plugin("calls", &Policy::new());
    assert_matches!(failure(&plugin, "sing", "")?, Error::NoSuchMethod { method } if method == "sing");
    // An export, but no method.
    assert_matches!(failure(&plugin, "plugix_frame_new", "")?, Error::NoSuchMethod { .. });
    assert_eq!(call(&plugin, "shout", "hello")?, "HELLO");
    Ok(())
}

#[test]
fn state_stays_and_is_the_plugins_own() -> Result<()> {
    let one = plugin("calls", &Policy::new());
    let other = plugin("calls", &Policy::new());
    assert_eq!(call(&one, "count", "")?, "1");
    assert_eq!(call(&one, "count", "")?, "2");
    assert_eq!(call(&other, "count", "")?, "1");
    Ok(())
}

#[test]
fn a_plugin_moves_between_threads() -> Result<()> {
    let mut plugin = plugin("calls", &Policy::new());
    for calls in 1..=3 {
        let call_there = move || call(&plugin, "count", "").map(|count| (plugin, count));
        let (moved, count) = thread::spawn(call_there).join().expect("the thread is well")?;
        assert_eq!(count, calls.to_string());
        plugin = moved;
    }
    Ok(())
}

#[test]
fn plugins_run_at_the_same_time() -> Result<()> {
    thread::scope(|scope| {
        let counts = || {
            let plugin = plugin("calls", &Policy::new());
            (1..100).try_for_each(|_| call(&plugin, "count", "").map(drop)).and_then(|()| call(&plugin, "count", ""))
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(counts)).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("the thread is well")?, "100");
        }
        Ok(())
    })
}

#[test]
fn results_have_a_limit() -> Result<()> {
    let plugin = plugin("calls", &Policy::new().result_limit(1000));
    assert_eq!(call(&plugin, "zeroes", "1000")?.len(), 1000);
    let error = failure(&plugin, "zeroes", "1001")?;
    assert_matches!(error, Error::Protocol { error: ProtocolError::ResultTooLarge { len: 1001, limit: 1000 }, .. });
    assert_matches!(failure(&plugin, "zeroes", "1")?, Error::Dead(_));
    Ok(())
}

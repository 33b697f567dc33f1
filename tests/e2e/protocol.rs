//! Plugins that are written by hand against the ABI. One keeps to it, the others don't.

use anyhow::{Result, bail};
use plugix_e2e::{assert_matches, call, engine, failure, module};
use plugix_host::abi::UnknownStatus;
use plugix_host::error::{CallError, LoadError, ProtocolError};
use plugix_host::{Error, Plugin, Policy};

fn by_hand(name: &str, policy: &Policy) -> Result<Result<Plugin, LoadError>> {
    Ok(Plugin::new(&engine().load(module("protocol", name)?)?, policy))
}

fn plugin() -> Result<Plugin> {
    Ok(by_hand("plugin", &Policy::new())??)
}

#[test]
fn the_abi_is_all_that_a_plugin_needs() -> Result<()> {
    let plugin = plugin()?;
    let metadata = plugin.metadata();
    assert_eq!((metadata.name.as_str(), metadata.version.as_str(), metadata.sdk.as_str()), ("by", "0.1", "none"));
    assert_eq!(metadata.description, "by hand");
    assert_eq!(call(&plugin, "echo", "over")?, "over");
    // More bytes than the frame holds. The host asks for a larger frame.
    assert_eq!(call(&plugin, "echo", "x".repeat(5000))?, "x".repeat(5000));
    assert_matches!(plugin.call_bytes("refuse", b""), Err(CallError::Returned(error)) if error == b"by");
    let misunderstood = failure(&plugin, "misunderstand", "")?;
    assert_matches!(misunderstood, Error::BadArguments { method, message } if method == "misunderstand" && message == "by");
    assert_eq!(call(&plugin, "echo", "and out")?, "and out");
    Ok(())
}

#[test]
fn large_results_are_given_back_at_once() -> Result<()> {
    let plugin = plugin()?;
    let freed = || plugin.call_bytes("freed", b"").map_err(|error| anyhow::anyhow!("{error:?}"));
    assert_eq!(freed()?, 0_u32.to_le_bytes());
    assert_eq!(plugin.call_bytes("large", b"").map(|result| result.len()).ok(), Some(65537));
    assert_eq!(freed()?, 1_u32.to_le_bytes());
    Ok(())
}

/// How a method broke the protocol. After that the plugin must be dead, and must remember why.
fn breach(method: &str, policy: &Policy) -> Result<ProtocolError> {
    let plugin = by_hand("plugin", policy)??;
    let Error::Protocol { error, .. } = failure(&plugin, method, "")? else { bail!("{method} kept to the protocol") };
    let later = failure(&plugin, "echo", "")?;
    assert_matches!(later, Error::Dead(cause) if matches!(&**cause, Error::Protocol { error: first, .. } if *first == error));
    Ok(error)
}

#[test]
fn status() -> Result<()> {
    let policy = Policy::new();
    assert_eq!(breach("no_such_status", &policy)?, ProtocolError::Status(UnknownStatus(99)));
    assert_eq!(breach("status_of_the_host", &policy)?, ProtocolError::Status(UnknownStatus(4)));
    Ok(())
}

#[test]
fn result() -> Result<()> {
    let policy = Policy::new();
    let memory = 2 << 16;
    let expected = ProtocolError::OutOfBounds { what: "the result", ptr: 131_071, len: 2, memory };
    assert_eq!(breach("result_out_of_bounds", &policy)?, expected);
    let expected = ProtocolError::OutOfBounds { what: "the result", ptr: u32::MAX, len: 2, memory };
    assert_eq!(breach("result_overflows", &policy)?, expected);
    let expected = ProtocolError::ResultTooLarge { len: 65537, limit: 65536 };
    assert_eq!(breach("large", &policy.result_limit(65536))?, expected);
    Ok(())
}

#[test]
fn panic_report() -> Result<()> {
    let error = breach("panic_of_garbage", &Policy::new())?;
    assert_matches!(error, ProtocolError::Undecodable { .. });
    Ok(())
}

#[test]
fn methods_of_another_type_are_none() -> Result<()> {
    let error = failure(&plugin()?, "of_another_type", "")?;
    assert_matches!(error, Error::NoSuchMethod { method } if method == "of_another_type");
    Ok(())
}

/// How a plugin breaks the protocol when the host asks for a frame.
fn breach_at_start(name: &str) -> Result<ProtocolError> {
    match by_hand(name, &Policy::new())? {
        Err(LoadError::Start(Error::Protocol { error, .. })) => Ok(error),
        other => bail!("{name}: {other:?}"),
    }
}

#[test]
fn frame() -> Result<()> {
    assert_matches!(breach_at_start("no-frame")?, ProtocolError::NoFrame { capacity: 4064 });
    assert_matches!(breach_at_start("misaligned-frame")?, ProtocolError::Misaligned { ptr: 1032, align: 16, .. });
    assert_matches!(breach_at_start("frame-out-of-bounds")?, ProtocolError::OutOfBounds { ptr: 65504, len: 4096, .. });
    assert_matches!(breach_at_start("frame-overflows")?, ProtocolError::OutOfBounds { ptr: 0xffff_fff0, .. });
    Ok(())
}

#[test]
fn exports_of_the_sdk() -> Result<()> {
    for name in ["frame-new-missing", "frame-new-type"] {
        assert_matches!(breach_at_start(name)?, ProtocolError::Export { name, .. } if name == "plugix_frame_new");
    }
    Ok(())
}

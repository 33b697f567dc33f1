//! Results that lie elsewhere, or are something else, than the plugin says.

use super::{DATA, MEMORY, breach, parrot, saying, tell};
use anyhow::{Result, bail};
use plugix_e2e::assert_matches;
use plugix_e2e_contract::lies::Liar;
use plugix_host::abi::{Status, UnknownStatus};
use plugix_host::error::{CallError, ProtocolError};
use plugix_host::{Error, Policy};
use serde_json::json;
use std::collections::BTreeMap;

/// What is wrong with bytes that a method answers with.
macro_rules! wrong {
    ($method:ident, $status:ident, $data:expr) => {{
        let plugin = saying(Status::$status, $data)?;
        let client = plugin.bind::<dyn Liar>()?;
        match breach(&plugin, client.$method())? {
            ProtocolError::Undecodable { what: "the result", problem } => problem,
            other => bail!("{other:?}"),
        }
    }};
}

#[test]
fn an_honest_parrot() -> Result<()> {
    let plugin = saying(Status::Ok, b"\xac\x02")?;
    let client = plugin.bind::<dyn Liar>()?;
    assert_matches!((client.number(), client.fallible()), (Ok(300), Ok(300)));
    tell(&plugin, Status::Error as u32, DATA, 3, b"\x02no")?;
    assert_matches!(client.fallible(), Err(CallError::Returned(text)) if text == "no");
    assert_matches!(plugin.call_json("fallible", &json!([])), Err(CallError::Returned(text)) if *text == json!("no"));
    Ok(())
}

#[test]
fn outside_of_the_memory() -> Result<()> {
    let memory = MEMORY as u32;
    for (ptr, len) in [(memory, 1), (memory - 1, 2), (0, memory + 1), (u32::MAX, 1), (u32::MAX, 2), (1 << 31, 1 << 30)]
    {
        let plugin = parrot(&Policy::new())?;
        let client = plugin.bind::<dyn Liar>()?;
        tell(&plugin, 0, ptr, len, b"")?;
        let expected = ProtocolError::OutOfBounds { what: "the result", ptr, len, memory: MEMORY };
        assert_eq!(breach(&plugin, client.text())?, expected);
    }
    Ok(())
}

#[test]
fn no_bytes_beyond_the_end_are_no_result_either() -> Result<()> {
    let plugin = parrot(&Policy::new())?;
    tell(&plugin, 0, MEMORY as u32, 0, b"")?;
    assert_eq!(plugin.bind::<dyn Liar>()?.text()?, "");
    tell(&plugin, 0, u32::MAX, 0, b"")?;
    let client = plugin.bind::<dyn Liar>()?;
    assert_matches!(breach(&plugin, client.text())?, ProtocolError::OutOfBounds { len: 0, .. });
    Ok(())
}

#[test]
fn over_the_limit() -> Result<()> {
    for len in [1001, u32::MAX] {
        let plugin = parrot(&Policy::new().result_limit(1000))?;
        let client = plugin.bind::<dyn Liar>()?;
        tell(&plugin, 0, DATA, 1000, b"")?;
        assert_eq!(client.bytes()?.len(), 1000);
        tell(&plugin, 0, DATA, len, b"")?;
        assert_eq!(breach(&plugin, client.bytes())?, ProtocolError::ResultTooLarge { len, limit: 1000 });
    }
    Ok(())
}

#[test]
fn status_codes_that_no_plugin_gives() -> Result<()> {
    let host_only = [Status::NotProvided, Status::Deadlock, Status::Failed].map(|status| status as u32);
    for status in host_only.into_iter().chain([7, 99, u32::MAX]) {
        let plugin = parrot(&Policy::new())?;
        tell(&plugin, status, 0, 0, b"")?;
        let client = plugin.bind::<dyn Liar>()?;
        assert_eq!(breach(&plugin, client.number())?, ProtocolError::Status(UnknownStatus(status)));
    }
    Ok(())
}

#[test]
fn postcard_that_ends_too_early_or_too_late() -> Result<()> {
    for truncated in [&b""[..], b"\x80", b"\xff\xff\xff\xff"] {
        assert!(wrong!(number, Ok, truncated).contains("end of buffer"));
    }
    assert!(wrong!(number, Ok, b"\xff\xff\xff\xff\xff\x01").contains("varint"), "more bits than the number has");
    assert_eq!(wrong!(number, Ok, b"\x01\x00"), "1 bytes too many");
    assert_eq!(wrong!(nothing, Ok, b"\x00"), "1 bytes too many");
    assert!(wrong!(flag, Ok, b"\x02").contains("not a value"));
    assert_eq!(wrong!(table, Ok, b"\x00tail"), "4 bytes too many");
    Ok(())
}

#[test]
fn postcard_that_claims_more_than_there_is() -> Result<()> {
    // Maps of four billion entries, a key of two billion bytes, a list of as many values.
    for huge in [&b"\xff\xff\xff\xff\x0f"[..], b"\x01\xff\xff\xff\xff\x07", b"\x01\x01k\xff\xff\xff\xff\x07"] {
        assert!(wrong!(table, Ok, huge).contains("end of buffer"));
    }
    Ok(())
}

#[test]
fn text_that_is_none() -> Result<()> {
    assert_eq!(wrong!(text, Ok, b"\xc3"), "text that is not UTF-8");
    assert_eq!(wrong!(text, Ok, b"\xed\xa0\x80"), "text that is not UTF-8");
    assert!(wrong!(fallible, Error, b"\x01\xff").contains("utf-8"));
    Ok(())
}

#[test]
fn parts_of_elements() -> Result<()> {
    for len in [1, 15, 17] {
        assert_eq!(
            wrong!(points, Ok, &vec![0; len]),
            format!("{len} bytes are no whole number of elements of 16 bytes")
        );
    }
    // At an odd address they are copied like any others.
    let plugin = parrot(&Policy::new())?;
    tell(&plugin, 0, DATA + 1, 32, &[0; 33])?;
    assert_eq!(plugin.bind::<dyn Liar>()?.points()?.len(), 2);
    Ok(())
}

#[test]
fn errors_of_methods_that_have_none() -> Result<()> {
    assert_eq!(wrong!(number, Error, b"\x01"), "an error from a method that returns none");
    assert_eq!(wrong!(text, Error, b""), "an error from a method that returns none");
    let plugin = saying(Status::Error, b"\x01")?;
    assert_matches!(breach(&plugin, plugin.call_json("number", &json!([])))?, ProtocolError::Undecodable { .. });
    Ok(())
}

#[test]
fn panics_that_are_none() -> Result<()> {
    // A message, a file, a line, a column, no thread. Then too many bytes, and too few.
    let report = b"\x02ab\x01f\x07\x08\x00";
    let plugin = saying(Status::Panic, report)?;
    let panic = plugin.bind::<dyn Liar>()?.number();
    assert_matches!(panic, Err(Error::Panic(panic)) if panic.report.message == "ab" && panic.report.line == 7);
    for wrong in [&report[..6], &[&report[..], b"\x00"].concat(), b"", b"\xff\xff\xff\xff\x0f", b"\x01\xff\0\0\0\0"] {
        let plugin = saying(Status::Panic, wrong)?;
        let client = plugin.bind::<dyn Liar>()?;
        assert_matches!(breach(&plugin, client.number())?, ProtocolError::Undecodable { what: "a panic report", .. });
    }
    Ok(())
}

#[test]
fn messages_that_are_no_text_are_shown_as_far_as_they_go() -> Result<()> {
    let plugin = saying(Status::BadArguments, b"not \xff this")?;
    let refused = plugin.bind::<dyn Liar>()?.take("x");
    assert_matches!(refused, Err(Error::BadArguments { method, message }) if method == "take" && message == "not \u{fffd} this");
    Ok(())
}

#[test]
fn json_of_what_is_no_value() -> Result<()> {
    for (method, data) in
        [("number", &b"\x80"[..]), ("text", b"\xff"), ("points", b"\0"), ("table", b"\x01\x01k\x01\x05")]
    {
        let plugin = saying(Status::Ok, data)?;
        let outcome = plugin.call_json(method, &json!([]));
        assert_matches!(breach(&plugin, outcome)?, ProtocolError::Undecodable { what: "the result", .. });
    }
    Ok(())
}

/// Each entry has two bytes: an empty key and an empty list. The host's limit is on the memory that they take.
#[test]
fn few_bytes_that_mean_much() -> Result<()> {
    let table = [&[0xf4, 0x03][..], &[0; 1000]].concat();
    let plugin = saying(Status::Ok, &table)?;
    assert_eq!(plugin.bind::<dyn Liar>()?.table()?.len(), 1, "they have the same key");
    let plugin = parrot(&Policy::new().result_limit(1002))?;
    tell(&plugin, Status::Ok as u32, DATA, 1002, &table)?;
    let limit = 2 * 1002 + 4096;
    let client = plugin.bind::<dyn Liar>()?;
    assert_eq!(breach(&plugin, client.table())?, ProtocolError::ValueTooLarge { limit });
    // A caller that names the type at run time may have named the wrong one.
    let plugin = parrot(&Policy::new().result_limit(1002))?;
    tell(&plugin, Status::Ok as u32, DATA, 1002, &table)?;
    let named = plugin.call::<_, BTreeMap<String, Vec<Option<i16>>>>("table", &());
    assert_matches!(named, Err(CallError::Failed(Error::WrongResultType { problem, .. })) if problem.contains("6100 bytes"));
    Ok(())
}

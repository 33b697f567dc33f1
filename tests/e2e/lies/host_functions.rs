//! Host functions that are called with wild numbers.

use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, engine, module, told, with_section};
use plugix_e2e_contract::host::{Store, StoreError};
use plugix_host::abi::interface::descriptor::section;
use plugix_host::abi::{Interface, Status};
use plugix_host::error::{CallError, ProtocolError};
use plugix_host::{Error, Plugin, Policy};
use std::collections::BTreeMap;

/// Where the caller may write, and its memory's size.
const ROOM: u32 = 16384;
const MEMORY: u32 = 2 << 16;

/// Takes everything, and has much to tell.
struct Generous;

impl Store for Generous {
    fn put(&self, key: &str, value: Vec<u8>) -> u64 {
        (key.len() + value.len()) as u64
    }
    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::Missing { key: key.to_owned() })
    }
    fn list(&self) -> BTreeMap<String, u64> {
        (0..100).map(|i| (format!("key {i}"), i)).collect()
    }
    fn panic(&self, message: &str) -> u64 {
        panic!("{message}")
    }
    fn call_back(&self) -> String {
        String::new()
    }
}

fn caller() -> Result<Plugin> {
    caller_with(&Policy::new())
}

fn caller_with(policy: &Policy) -> Result<Plugin> {
    let wasm = with_section(module("lies", "caller")?, section::USES, <dyn Store>::DESCRIPTOR);
    Ok(Plugin::builder(&engine().load(wasm)?)
        .policy(policy.clone())
        .provide(<dyn Store>::provider(Generous))
        .start()?)
}

/// What the host returned to the plugin: a status and a number.
fn ask(plugin: &Plugin, function: &str, args: &[u32]) -> Result<(u32, u32), Error> {
    let args: Vec<u8> = args.iter().flat_map(|arg| arg.to_le_bytes()).collect();
    match plugin.call_bytes(function, &args) {
        Ok(bytes) => {
            let packed = u64::from_le_bytes(bytes.try_into().expect("eight bytes"));
            Ok(((packed >> 32) as u32, packed as u32))
        }
        Err(CallError::Failed(error)) => Err(error),
        Err(CallError::Returned(_)) => unreachable!("it returns no errors"),
    }
}

/// What the host says of numbers that are outside of the memory. The plugin is dead then.
fn breach(function: &str, args: &[u32]) -> Result<ProtocolError> {
    let plugin = caller()?;
    match ask(&plugin, function, args) {
        Err(Error::Protocol { error, .. }) => {
            assert_matches!(ask(&plugin, "later", &[]), Err(Error::Dead(_)));
            Ok(error)
        }
        other => anyhow::bail!("{function}{args:?}: {other:?}"),
    }
}

#[test]
fn an_honest_caller() -> Result<()> {
    let plugin = caller()?;
    assert_eq!(ask(&plugin, "later", &[])?, (Status::Ok as u32, 7));
    // Two zeroes: an empty key and an empty value. The result is one byte.
    assert_eq!(ask(&plugin, "put", &[ROOM, 2, ROOM, 8])?, (Status::Ok as u32, 1));
    Ok(())
}

#[test]
fn arguments_that_are_too_large() -> Result<()> {
    let plugin = caller_with(&Policy::new().argument_limit(2))?;
    assert_eq!(ask(&plugin, "put", &[ROOM, 2, ROOM, 8])?.0, Status::Ok as u32);
    let Err(Error::Protocol { error, .. }) = ask(&plugin, "put", &[ROOM, 3, ROOM, 8]) else {
        anyhow::bail!("it is no breach");
    };
    assert_eq!(error, ProtocolError::ArgumentsTooLarge { len: 3, limit: 2 });
    assert_matches!(ask(&plugin, "later", &[]), Err(Error::Dead(_)));
    Ok(())
}

#[test]
fn arguments_outside_of_the_memory() -> Result<()> {
    for (ptr, len) in [(MEMORY, 1), (MEMORY - 1, 2), (u32::MAX, 2), (0, u32::MAX), (u32::MAX, u32::MAX)] {
        let error = breach("put", &[ptr, len, ROOM, 8])?;
        let memory = MEMORY.into();
        assert_eq!(error, ProtocolError::OutOfBounds { what: "the arguments", ptr, len, memory });
    }
    Ok(())
}

#[test]
fn a_breach_names_the_host_function_and_the_method() -> Result<()> {
    let plugin = caller()?;
    let name = plugin.module().name();
    let error = ask(&plugin, "put", &[MEMORY, 1, ROOM, 8]).err().context("a breach")?;
    let text = told(&error);
    let begin =
        format!("the plugin `{name}` broke the protocol in `put` as it called the host's `Store/put`: the arguments");
    assert!(text.starts_with(&begin), "{text}");
    Ok(())
}

#[test]
fn no_room_for_the_result() -> Result<()> {
    for out in [MEMORY, u32::MAX] {
        let error = breach("put", &[ROOM, 2, out, 8])?;
        assert_matches!(error, ProtocolError::OutOfBounds { what: "the result", len: 1, .. });
        let error = breach("list", &[ROOM, 0, out, u32::MAX])?;
        assert_matches!(error, ProtocolError::OutOfBounds { what: "the result", .. });
    }
    Ok(())
}

#[test]
fn arguments_that_are_none() -> Result<()> {
    let plugin = caller()?;
    let whole = ask(&plugin, "put", &[ROOM, 2, ROOM, 8])?;
    for len in [0, 1, 3] {
        let (status, message) = ask(&plugin, "put", &[ROOM, len, ROOM + 8, 0])?;
        assert_eq!(status, Status::BadArguments as u32, "{len} bytes");
        assert_eq!(ask(&plugin, "take_result", &[ROOM + 8, message])?, (0, message), "the message is there");
    }
    assert_eq!(ask(&plugin, "put", &[ROOM, 2, ROOM, 8])?, whole);
    Ok(())
}

#[test]
fn results_that_are_taken_wrongly() -> Result<()> {
    let plugin = caller()?;
    let take = |ptr, capacity| ask(&plugin, "take_result", &[ptr, capacity]).map(|(_, len)| len);
    assert_eq!(take(ROOM, 1000)?, 0, "there is none yet");
    let (_, len) = ask(&plugin, "list", &[ROOM, 0, ROOM, 10])?;
    assert!(len > 10);
    assert_eq!(take(ROOM, len - 1)?, 0, "too little room, and the result stays");
    assert_eq!(take(ROOM, u32::MAX)?, len, "more room than there is memory, and the result fits");
    assert_eq!(take(ROOM, len)?, 0, "it is taken only once");
    ask(&plugin, "list", &[ROOM, 0, ROOM, 10])?;
    assert_eq!(take(MEMORY - 1, len)?, 0, "no room there");
    assert_eq!(take(u32::MAX, u32::MAX)?, 0, "nor there");
    assert_eq!(ask(&plugin, "later", &[])?, (0, 7));
    Ok(())
}

#[test]
fn streams_that_nobody_offers() -> Result<()> {
    let plugin = caller()?;
    for handle in [0, 1, u32::MAX] {
        let (status, len) = ask(&plugin, "stream_next", &[handle, ROOM, 1000])?;
        assert_eq!((status, len as usize), (Status::BadArguments as u32, "there is no such stream".len()));
        ask(&plugin, "stream_drop", &[handle])?;
    }
    let error = breach("stream_next", &[1, MEMORY - 1, 1000])?;
    assert_matches!(error, ProtocolError::OutOfBounds { what: "a chunk", .. });
    Ok(())
}

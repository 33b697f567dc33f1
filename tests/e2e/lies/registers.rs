//! Results in registers that are none.

use super::{DATA, MEMORY, breach, tell};
use anyhow::Result;
use plugix_e2e::{assert_matches, engine, module, with_section};
use plugix_e2e_contract::lies::Liar;
use plugix_host::abi::interface::descriptor::section;
use plugix_host::abi::{Interface, Status, UnknownStatus};
use plugix_host::error::ProtocolError;
use plugix_host::{Error, Plugin, Policy};

fn start(wasm: Vec<u8>) -> Result<Plugin> {
    let wasm = with_section(wasm, section::IMPLEMENTS, <dyn Liar>::DESCRIPTOR);
    Ok(Plugin::new(&engine().load(wasm)?, &Policy::new())?)
}

/// A plugin whose methods return these registers.
fn returning(status: u32, value: u32) -> Result<Plugin> {
    let plugin = start(module("lies", "registers")?)?;
    set(&plugin, status, value)?;
    Ok(plugin)
}

fn set(plugin: &Plugin, status: u32, value: u32) -> Result<()> {
    let register = u64::from(status) << 32 | u64::from(value);
    let told = plugin.call_bytes("set_register", &register.to_le_bytes());
    told.map(drop).map_err(|error| anyhow::anyhow!("{error:?}"))
}

#[test]
fn an_honest_plugin() -> Result<()> {
    let plugin = returning(0, 300)?;
    let client = plugin.bind::<dyn Liar>()?;
    assert_eq!(client.number()?, 300);
    set(&plugin, 0, 1)?;
    assert!(client.flag()?);
    set(&plugin, 0, 0)?;
    client.nothing()?;
    set(&plugin, Status::Panic as u32, 0)?;
    tell(&plugin, Status::Panic as u32, DATA, 7, b"\x02ab\0\x07\x08\x00")?;
    assert_matches!(client.number(), Err(Error::Panic(panic)) if panic.report.message == "ab");
    Ok(())
}

#[test]
fn values_that_their_type_does_not_have() -> Result<()> {
    let plugin = returning(0, 2)?;
    let client = plugin.bind::<dyn Liar>()?;
    let error = breach(&plugin, client.flag())?;
    assert_matches!(error, ProtocolError::Undecodable { problem, .. } if problem == "0x2 is no value of the declared type");
    let plugin = returning(0, 1)?;
    let client = plugin.bind::<dyn Liar>()?;
    assert_matches!(breach(&plugin, client.nothing())?, ProtocolError::Undecodable { .. });
    Ok(())
}

#[test]
fn status_codes_that_such_a_method_does_not_have() -> Result<()> {
    for status in [1, 4, 5, 6, 7, u32::MAX] {
        let plugin = returning(status, 0)?;
        let client = plugin.bind::<dyn Liar>()?;
        assert_eq!(breach(&plugin, client.number())?, ProtocolError::Status(UnknownStatus(status)));
    }
    Ok(())
}

#[test]
fn failures_that_are_none() -> Result<()> {
    let failing = |status: u32, ptr: u32, len: u32| -> Result<ProtocolError> {
        let plugin = returning(Status::Panic as u32, 0)?;
        tell(&plugin, status, ptr, len, b"")?;
        let client = plugin.bind::<dyn Liar>()?;
        breach(&plugin, client.number())
    };
    assert_matches!(failing(2, DATA, 3)?, ProtocolError::Undecodable { what: "a panic report", .. });
    let outside = ProtocolError::OutOfBounds { what: "the result", ptr: u32::MAX, len: 3, memory: MEMORY };
    assert_eq!(failing(2, u32::MAX, 3)?, outside);
    for status in [0, 1, 4, 99] {
        assert_eq!(failing(status, DATA, 0)?, ProtocolError::Status(UnknownStatus(status)));
    }
    Ok(())
}

#[test]
fn a_failure_that_can_not_be_asked_for() -> Result<()> {
    let mut wasm = module("lies", "registers")?;
    let name = b"plugix_failure";
    let at = wasm.windows(name.len()).position(|window| window == name).expect("the export is there");
    wasm[at] = b'x';
    let plugin = start(wasm)?;
    set(&plugin, Status::Panic as u32, 0)?;
    let client = plugin.bind::<dyn Liar>()?;
    assert_matches!(breach(&plugin, client.number())?, ProtocolError::Export { name, .. } if name == "plugix_failure");
    Ok(())
}

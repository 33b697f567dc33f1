//! Plugins that pass all checks and then lie: `modules/lies` and `guests/liar`. Each lie is an error of its own, and
//! the host goes on.

mod descriptors;
mod frames;
mod host_functions;
mod registers;
mod results;
mod rewriting;
mod streams;

use anyhow::{Result, bail};
use plugix_e2e::{assert_matches, engine, module, with_section};
use plugix_e2e_contract::lies::Liar;
use plugix_host::abi::interface::descriptor::section;
use plugix_host::abi::{Interface, Status};
use plugix_host::error::{CallError, ProtocolError};
use plugix_host::{Error, Module, Plugin, Policy};
use std::sync::LazyLock;

/// Where the parrot has the bytes that it is told.
const DATA: u32 = 8192;

/// The size of its memory.
const MEMORY: u64 = 2 << 16;

/// A plugin that says what it is told.
fn parrot(policy: &Policy) -> Result<Plugin> {
    static PARROT: LazyLock<Result<Module>> = LazyLock::new(|| {
        let wasm = with_section(module("lies", "parrot")?, section::IMPLEMENTS, <dyn Liar>::DESCRIPTOR);
        Ok(engine().load(wasm)?)
    });
    let module = PARROT.as_ref().map_err(|error| anyhow::anyhow!("{error:#}"))?;
    Ok(Plugin::new(module, policy)?)
}

/// Tells the parrot its answer: a status, and where the result is.
fn tell(plugin: &Plugin, status: u32, ptr: u32, len: u32, data: &[u8]) -> Result<()> {
    let numbers = [status, ptr, len].map(u32::to_le_bytes);
    let told = plugin.call_bytes("set", &[numbers.as_flattened(), data].concat());
    told.map(drop).map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// A parrot that answers with these bytes.
fn saying(status: Status, data: &[u8]) -> Result<Plugin> {
    let plugin = parrot(&Policy::new())?;
    tell(&plugin, status as u32, DATA, data.len() as u32, data)?;
    Ok(plugin)
}

/// How a call broke the protocol. After that the plugin must be dead, and must remember why.
fn breach<T: std::fmt::Debug>(plugin: &Plugin, outcome: Result<T, impl Into<Failure>>) -> Result<ProtocolError> {
    let error = match outcome.map_err(Into::into) {
        Err(Failure(Error::Protocol { error, .. })) => error,
        Err(Failure(other)) => return Err(other.into()),
        Ok(value) => bail!("the call returned {value:?}"),
    };
    let later = plugin.call_bytes("set", &[0; 12]);
    assert_matches!(later, Err(CallError::Failed(Error::Dead(cause))) if matches!(&**cause, Error::Protocol { error: first, .. } if *first == error));
    Ok(error)
}

/// Why a call failed. Its method may or may not return errors.
struct Failure(Error);

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl<E> From<CallError<E>> for Failure {
    fn from(error: CallError<E>) -> Self {
        match error {
            CallError::Failed(error) => Self(error),
            CallError::Returned(_) => Self(Error::NoSuchMethod { method: "that fails".to_owned() }),
        }
    }
}

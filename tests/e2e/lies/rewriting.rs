//! Results that a thread of the plugin's changes while the host reads them.

use anyhow::{Result, bail, ensure};
use plugix_e2e::{engine, guest_path, with_section};
use plugix_e2e_contract::lies::{Liar, LiarClient};
use plugix_host::abi::Interface;
use plugix_host::abi::interface::descriptor::section;
use plugix_host::error::ProtocolError;
use plugix_host::plugin::Bound;
use plugix_host::{Error, Module, Plugin, Policy};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Calls at the least. There are more if they have not shown both results by then.
const CALLS: u32 = 2000;

/// The module, with a descriptor that it lacks by itself.
static LIAR: LazyLock<Module> = LazyLock::new(|| {
    let wasm = std::fs::read(guest_path("liar")).expect("it was built");
    let wasm = with_section(wasm, section::IMPLEMENTS, <dyn Liar>::DESCRIPTOR);
    engine().load(wasm).expect("it can be loaded")
});

fn liar(how: &str, args: &[u8]) -> Result<Plugin> {
    let plugin = Plugin::new(&LIAR, &Policy::new().result_limit(1 << 16))?;
    plugin.call_bytes(how, args).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(plugin)
}

/// Calls over and over, until there were enough calls and `see` has seen what it waits for. `see` is shown the outcome
/// of each call. A plugin that breaks the protocol is replaced by a new one.
fn observe<T>(
    how: &str,
    args: &[u8],
    call: impl Fn(&LiarClient<Bound<&Plugin>>) -> Result<T, Error>,
    mut see: impl FnMut(Result<T, ProtocolError>) -> bool,
) -> Result<()> {
    let mut calls = 0;
    loop {
        let plugin = liar(how, args)?;
        let client = plugin.bind::<dyn Liar>()?;
        loop {
            calls += 1;
            ensure!(calls < 1000 * CALLS, "the plugin always gave the same result");
            let outcome = match call(&client) {
                Ok(value) => Ok(value),
                Err(Error::Protocol { error, .. }) => Err(error),
                Err(other) => bail!("{other:?}"),
            };
            let broken = outcome.is_err();
            if see(outcome) && calls >= CALLS {
                return Ok(());
            }
            if broken {
                break;
            }
        }
    }
}

fn is_undecodable(error: &ProtocolError) -> bool {
    matches!(error, ProtocolError::Undecodable { what: "the result", .. })
}

#[test]
fn bytes_are_those_of_one_result_or_the_other() -> Result<()> {
    let zeroes = vec![0; 4096];
    let ones = vec![0xff; 4096];
    let mut seen = BTreeSet::new();
    observe(
        "rewrite_result",
        &[&zeroes[..], &ones].concat(),
        |client| client.bytes(),
        |outcome| {
            let bytes = outcome.expect("any bytes are a result");
            assert_eq!(bytes.len(), 4096);
            assert!(bytes.iter().all(|byte| matches!(byte, 0 | 0xff)));
            seen.extend(bytes);
            seen.len() == 2
        },
    )
}

#[test]
fn text_is_text_when_it_arrives() -> Result<()> {
    // The same letters, one byte further on. A mixture of the two is no UTF-8.
    let one = format!("{}a", "ö".repeat(500));
    let other = format!("a{}", "ö".repeat(500));
    let mut seen = BTreeSet::new();
    observe(
        "rewrite_result",
        &[one.as_bytes(), other.as_bytes()].concat(),
        |client| client.text(),
        |outcome| {
            match outcome {
                Ok(text) => {
                    // A text that changes after the check would not be UTF-8.
                    assert_eq!(std::str::from_utf8(text.as_bytes()), Ok(text.as_str()));
                    seen.insert(text);
                }
                Err(error) => assert!(is_undecodable(&error), "{error}"),
            }
            seen.contains(&one) && seen.contains(&other)
        },
    )
}

#[test]
fn values_are_made_of_what_was_copied() -> Result<()> {
    // One entry with seven values, and six entries with none, in as many bytes. Each has lengths where the other has
    // values.
    let values = (1..=7).map(Some).collect::<Vec<_>>();
    let one = BTreeMap::from([("k".to_owned(), values)]);
    let other: BTreeMap<_, _> = ["", "a", "b", "c", "d", "e"].map(|key| (key.to_owned(), Vec::new())).into();
    let bytes = [
        &b"\x01\x01k\x07\x01\x02\x01\x04\x01\x06\x01\x08\x01\x0a\x01\x0c\x01\x0e"[..],
        b"\x06\0\0\x01a\0\x01b\0\x01c\0\x01d\0\x01e\0",
    ];
    let mut seen_one = false;
    let mut seen_other = false;
    observe(
        "rewrite_result",
        &bytes.concat(),
        |client| client.table(),
        |outcome| {
            match outcome {
                Ok(table) => {
                    let parts = table.iter().map(|(key, values)| key.len() + values.len() + 2).sum::<usize>() + 1;
                    assert!(parts <= bytes[0].len(), "{table:?}");
                    seen_one |= table == one;
                    seen_other |= table == other;
                }
                Err(error) => assert!(is_undecodable(&error), "{error}"),
            }
            seen_one && seen_other
        },
    )
}

#[test]
fn a_header_is_read_once() -> Result<()> {
    // One result is as it should be. One ends outside of the memory, one begins there, and one is over the limit.
    let headers = [64, 16, 64, u32::MAX, u32::MAX, 16, 64, (1 << 16) + 1];
    let headers: Vec<u8> = headers.into_iter().flat_map(u32::to_le_bytes).collect();
    let mut good = false;
    let mut outside = false;
    observe(
        "rewrite_header",
        &headers,
        |client| client.bytes(),
        |outcome| {
            match outcome {
                Ok(bytes) => {
                    assert_eq!(bytes.len(), 16);
                    good = true;
                }
                Err(ProtocolError::ResultTooLarge { len, limit: 65536 }) => assert!(len > 65536),
                Err(ProtocolError::OutOfBounds { what: "the result", ptr, .. }) => {
                    assert_eq!(ptr, u32::MAX);
                    outside = true;
                }
                Err(other) => panic!("{other}"),
            }
            good && outside
        },
    )
}

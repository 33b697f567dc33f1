//! Calls whose arguments and result stand in registers.

use anyhow::{Context, Result, bail};
use plugix_abi::interface;
use plugix_abi::interface::Interface;
use plugix_e2e::{assert_matches, engine, guest, module, plugin, told, with_section};
use plugix_e2e_contract::small::Small;
use plugix_host::abi::UnknownStatus;
use plugix_host::error::{Panic, ProtocolError};
use plugix_host::{Error, Plugin, Policy};
use serde_json::json;
use std::fmt::Debug;

const SOURCE: &str = include_str!("../guests/small/src/lib.rs");

#[test]
fn values_of_every_type() -> Result<()> {
    let plugin = plugin("small", &Policy::new());
    let client = plugin.bind::<dyn Small>()?;
    client.nothing()?;
    for value in [true, false] {
        assert_eq!(client.flag(value)?, value);
    }
    for value in [0, 1, -1, i8::MIN, i8::MAX] {
        assert_eq!(client.byte(value)?, value);
    }
    for value in [0, 1, 0x80, u8::MAX] {
        assert_eq!(client.octet(value)?, value);
    }
    for value in [0, 1, 1 << 31, u32::MAX] {
        assert_eq!(client.word(value)?, value);
    }
    for value in [0, 1, -1, i32::MIN, i32::MAX] {
        assert_eq!(client.integer(value)?, value);
    }
    for bits in [0, 1, 0x8000_0000, f32::NAN.to_bits(), f32::INFINITY.to_bits(), f32::MIN.to_bits()] {
        assert_eq!(client.fraction(f32::from_bits(bits))?.to_bits(), bits);
    }
    let upper = |a: u64, b: i64, c: f64| ((a ^ b.cast_unsigned() ^ c.to_bits()) >> 32) as u32;
    for (a, b, c) in [(0, 0, 0.0), (u64::MAX, 0, 0.0), (1 << 40, i64::MIN, -0.5), (u64::MAX, -1, f64::MAX)] {
        assert_eq!(client.three(a, b, c)?, upper(a, b, c));
    }
    assert_eq!(client.four(u8::MAX, i16::MIN, true, -2.0)?, 255 - 32768 + 1 - 2);
    Ok(())
}

#[test]
fn the_same_methods_in_json() -> Result<()> {
    let plugin = plugin("small", &Policy::new());
    let sum = plugin.call_json("four", &json!([255, -32768, true, -2.0]));
    assert_eq!(sum.map_err(|error| anyhow::anyhow!("{error:?}"))?, json!(255 - 32768 + 1 - 2));
    Ok(())
}

fn panic_of<T: Debug>(outcome: Result<T, Error>) -> Result<Panic> {
    match outcome {
        Err(Error::Panic(panic)) => Ok(*panic),
        other => bail!("no panic, but {other:?}"),
    }
}

/// The line of the plugin's source that has this text.
fn line_of(text: &str) -> Result<u32> {
    let line = SOURCE.lines().position(|line| line.contains(text)).with_context(|| format!("no line has {text}"))?;
    Ok(u32::try_from(line)? + 1)
}

#[test]
fn a_panic_tells_what_and_where_and_the_plugin_goes_on() -> Result<()> {
    let plugin = plugin("small", &Policy::new());
    let client = plugin.bind::<dyn Small>()?;
    for times in 1..=100 {
        let Panic { report, frames, .. } = panic_of(client.panic(times))?;
        assert_eq!((report.message, report.line), (format!("out of {times}"), line_of("out of {code}")?));
        assert!(report.file.ends_with("small/src/lib.rs"), "{}", report.file);
        assert_eq!(frames, [], "no backtrace was asked for");
        // What the call had on its stack was dropped.
        assert_eq!(client.dropped()?, times);
    }
    assert_eq!(panic_of(client.catch_and_panic())?.report.message, "the second");
    assert_eq!(client.byte(-3)?, -3);
    Ok(())
}

#[test]
fn backtraces_name_the_method() -> Result<()> {
    let plugin = Plugin::builder(&guest("small")).backtraces(true).start()?;
    let client = plugin.bind::<dyn Small>()?;
    let panic = panic_of(client.panic(1))?;
    let names: Vec<_> = panic.frames.iter().map(|frame| frame.function.as_str()).collect();
    assert!(names.iter().any(|name| name.contains("Small") && name.contains("panic")), "{names:#?}");
    Ok(())
}

#[test]
fn a_trap_ends_the_plugin() -> Result<()> {
    let plugin = plugin("small", &Policy::new());
    let client = plugin.bind::<dyn Small>()?;
    let error = client.trap().err().context("it traps")?;
    assert_matches!(error, Error::Trap(trap) if !trap.frames.is_empty());
    let text = told(&error);
    assert!(text.starts_with("the plugin `guest_small` trapped in `Small/trap`: unreachable in "), "{text}");
    assert_matches!(client.word(1), Err(Error::Dead(cause)) if matches!(**cause, Error::Trap(_)));
    Ok(())
}

/// What a hand-written module claims to implement.
#[interface(version = "1.0")]
trait Lies {
    /// Two.
    fn flag(&self) -> bool;
    /// 128.
    fn byte(&self) -> i8;
    /// One.
    fn nothing(&self);
    /// Status 99.
    fn no_such_status(&self) -> u32;
    /// Status 4, which only a host gives.
    fn status_of_the_host(&self) -> u32;
    /// Status 1, though it has no error of its own.
    fn an_error(&self) -> u32;
    /// A panic whose report is garbage.
    fn panic_of_garbage(&self) -> u32;
    /// A failure of which the plugin then knows nothing.
    fn forgotten(&self) -> u32;
    /// The truth: -128.
    fn negative(&self) -> i8;
    /// The truth: it didn't understand.
    fn misunderstand(&self, value: u32) -> u32;
    /// The truth, but by a frame only: 5.
    fn older(&self, a: u32, b: u32) -> u32;
    /// The same, where the other export has the wrong type.
    fn of_another_type(&self, a: u32, b: u32) -> u32;
}

/// A hand-written plugin that claims to implement `I`.
fn by_hand<I: Interface + ?Sized>(name: &str) -> Result<Plugin> {
    let wasm = with_section(module("registers", name)?, "plugix.implements", I::DESCRIPTOR);
    Ok(Plugin::new(&engine().load(wasm)?, &Policy::new())?)
}

#[test]
fn the_abi_is_all_that_a_plugin_needs() -> Result<()> {
    let plugin = by_hand::<dyn Lies>("lies")?;
    let client = plugin.bind::<dyn Lies>()?;
    assert_eq!(client.negative()?, -128);
    let misunderstood = client.misunderstand(7);
    assert_matches!(misunderstood, Err(Error::BadArguments { method, message }) if method == "misunderstand" && message == "by");
    assert_eq!(client.older(2, 3)?, 5);
    assert_eq!(client.of_another_type(2, 3)?, 5);
    Ok(())
}

/// How a method broke the protocol. After that the plugin must be dead, and must remember why.
fn breach<T: Debug>(
    call: impl FnOnce(&LiesClient<plugix_host::plugin::Bound<&Plugin>>) -> Result<T, Error>,
) -> Result<String> {
    let plugin = by_hand::<dyn Lies>("lies")?;
    let client = plugin.bind::<dyn Lies>()?;
    let error = match call(&client) {
        Err(Error::Protocol { error, .. }) => error,
        other => bail!("it kept to the protocol: {other:?}"),
    };
    assert_matches!(client.negative(), Err(Error::Dead(cause)) if matches!(&**cause, Error::Protocol { error: first, .. } if *first == error));
    Ok(error.to_string())
}

#[test]
fn values_that_the_type_does_not_have() -> Result<()> {
    assert_eq!(breach(|lies| lies.flag())?, "the result doesn't decode: 0x2 is no value of the declared type");
    assert_eq!(breach(|lies| lies.byte())?, "the result doesn't decode: 0x80 is no value of the declared type");
    assert_eq!(breach(|lies| lies.nothing())?, "the result doesn't decode: 0x1 is no value of the declared type");
    Ok(())
}

#[test]
fn status() -> Result<()> {
    let unknown = |status| Ok::<_, anyhow::Error>(ProtocolError::Status(UnknownStatus(status)).to_string());
    assert_eq!(breach(|lies| lies.no_such_status())?, unknown(99)?);
    assert_eq!(breach(|lies| lies.status_of_the_host())?, unknown(4)?);
    assert_eq!(breach(|lies| lies.an_error())?, unknown(1)?);
    assert_eq!(breach(|lies| lies.forgotten())?, unknown(0)?);
    Ok(())
}

#[test]
fn panic_report() -> Result<()> {
    assert!(breach(|lies| lies.panic_of_garbage())?.contains("doesn't decode"));
    Ok(())
}

#[interface(version = "1.0")]
trait Mute {
    fn panic(&self) -> u32;
}

#[test]
fn a_failure_that_nobody_can_tell() -> Result<()> {
    let plugin = by_hand::<dyn Mute>("mute")?;
    let client = plugin.bind::<dyn Mute>()?;
    assert_matches!(client.panic(), Err(Error::Protocol { error: ProtocolError::Export { name, .. }, .. }) if name == "plugix_failure");
    assert_matches!(client.panic(), Err(Error::Dead(_)));
    Ok(())
}

//! Instructions that move memory in bulk are carried out in pieces, and short ones without the engine. Only times show that.

use anyhow::Result;
use plugix_e2e::{assert_matches, engine};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Policy};
use proptest::prelude::*;

/// Four pieces and a bit; the memory's size.
const SIZE: u32 = 65 << 16;

const MODULE: &str = r#"(module
    (memory (export "memory") 65 65)
    (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
    (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2))))"#;

fn start() -> Result<RawPlugin> {
    Ok(RawPlugin::new(&engine().load(wat::parse_str(MODULE)?)?, &Policy::new())?)
}

/// A memory that isn't the same anywhere.
fn pattern() -> Vec<u8> {
    (0..SIZE).map(|at| (at ^ (at >> 8).wrapping_mul(31) ^ (at >> 16)) as u8).collect()
}

/// An address or a length: near nothing, near a piece, or near the end.
fn number() -> impl Strategy<Value = u32> {
    let near = |middle: u32| (middle.saturating_sub(3)..=middle.saturating_add(3)).boxed();
    prop_oneof![near(0), near(1 << 20), near(2 << 20), near(SIZE), 0..SIZE]
}

fn range(start: u32, len: u32) -> std::ops::Range<usize> {
    start as usize..(start + len) as usize
}

#[test]
fn what_is_filled_and_copied_is_what_one_instruction_would() -> Result<()> {
    let mut plugin = start()?;
    let mut expected = pattern();
    plugin.write(0, &expected)?;
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(200));
    let cases = (any::<bool>(), number(), number(), number());
    let plugin = std::cell::RefCell::new(&mut plugin);
    let expected = std::cell::RefCell::new(&mut expected);
    runner.run(&cases, |(fills, to, from, len)| {
        let len = len.min(SIZE - to.min(SIZE)).min(if fills { SIZE } else { SIZE - from.min(SIZE) });
        let mut plugin = plugin.borrow_mut();
        let mut expected = expected.borrow_mut();
        let to = to.min(SIZE - len);
        let from = if fills { from } else { from.min(SIZE - len) };
        let name = if fills { "fill" } else { "copy" };
        plugin
            .call::<_, ()>(name, (to as i32, from as i32, len as i32))
            .map_err(|error| TestCaseError::fail(format!("{name} {to} {from} {len}: {error}")))?;
        if fills {
            expected[range(to, len)].fill(from as u8);
        } else {
            expected.copy_within(range(from, len), to as usize);
        }
        let same = plugin.read(0, SIZE).is_ok_and(|memory| memory == **expected);
        prop_assert!(same, "{name} {to} {from} {len}");
        Ok(())
    })?;
    Ok(())
}

#[test]
fn short_ones_overlap_at_any_distance() -> Result<()> {
    const ROOM: u32 = 1024;
    let mut plugin = start()?;
    // At the start of the memory, in its middle, and at its end.
    for start in [0, SIZE / 2 - 7, SIZE - ROOM] {
        let all: Vec<u8> = pattern()[range(start, ROOM)].to_vec();
        for len in 0..=300 {
            for (to, from) in [0, 1, 2, 5, 8, 15, 16, 31, 33, 63, 100, ROOM - len].map(|to| (to, (ROOM - len) / 2)) {
                plugin.write(start, &all)?;
                plugin.call::<_, ()>("copy", ((start + to) as i32, (start + from) as i32, len as i32))?;
                let mut expected = all.clone();
                expected.copy_within(range(from, len), to as usize);
                assert!(plugin.read(start, ROOM)? == expected, "copy {len} from {from} to {to}");
                plugin.call::<_, ()>("copy", ((start + from) as i32, (start + from + 3.min(to)) as i32, 0))?;
                plugin.call::<_, ()>("fill", ((start + to) as i32, 0x1ab, len as i32))?;
                expected[range(to, len)].fill(0xab);
                assert!(plugin.read(start, ROOM)? == expected, "fill {len} at {to}");
            }
        }
    }
    Ok(())
}

#[test]
fn short_ones_that_are_out_of_bounds_trap_and_write_nothing() -> Result<()> {
    let inside = 64;
    for len in [1, 2, 4, 8, 16, 17, 33, 65, 128, 129] {
        for outside in [SIZE - len + 1, SIZE, SIZE + 1, u32::MAX, u32::MAX - len + 1, u32::MAX - len] {
            for (name, to, from) in [("fill", outside, 7), ("copy", outside, inside), ("copy", inside, outside)] {
                let mut plugin = start()?;
                plugin.write(0, &[1; 256])?;
                let error = plugin.call::<_, ()>(name, (to as i32, from as i32, len as i32)).unwrap_err();
                assert_matches!(error, Error::Trap(_));
                let rest = plugin.read(SIZE - 256, 256)?;
                assert!(
                    plugin.read(0, 256)? == [1; 256] && rest == [0; 256],
                    "{name} {to} {from} {len} wrote something"
                );
            }
        }
    }
    // Nothing is in bounds up to the end itself.
    start()?.call::<_, ()>("copy", (SIZE as i32, SIZE as i32, 0))?;
    start()?.call::<_, ()>("fill", (SIZE as i32, 0, 0))?;
    assert_matches!(start()?.call::<_, ()>("fill", (SIZE as i32 + 1, 0, 0)).unwrap_err(), Error::Trap(_));
    Ok(())
}

#[test]
fn what_is_out_of_bounds_traps_and_writes_nothing() -> Result<()> {
    const PIECES: u32 = 3 << 20;
    for (name, to, from) in [
        ("fill", SIZE - PIECES + 1, 7),
        ("fill", u32::MAX - 5, 7),
        ("copy", SIZE - PIECES + 1, 0),
        ("copy", 0, SIZE - PIECES + 1),
        ("copy", u32::MAX - (1 << 20), 0),
        ("copy", 0, u32::MAX - (1 << 20)),
    ] {
        let mut plugin = start()?;
        plugin.write(0, &pattern())?;
        let error = plugin.call::<_, ()>(name, (to as i32, from as i32, PIECES as i32)).unwrap_err();
        assert_matches!(error, Error::Trap(_));
        assert!(plugin.read(0, SIZE)? == pattern(), "{name} {to} {from} wrote something");
    }
    Ok(())
}

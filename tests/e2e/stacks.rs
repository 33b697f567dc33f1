//! A stack in a plugin's memory is full: the plugin ends before anything else is written to.

use anyhow::{Context, Result, ensure};
use plugix_e2e::{assert_matches, call, engine, guest, isolated, plugin, told};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Policy};

/// What is called the stack pointer begins at 4096. The memory's end is 65536.
const MODULE: &str = r#"(module
    (memory (export "memory") 1 1)
    (global $sp (export "__stack_pointer") (mut i32) (i32.const 4096))
    (func (export "lower") (param i32) (result i32)
        (global.set $sp (i32.sub (global.get $sp) (local.get 0)))
        (global.get $sp))
    (func (export "raise") (param i32) (result i32)
        (global.set $sp (i32.add (global.get $sp) (local.get 0)))
        (global.get $sp))
    (func (export "set") (param i32) (result i32)
        (global.set $sp (local.get 0))
        (global.get $sp)))"#;

/// Bytes of a frame in the guest, and of each neighbour.
const FRAME: u32 = 4 << 10;
const NEIGHBOUR: u32 = 16 << 10;

fn text() -> Result<RawPlugin> {
    Ok(RawPlugin::new(&engine().load(wat::parse_str(MODULE)?)?, &Policy::new())?)
}

fn threads() -> Result<RawPlugin> {
    Ok(RawPlugin::new(&guest("threads"), &Policy::new())?)
}

fn threads_with(stack: usize) -> Result<RawPlugin> {
    Ok(RawPlugin::new(&guest("threads"), &Policy::new().stack(stack))?)
}

fn overflowed(result: Result<i32, Error>) {
    let error = result.expect_err("the stack is full");
    assert_matches!(error, Error::Trap(trap) if trap.message.starts_with("stack overflow"));
}

#[test]
fn the_lowest_address_is_the_last_that_fits() -> Result<()> {
    // What functions without calls use below the pointer is kept free.
    const FREE: i32 = 128;
    assert_eq!(text()?.call::<_, i32>("lower", (4096 - FREE,))?, FREE);
    overflowed(text()?.call("lower", (4096 - FREE + 1,)));
    // Below 0 begins the end of all addresses.
    overflowed(text()?.call("lower", (4096 + 16,)));
    Ok(())
}

#[test]
fn a_pointer_that_comes_from_elsewhere_is_compared_too() -> Result<()> {
    // A stack that the plugin has made above the one of the thread, and one below.
    let mut plugin = text()?;
    assert_eq!(plugin.call::<_, i32>("set", (40_000,))?, 40_000);
    assert_eq!(plugin.call::<_, i32>("lower", (1_000,))?, 39_000);
    assert_eq!(plugin.call::<_, i32>("raise", (2_000,))?, 41_000);
    overflowed(plugin.call("set", (64,)));
    Ok(())
}

#[test]
fn the_trap_names_the_function_that_had_no_room() -> Result<()> {
    let mut plugin = threads()?;
    let error = plugin.call::<_, i64>("recurse_here", (400,)).expect_err("it needs 1.6 MiB of 1 MiB");
    let Error::Trap(trap) = &error else { anyhow::bail!("{error}") };
    assert_eq!(trap.message, "stack overflow: the thread's stack in the plugin's memory is full");
    let innermost = trap.frames.first().context("there are no frames")?;
    ensure!(innermost.function.contains("recurse"), "{trap}");
    Ok(())
}

#[test]
fn a_trap_far_down_keeps_the_innermost_frames() -> Result<()> {
    let deep = r#"(module (memory (export "memory") 1)
        (func $deep (export "deep") (param i32)
            (if (local.get 0) (then (call $deep (i32.sub (local.get 0) (i32.const 1)))) (else unreachable))))"#;
    let mut plugin = RawPlugin::new(&engine().load(wat::parse_str(deep)?)?, &Policy::new())?;
    let error = plugin.call::<_, ()>("deep", (2_000,)).expect_err("it traps");
    assert_matches!(error, Error::Trap(trap) if trap.frames.len() == 1024 && trap.frames[0].offset > trap.frames[1].offset);
    Ok(())
}

#[test]
fn a_thread_that_overflows_writes_into_no_other_allocation() -> Result<()> {
    for stack in [64_u32 << 10, 256 << 10, 2 << 20] {
        let (mut plugin, mut overflowed) = (threads()?, false);
        // wasix-libc may give some more than was asked for.
        let depths = (stack - (32 << 10)) / (FRAME + 64)..(stack + (128 << 10)) / FRAME;
        // One frame more each time, so that the last that fits is among them.
        for depth in depths {
            plugin.call::<_, ()>("prepare", (stack as i32,))?;
            let neighbours = (0..40).map(|number| plugin.call::<_, i32>("neighbour", (number,)));
            let neighbours = neighbours.collect::<Result<Vec<_>, _>>()?;
            let result = plugin.call::<_, i64>("recurse_on_the_thread", (depth as i32,));
            for at in neighbours {
                let bytes = plugin.read(at as u32, NEIGHBOUR)?;
                ensure!(bytes.iter().all(|byte| *byte == 0xaa), "{stack} bytes, {depth} deep: {at:#x} was changed");
            }
            match result {
                Ok(reached) => ensure!(reached == i64::from(depth) + 1, "{reached}"),
                Err(error) => {
                    assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(_)));
                    ensure!(told(&error).contains("stack overflow"), "{}", told(&error));
                    overflowed = true;
                    break;
                }
            }
        }
        ensure!(overflowed, "a stack of {stack} bytes is never full");
    }
    Ok(())
}

#[test]
fn a_thread_has_the_stack_that_it_asked_for() -> Result<()> {
    // Threads run one after the other on what the host keeps of them, and each has the limit of its own stack.
    let mut plugin = threads()?;
    for stack in [2_u32 << 20, 8 << 20, 1 << 20] {
        // All of it but what the thread needs before it begins.
        let depth = (stack - (32 << 10)) / (FRAME + 64);
        plugin.call::<_, ()>("prepare", (stack as i32,))?;
        assert_eq!(plugin.call::<_, i64>("recurse_on_the_thread", (depth as i32,))?, i64::from(depth) + 1);
    }
    plugin.call::<_, ()>("prepare", (64 << 10,))?;
    assert!(plugin.call::<_, i64>("recurse_on_the_thread", ((1 << 20) / FRAME as i32,)).is_err());
    Ok(())
}

/// Brackets in brackets, as deep as a parser with a stack of 8 MiB comes natively.
const DEPTH: i32 = 63_000;

/// In a process of its own: the engine keeps stacks for later threads, of other tests as well.
fn alone(test: &str, body: impl FnOnce() -> Result<()>) -> Result<()> {
    isolated(&format!("stacks::{test}"), body).map(drop)
}

#[test]
fn a_large_native_stack_lets_a_thread_go_as_deep_as_natively() -> Result<()> {
    alone("a_large_native_stack_lets_a_thread_go_as_deep_as_natively", || {
        let on_a_thread = |mut plugin: RawPlugin| plugin.call::<_, i32>("parse_on_a_thread", (DEPTH, 32 << 20));
        let error = on_a_thread(threads_with(256 << 10)?).expect_err("the native stack is full");
        ensure!(told(&error).contains("stack overflow"), "{}", told(&error));
        ensure!(!told(&error).contains("in the plugin's memory"), "{}", told(&error));
        // The same thread with a larger one.
        assert_eq!(on_a_thread(threads_with(64 << 20)?)?, DEPTH);
        Ok(())
    })
}

#[test]
fn the_main_thread_has_the_native_stack_of_the_policy_and_its_own_in_the_memory() -> Result<()> {
    alone("the_main_thread_has_the_native_stack_of_the_policy_and_its_own_in_the_memory", || {
        // Calls that keep nothing in the memory are limited by the native stack alone.
        let mut plugin = threads_with(256 << 10)?;
        plugin.call::<_, i32>("nest_here", (1_000,))?;
        overflowed(plugin.call("nest_here", (10 * DEPTH,)));
        let mut plugin = threads_with(64 << 20)?;
        plugin.call::<_, i32>("nest_here", (10 * DEPTH,))?;
        // A parser is limited by the 1 MiB that the plugin was linked with.
        let error = plugin.call::<_, i32>("parse_here", (DEPTH,)).expect_err("its stack in the memory is full");
        let Error::Trap(trap) = &error else { anyhow::bail!("{error}") };
        ensure!(trap.message.ends_with("the thread's stack in the plugin's memory is full"), "{trap}");
        Ok(())
    })
}

#[test]
fn a_plugin_that_was_linked_with_a_large_stack_goes_as_deep_on_the_main_thread() -> Result<()> {
    let policy = Policy::new().stack(64 << 20);
    assert_eq!(call(&plugin("deep", &policy), "parse", DEPTH.to_string())?, DEPTH.to_string());
    Ok(())
}

//! The engine's own code, near the end of the native stack.
//!
//! Instructions that the engine has functions for run these on the guest's stack. Such a function would leave a lock of
//! the process held if it met the guard page. So each instruction is tried at all depths near the end, each time in a new
//! plugin, beside an innocent one. The innocent one must trap, be stopped and be compiled as ever.

use anyhow::{Context, Result, bail, ensure};
use plugix_e2e::{assert_matches, engine, isolated};
use plugix_host::error::StopReason;
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Module, Policy};
use std::fmt::Write;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// What each instruction is called here, and the instruction.
const INSTRUCTIONS: &[(&str, &str)] = &[
    ("unreachable", "(unreachable)"),
    ("memory.size", "(drop (memory.size))"),
    ("memory.grow", "(drop (memory.grow (i32.const 0)))"),
    ("memory.init", "(memory.init $data (i32.const 0) (i32.const 0) (i32.const 3))"),
    ("memory.init, out of bounds", "(memory.init $data (i32.const 0) (i32.const 0) (i32.const 100))"),
    ("memory.copy", "(memory.copy (i32.const 0) (i32.const 64) (i32.const 100))"),
    ("memory.copy of nothing", "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))"),
    ("memory.copy of much", "(memory.copy (i32.const 0) (i32.const 64) (i32.const 2000000))"),
    ("memory.copy, from out of bounds", "(memory.copy (i32.const 0) (i32.const 0xffffff00) (i32.const 100))"),
    ("memory.copy, past all addresses", "(memory.copy (i32.const 0xffffff00) (i32.const 0) (i32.const 1000))"),
    ("memory.copy of much, out of bounds", "(memory.copy (i32.const 0) (i32.const 0xff000000) (i32.const 2000000))"),
    ("memory.fill", "(memory.fill (i32.const 0) (i32.const 1) (i32.const 100))"),
    ("memory.fill, out of bounds", "(memory.fill (i32.const 0xffffff00) (i32.const 1) (i32.const 100))"),
    ("data.drop", "(data.drop $data)"),
    ("elem.drop", "(elem.drop $elements)"),
    ("ref.func", "(drop (ref.func $function))"),
    ("table.get", "(drop (table.get $table (i32.const 1)))"),
    ("table.get, out of bounds", "(drop (table.get $table (i32.const 100)))"),
    ("table.set", "(table.set $table (i32.const 1) (ref.null func))"),
    ("table.set, out of bounds", "(table.set $table (i32.const 100) (ref.null func))"),
    ("table.grow", "(drop (table.grow $table (ref.null func) (i32.const 1)))"),
    ("table.size", "(drop (table.size $table))"),
    ("table.fill, out of bounds", "(table.fill $table (i32.const 100) (ref.null func) (i32.const 100))"),
    ("table.init, out of bounds", "(table.init $table $elements (i32.const 100) (i32.const 0) (i32.const 100))"),
    ("table.copy, out of bounds", "(table.copy $table $table (i32.const 100) (i32.const 0) (i32.const 100))"),
    ("throw", "(throw $tag)"),
    ("throw and catch", "(block $caught (try_table (catch_all $caught) (throw $tag)))"),
    (
        "throw_ref",
        "(throw_ref (block $caught (result exnref) (try_table (catch_all_ref $caught) (throw $tag)) (unreachable)))",
    ),
    ("memory.atomic.notify", "(drop (memory.atomic.notify (i32.const 0) (i32.const 1)))"),
    ("memory.atomic.notify, out of bounds", "(drop (memory.atomic.notify (i32.const 0xfffffffc) (i32.const 0)))"),
    ("memory.atomic.wait32", "(drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const 1000)))"),
    ("memory.atomic.wait32, unaligned", "(drop (memory.atomic.wait32 (i32.const 1) (i32.const 0) (i64.const 0)))"),
    ("memory.atomic.wait64", "(drop (memory.atomic.wait64 (i32.const 0) (i64.const 0) (i64.const 1000)))"),
    ("i32.div_s by zero", "(drop (i32.div_s (i32.const 1) (local.get 0)))"),
    ("i32.div_s that overflows", "(drop (i32.div_s (i32.const 0x80000000) (i32.sub (local.get 0) (i32.const 1))))"),
    ("i64.rem_u by zero", "(drop (i64.rem_u (i64.const 1) (i64.extend_i32_u (local.get 0))))"),
    ("i32.trunc_f64_s of much", "(drop (i32.trunc_f64_s (f64.const 1e300)))"),
    ("i32.atomic.load, unaligned", "(drop (i32.atomic.load (i32.add (local.get 0) (i32.const 1))))"),
    ("i32.load, out of bounds", "(drop (i32.load (i32.const 0xfffffff0)))"),
    (
        "call_indirect of nothing",
        "(drop (call_indirect $table (type $call) (i32.const 0) (i32.const 0) (i32.const 5)))",
    ),
    ("call_indirect of another type", "(call_indirect $table (param i32) (i32.const 0) (i32.const 0))"),
    ("call_indirect, out of bounds", "(call_indirect $table (param i32) (i32.const 0) (i32.const 100))"),
    ("a system call", "(drop (call $random (i32.const 0) (i32.const 16)))"),
    (
        "a system call by a table",
        "(drop (call_indirect $table (type $call) (i32.const 0) (i32.const 16) (i32.const 0)))",
    ),
    ("a full stack in the memory", "(global.set $pointer (i32.sub (global.get $pointer) (i32.const 100000)))"),
];

/// Each module has a memory.
const MEMORY: &str = r#"(memory (export "memory") 1)"#;

/// Values that a large frame keeps, and about how many bytes that comes to.
const KEPT: usize = 500;
const LARGE: usize = 8 * KEPT;

/// A small frame takes 16 bytes at the least. So many of them are more than a large one.
const SMALL: usize = LARGE / 16 + 8;

/// How many small frames come to a step.
const STEP: usize = 23;

/// Bytes before and behind the depth at which an instruction first finds too little room.
const AROUND: usize = 72 << 10;

/// A module whose `attack` has so many large frames and then so many small ones, and runs the instruction there.
fn attacker(instruction: &str) -> Result<Module> {
    let (mut keep, mut give) = (String::new(), String::new());
    for at in 0..KEPT {
        write!(keep, "(local.set {} (i64.load offset={} (i32.const 0)))", at + 2, 8 * at)?;
        write!(give, "(i64.store offset={} (i32.const 0) (local.get {}))", 8 * at, at + 2)?;
    }
    let locals = "i64 ".repeat(KEPT);
    let text = format!(
        r#"(module
            (type $call (func (param i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "random_get" (func $random (type $call)))
            (import "env" "memory" (memory 64 64 shared))
            (global $pointer (export "__stack_pointer") (mut i32) (i32.const 65536))
            (tag $tag)
            (table $table 10 20 funcref)
            (elem (table $table) (i32.const 0) func $random)
            (elem $elements func $function)
            (data $data "abc")
            (func $function)
            (func $small (param i32)
                (if (local.get 0) (then (call $small (i32.sub (local.get 0) (i32.const 1)))) (else {instruction})))
            (func $large (export "attack") (param i32 i32) (local {locals})
                {keep}
                (if (local.get 0)
                    (then (call $large (i32.sub (local.get 0) (i32.const 1)) (local.get 1)))
                    (else (call $small (local.get 1))))
                {give}))"#
    );
    Ok(engine().load(wat::parse_str(text)?)?)
}

/// Whether there was no room.
fn attack(module: &Module, large: usize, small: usize) -> Result<bool> {
    let mut plugin = RawPlugin::new(module, &Policy::new())?;
    match plugin.call::<_, ()>("attack", (large as i32, small as i32)) {
        Ok(()) => Ok(false),
        Err(Error::Trap(trap)) if trap.message.contains("in the plugin's memory") => Ok(false),
        Err(Error::Trap(trap)) => Ok(trap.message.starts_with("stack overflow")),
        Err(error) => bail!("{error:?}"),
    }
}

/// What an innocent plugin does on another thread: it is compiled anew, traps, and is stopped.
fn innocent(module: &Module, number: usize) -> Result<()> {
    let mut plugin = RawPlugin::new(module, &Policy::new())?;
    let error = plugin.call::<_, ()>("trap", ()).expect_err("it traps");
    assert_matches!(error, Error::Trap(trap) if trap.message.contains("unreachable"));
    // With a number, so that it is another module each time.
    if number.is_multiple_of(100) {
        let text =
            format!(r#"(module {MEMORY} (func (export "spin") (drop (i32.const {number})) (loop $on (br $on))))"#);
        let policy = Policy::new().call_deadline(Duration::from_millis(20));
        let mut plugin = RawPlugin::new(&engine().load(wat::parse_str(text)?)?, &policy)?;
        let error = plugin.call::<_, ()>("spin", ()).expect_err("it spins");
        assert_matches!(error, Error::Stopped(StopReason::Deadline { .. }));
    }
    Ok(())
}

/// Tries an instruction at each depth near the end of the stack.
fn scan(name: &str, instruction: &str, done: &Sender<String>) -> Result<()> {
    let module = attacker(instruction)?;
    let harmless =
        engine().load(wat::parse_str(format!(r#"(module {MEMORY} (func (export "trap") (unreachable)))"#))?)?;
    ensure!(!attack(&module, 0, 0)?, "{name} has no room on an empty stack");
    let (mut fits, mut full) = (0, (1 << 20) / LARGE + 1);
    ensure!(attack(&module, full, 0)?, "{name} has room below a full stack");
    while full - fits > 1 {
        let half = usize::midpoint(fits, full);
        if attack(&module, half, 0)? { full = half } else { fits = half }
    }
    let (around, mut number) = (AROUND / LARGE, 0);
    for large in full - around..=full + around {
        for small in (0..SMALL).step_by(STEP) {
            attack(&module, large, small).with_context(|| format!("{name}, {large} and {small} deep"))?;
            std::thread::scope(|scope| scope.spawn(|| innocent(&harmless, number)).join().expect("no panic"))?;
            number += 1;
            done.send(format!("{name}, {large} and {small} deep"))?;
        }
    }
    Ok(())
}

#[test]
fn no_lock_is_left_held() -> Result<()> {
    let scan_all = || {
        let (done, progress) = channel::<String>();
        // For a test that fails: nothing else ends this process then.
        std::thread::spawn(move || {
            let mut last = String::new();
            loop {
                match progress.recv_timeout(Duration::from_secs(60)) {
                    Ok(next) => last = next,
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        eprintln!("nothing went on after this: {last}");
                        std::process::abort();
                    }
                }
            }
        });
        INSTRUCTIONS.iter().try_for_each(|(name, instruction)| scan(name, instruction, &done))
    };
    isolated("hostile::native_stack::no_lock_is_left_held", scan_all).map(drop)
}

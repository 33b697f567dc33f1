//! Calls of the host's functions one after the other, without a loop: no check of the module's own comes in between. After
//! the stop not one more is begun, however the module comes to call it.

use super::attack;
use super::stage::House;
use anyhow::{Result, ensure};
use plugix_e2e::{assert_matches, engine, failure, wait_until, with_section};
use plugix_e2e_contract::bench::Word;
use plugix_e2e_contract::host::Adder;
use plugix_host::abi::Interface;
use plugix_host::abi::interface::descriptor::section;
use plugix_host::error::StopReason;
use plugix_host::events::Event;
use plugix_host::plugin::CancelHandle;
use plugix_host::{Error, Plugin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// Fewer than there are between two checks of a module's own.
const CALLS: usize = 100;

/// Functions: their types, and their arguments.
const FUNCTIONS: [(&str, &str, &str); 4] = [
    // A host function with numbers, and one with arguments in memory.
    (r#""plugix:Adder" "add""#, "(param i64 i64) (result i64)", "(i64.const 1) (i64.const 2)"),
    (
        r#""plugix:Adder" "take""#,
        "(param i32 i32 i32 i32) (result i64)",
        "(i32.const 4096) (i32.const 1) (i32.const 8192) (i32.const 64)",
    ),
    // A system call, which prints a line, and a closed one.
    (
        r#""wasi_snapshot_preview1" "fd_write""#,
        "(param i32 i32 i32 i32) (result i32)",
        "(i32.const 1) (i32.const 2048) (i32.const 1) (i32.const 2064)",
    ),
    (r#""wasix_32v1" "port_unbridge""#, "(result i32)", ""),
];

/// How a module comes to call a function.
#[derive(Clone, Copy, Debug)]
enum Form {
    Direct,
    /// By its place in a table.
    Table,
    /// The same, after the code itself has put it there.
    Reference,
}

fn module((name, ty, args): (&str, &str, &str), form: Form) -> Result<Vec<u8>> {
    let call = match form {
        Form::Direct => format!("(drop (call $import {args}))"),
        Form::Table | Form::Reference => format!("(drop (call_indirect (type $ty) {args} (i32.const 0)))"),
    };
    let (elements, set) = match form {
        Form::Reference => ("(elem declare func $import)", "(table.set (i32.const 0) (ref.func $import))"),
        Form::Direct | Form::Table => ("(elem (i32.const 0) func $import)", ""),
    };
    let calls = call.repeat(CALLS);
    let text = format!(
        r#"(module
          (type $ty (func {ty}))
          (import "env" "memory" (memory 1 1 shared))
          (import {name} (func $import (type $ty)))
          (export "memory" (memory 0))
          (table 1 funcref)
          {elements}
          (global (export "plugix_metadata") i32 (i32.const 16))
          (data (i32.const 16) "plgx" "\01\00\00\00"
            "\40\00\00\00\02\00\00\00" "\42\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00" "\00\00\00\00\00\00\00\00")
          (data (i32.const 64) "by1")
          (data (i32.const 2048) "\10\08\00\00\02\00\00\00" "\00\00\00\00\00\00\00\00" "x\0a")
          (func (export "_initialize"))
          (func (export "wasi_thread_start") (param i32 i32))
          (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 1024))
          (func (export "plugix_frame_free") (param i32))
          (func (export "plugix_result_free"))
          (func (export "plugix:go") (param $frame i32) (result i32)
            {set} {calls} (i32.const 0)))"#
    );
    Ok(with_section(wat::parse_str(text)?, section::USES, <dyn Adder>::DESCRIPTOR))
}

/// Counts calls, and stops the plugin at the first.
#[derive(Clone, Default)]
struct Stops(Arc<(AtomicUsize, OnceLock<CancelHandle>)>);

impl Stops {
    fn called(&self) {
        if self.0.0.fetch_add(1, Ordering::SeqCst) == 0 {
            self.0.1.get().expect("it was set before the call").cancel();
        }
    }
}

impl Adder for Stops {
    fn add(&self, _: u32, _: u32) -> u32 {
        self.called();
        0
    }

    fn take(&self, _: Vec<Word>) -> u32 {
        self.called();
        0
    }
}

fn one_call_and_no_more(house: &House, form: Form) -> Result<()> {
    for function in FUNCTIONS {
        let stops = Stops::default();
        let (printed, denied) = (stops.clone(), stops.clone());
        let policy = house.policy().on_output(move |_, _| printed.called());
        let module = engine().load(module(function, form)?)?;
        let plugin = Plugin::builder(&module)
            .policy(policy)
            .provide(<dyn Adder>::provider(stops.clone()))
            .on_event(move |_, event| {
                if matches!(event, Event::Denied { .. }) {
                    denied.called();
                }
            })
            .start()?;
        ensure!(stops.0.1.set(plugin.cancel_handle()).is_ok());
        assert_matches!(failure(&plugin, "go", "")?, Error::Stopped(StopReason::Cancelled));
        wait_until("the end", || plugin.live_threads() == 0);
        let calls = stops.0.0.load(Ordering::SeqCst);
        ensure!(calls == 1, "{form:?} {}: {calls} calls", function.0);
    }
    Ok(())
}

#[test]
fn directly() -> Result<()> {
    attack!(|house| one_call_and_no_more(house, Form::Direct))
}

#[test]
fn through_a_table() -> Result<()> {
    attack!(|house| one_call_and_no_more(house, Form::Table))
}

#[test]
fn by_a_reference() -> Result<()> {
    attack!(|house| one_call_and_no_more(house, Form::Reference))
}

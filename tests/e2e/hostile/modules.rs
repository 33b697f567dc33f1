//! Attacks that Rust has no words for: modules as text.

use super::attack;
use super::stage::{House, Seen};
use anyhow::{Result, bail, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, module, wait_until};
use plugix_host::error::{LoadError, ModuleError, StopReason};
use plugix_host::events::{Event, LimitKind};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Plugin, Policy};
use std::time::Duration;

const LIMIT: Duration = Duration::from_millis(100);

fn start(seen: &Seen, name: &str, house: &House) -> Result<Plugin, LoadError> {
    let wasm = module("hostile", name).expect("the text is a module");
    seen.builder(&engine().load(wasm)?, house.policy().start_deadline(LIMIT).table_entries(100)).start()
}

/// The start section runs when an instance is made, before anything else.
fn start_section_is_stopped(house: &House, name: &str) -> Result<()> {
    let seen = Seen::default();
    match start(&seen, name, house) {
        Err(LoadError::Start(Error::Stopped(StopReason::Deadline { limit: LIMIT }))) => {}
        other => bail!("{name}: {other:?}"),
    }
    seen.saw(&Event::Stopped { cause: StopReason::Deadline { limit: LIMIT }.to_string() })
}

#[test]
fn a_start_section_that_spins() -> Result<()> {
    attack!(|house| start_section_is_stopped(house, "start-spins"))
}

#[test]
fn a_start_section_that_sleeps() -> Result<()> {
    attack!(|house| start_section_is_stopped(house, "start-sleeps"))
}

#[test]
fn a_start_section_that_waits() -> Result<()> {
    attack!(|house| start_section_is_stopped(house, "start-waits"))
}

#[test]
fn a_start_section_that_exits() -> Result<()> {
    attack!(|house| {
        let outcome = start(&Seen::default(), "start-exits", house);
        assert_matches!(outcome, Err(LoadError::Start(Error::Exited { code: 7 })));
        Ok(())
    })
}

/// `memory.atomic.wait` is an instruction and no system call.
#[test]
fn an_instruction_that_waits() -> Result<()> {
    attack!(|house| {
        let seen = Seen::default();
        let plugin = start(&seen, "waits", house)?;
        let cancel = plugin.cancel_handle();
        let error = std::thread::scope(|scope| {
            let call = || failure(&plugin, "wait", "");
            let call = std::thread::Builder::new().name("attacker/call".into()).spawn_scoped(scope, call)?;
            cancel.cancel();
            call.join().expect("the call's thread is well")
        })?;
        // The plugin was cancelled before the call began, or while the call ran.
        let stopped = |error: &Error| matches!(error, Error::Stopped(StopReason::Cancelled));
        ensure!(stopped(&error) || matches!(&error, Error::Dead(cause) if stopped(cause)), "{error:?}");
        wait_until("the end", || plugin.live_threads() == 0);
        Ok(())
    })
}

/// A table grows to its limit. The host learns that it wanted more.
#[test]
fn a_table_bomb() -> Result<()> {
    attack!(|house| {
        let seen = Seen::default();
        let plugin = start(&seen, "table", house)?;
        ensure!(call(&plugin, "grow", "")? == "grown");
        ensure!(seen.events().is_empty(), "{:?}", seen.events());
        ensure!(call(&plugin, "grow", "")? == "full!");
        seen.saw_limit(LimitKind::TableEntries, 100)
    })
}

/// Code that grows the host's second memory doesn't reach it: the number means another memory, or none.
#[test]
fn the_control_memory_is_out_of_reach() -> Result<()> {
    attack!(|_house| {
        let wasm = module("hostile", "control")?;
        let refused = engine().load(wasm).and_then(|module| module.compile());
        assert_matches!(refused, Err(LoadError::Module(ModuleError::Malformed { .. })));
        Ok(())
    })
}

/// A thread whose tables have no room doesn't start.
#[test]
fn tables_of_many_threads() -> Result<()> {
    attack!(|_| {
        let module = engine().load(module("hostile", "tables")?)?;
        let mut plugin = RawPlugin::new(&module, &Policy::new().table_entries(100))?;
        for _ in 0..100 {
            ensure!(plugin.call::<(), i32>("spawn", ())? < 0);
            wait_until("the end of what didn't start", || plugin.live_threads() == 0);
            ensure!(plugin.usage().table_entries == 1600);
        }
        // With room for those of one thread more, one starts.
        let mut plugin = RawPlugin::new(&module, &Policy::new().table_entries(200))?;
        ensure!(plugin.call::<(), i32>("spawn", ())? > 0);
        wait_until("the end of the thread", || plugin.live_threads() == 0);
        Ok(())
    })
}

//! The limit on a plugin's memory, which all its threads share.

use crate::events::Recorder;
use anyhow::Result;
use plugix_e2e::{assert_matches, call, engine, failure, guest, plugin};
use plugix_host::error::LoadError;
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Plugin, Policy};

const MIB: u64 = 1 << 20;

fn capped(mib: u64) -> (Plugin, Recorder) {
    let recorder = Recorder::default();
    let policy = Policy::new().memory(mib * MIB);
    let plugin = Plugin::builder(&guest("memory")).policy(policy).on_event(recorder.callback()).start();
    (plugin.expect("the plugin starts"), recorder)
}

#[test]
fn a_program_that_expects_memory_ends_and_its_sibling_has_its_own() -> Result<()> {
    let (greedy, events) = capped(64);
    let sibling = plugin("memory", &Policy::new().memory(256 * MIB));
    assert_matches!(failure(&greedy, "allocate", "100")?, Error::Trap(_) | Error::Panic(_) | Error::Exited { .. });
    assert!(events.saw("reached its limit of 64 MiB of memory"), "{events:?}");
    assert_eq!(call(&sibling, "allocate", "100")?, (100 * MIB).to_string());
    Ok(())
}

#[test]
fn a_module_that_needs_more_to_begin_with_is_refused_with_both_numbers() -> Result<()> {
    let module = engine().load(wat::parse_str(r#"(module (memory (export "memory") 33))"#)?)?;
    let refused = RawPlugin::new(&module, &Policy::new().memory(2 * MIB)).unwrap_err();
    assert_matches!(refused, LoadError::NeedsMemory { needed: 2_162_688, allowed: 2_097_152 });
    RawPlugin::new(&module, &Policy::new().memory(3 * MIB))?;
    Ok(())
}

#[test]
fn memory_and_tables_of_raw_modules_are_capped_as_well() -> Result<()> {
    let module = engine().load(wat::parse_str(
        r#"(module
            (memory (export "memory") 1)
            (table $t 10 funcref)
            (func (export "grow_memory") (param i32) (result i32) (memory.grow (local.get 0)))
            (func (export "grow_table") (param i32) (result i32)
                (table.grow $t (ref.null func) (local.get 0))))"#,
    )?)?;
    let mut raw = RawPlugin::new(&module, &Policy::new().memory(MIB).table_entries(100))?;
    assert_eq!(raw.call::<(i32,), i32>("grow_memory", (15,))?, 1);
    assert_eq!(raw.call::<(i32,), i32>("grow_memory", (1,))?, -1);
    assert_eq!(raw.call::<(i32,), i32>("grow_table", (90,))?, 10);
    assert_eq!(raw.call::<(i32,), i32>("grow_table", (1,))?, -1);
    let refused = RawPlugin::new(&module, &Policy::new().table_entries(9)).unwrap_err();
    assert_matches!(refused, LoadError::NeedsTable { needed: 10, allowed: 9 });
    Ok(())
}

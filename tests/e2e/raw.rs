//! Modules that know nothing of Plugix.

use anyhow::Result;
use plugix_e2e::{assert_matches, engine, module};
use plugix_host::error::ProtocolError;
use plugix_host::plugin::Output;
use plugix_host::raw::{Command, CommandError, RawPlugin};
use plugix_host::{Error, Policy};

fn raw(name: &str) -> Result<RawPlugin> {
    Ok(RawPlugin::new(&engine().load(module("raw", name)?)?, &Policy::new())?)
}

#[test]
fn exports_are_called_by_type() -> Result<()> {
    let mut raw = raw("reactor")?;
    assert_eq!(raw.call::<_, i32>("add", (40, 2))?, 42);
    assert_eq!(raw.call::<_, f64>("mix", (1, 10_i64, 0.5_f32, 0.25))?, 11.75);
    assert_eq!(raw.call::<_, (i32, i32)>("swap", (1, 2))?, (2, 1));
    Ok(())
}

#[test]
fn the_initializer_has_run() -> Result<()> {
    assert_eq!(raw("reactor")?.call::<_, i32>("is_initialized", ())?, 1);
    Ok(())
}

#[test]
fn a_wrong_name_or_type_harms_nothing() -> Result<()> {
    let mut raw = raw("reactor")?;
    assert_matches!(raw.call::<_, i32>("subtract", (40, 2)), Err(Error::NoSuchMethod { method }) if method == "subtract");
    assert_matches!(raw.call::<_, i32>("add", (40_i64, 2)), Err(Error::NoSuchMethod { .. }));
    assert_matches!(raw.call::<_, i64>("add", (40, 2)), Err(Error::NoSuchMethod { .. }));
    assert_matches!(raw.call::<_, i32>("memory", ()), Err(Error::NoSuchMethod { .. }));
    assert_eq!(raw.call::<_, i32>("add", (40, 2))?, 42);
    Ok(())
}

#[test]
fn memory_is_read_and_written() -> Result<()> {
    let mut raw = raw("reactor")?;
    raw.write(100, &[1, 2, 3])?;
    assert_eq!(raw.call::<_, i32>("sum", (100, 3))?, 6);
    assert_eq!(raw.read(99, 5)?, [0, 1, 2, 3, 0]);
    assert!(raw.read(65536, 0)?.is_empty());
    assert_matches!(raw.read(65536, 1), Err(Error::Protocol { error: ProtocolError::OutOfBounds { .. }, .. }));
    assert_matches!(
        raw.write(u32::MAX, &[0, 0]),
        Err(Error::Protocol { error: ProtocolError::OutOfBounds { .. }, .. })
    );
    // It was the host that asked for too much.
    assert_eq!(raw.call::<_, i32>("add", (40, 2))?, 42);
    Ok(())
}

#[test]
fn what_it_writes_is_captured() -> Result<()> {
    let mut raw = raw("reactor")?;
    raw.write(100, b"outerr")?;
    assert_eq!(raw.call::<_, i32>("write", (1, 100, 3))?, 0);
    assert_eq!(raw.call::<_, i32>("write", (2, 103, 3))?, 0);
    let expected = Output { stdout: b"out".to_vec(), stderr: b"err".to_vec(), dropped: 0 };
    assert_eq!(raw.take_output(), expected);
    assert_eq!(raw.take_output(), Output::default());
    Ok(())
}

#[test]
fn a_trap_ends_it() -> Result<()> {
    let mut raw = raw("reactor")?;
    assert_matches!(raw.call::<_, ()>("trap", ()), Err(Error::Trap(trap)) if trap.site.thread.is_none());
    assert_matches!(raw.call::<_, i32>("add", (1, 1)), Err(Error::Dead(cause)) if matches!(**cause, Error::Trap(_)));
    Ok(())
}

#[test]
fn exit_ends_it() -> Result<()> {
    let mut raw = raw("reactor")?;
    assert_matches!(raw.call::<_, ()>("exit", (5,)), Err(Error::Exited { code: 5 }));
    assert_matches!(raw.call::<_, i32>("add", (1, 1)), Err(Error::Dead(cause)) if matches!(**cause, Error::Exited { code: 5 }));
    Ok(())
}

#[test]
fn the_host_makes_a_memory_that_is_imported() -> Result<()> {
    let mut raw = raw("imported-memory")?;
    assert_eq!(raw.call::<_, i32>("load", (5,))?, i32::from(b'*'));
    raw.write(6, b"+")?;
    assert_eq!(raw.call::<_, i32>("load", (6,))?, i32::from(b'+'));
    Ok(())
}

#[test]
fn no_system_interface_is_needed() -> Result<()> {
    assert_eq!(raw("no-wasi")?.call::<_, i64>("square", (1_i64 << 20,))?, 1 << 40);
    Ok(())
}

#[test]
fn instances_share_nothing() -> Result<()> {
    let mut one = raw("reactor")?;
    let mut other = raw("reactor")?;
    one.write(100, b"mine")?;
    assert_eq!(other.read(100, 4)?, [0; 4]);
    assert_matches!(one.call::<_, ()>("trap", ()), Err(Error::Trap(_)));
    assert_eq!(other.call::<_, i32>("add", (40, 2))?, 42);
    Ok(())
}

#[test]
fn a_command_runs_as_often_as_one_likes() -> Result<()> {
    let command = Command::new(&engine().load(module("raw", "command")?)?, &Policy::new())?;
    for _ in 0..2 {
        let exit = command.run()?;
        assert_eq!((exit.code, exit.output.stdout, exit.output.stderr), (7, b"out\n".to_vec(), b"err\n".to_vec()));
    }
    Ok(())
}

#[test]
fn a_command_that_traps() -> Result<()> {
    let command = Command::new(&engine().load(module("raw", "trapping-command")?)?, &Policy::new())?;
    let error = command.run().unwrap_err();
    assert_matches!(&error, CommandError::Failed { error: Error::Trap(trap), .. } if trap.frames[0].function == "divide");
    assert_eq!(error.to_string(), "the program failed");
    Ok(())
}

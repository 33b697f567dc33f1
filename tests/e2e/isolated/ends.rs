//! Plugins that end: their host learns the same as of plugins in its own process.

use super::{begin, lives, start};
use anyhow::{Context as _, Result};
use plugix_e2e::{assert_matches, guest, told, wait_until};
use plugix_host::error::{CallError, ProcessError, StopReason};
use plugix_host::events::Event;
use plugix_host::isolated::IsolatedPlugin;
use plugix_host::{Error, Plugin, Policy};
use std::process::Command;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

fn failure(plugin: &IsolatedPlugin, method: &str, args: &str) -> Result<Error> {
    match plugin.call_bytes(method, args.as_bytes()) {
        Err(CallError::Failed(error)) => Ok(error),
        returned => anyhow::bail!("`{method}` returned {returned:?}"),
    }
}

#[test]
fn traps_and_exits_are_told() -> Result<()> {
    let here = Plugin::new(&guest("ends"), &Policy::new())?;
    let CallError::Failed(expected) = here.call_bytes("trap", b"").expect_err("it traps") else {
        panic!("it returns no error of its own")
    };
    let plugin = start("ends", Policy::new());
    assert_eq!(plugin.call_bytes("live", b"").ok(), Some(b"alive".to_vec()));
    let process = plugin.process_id();
    let trapped = failure(&plugin, "trap", "")?;
    assert_eq!(told(&trapped), told(&expected));
    let later = failure(&plugin, "live", "")?;
    assert_eq!(told(&later), format!("the plugin is dead: {}", told(&trapped)));
    wait_until("the end of the process", || !lives(process));
    assert_eq!(plugin.usage().stops, 1);
    assert_matches!(failure(&start("ends", Policy::new()), "exit", "3")?, Error::Exited { code: 3 });
    assert_matches!(failure(&start("ends", Policy::new()), "overflow_the_stack", "")?, Error::Trap(_));
    Ok(())
}

#[test]
fn a_thread_that_traps_ends_the_plugin() -> Result<()> {
    let (sender, events) = channel();
    let builder = Plugin::builder(&guest("ends")).policy(Policy::new().threads(2));
    let plugin = begin(builder.on_event(move |_, event| drop(sender.send(event.clone()))));
    // The method may have returned before its thread traps.
    drop(plugin.call_bytes("trap_later", b""));
    wait_until("the end of the plugin", || plugin.call_bytes("live", b"").is_err());
    let error = failure(&plugin, "live", "")?;
    assert_matches!(error, Error::Dead(cause) if matches!(&**cause, Error::Trap(trap) if trap.site.thread.is_some()));
    // The callback comes last.
    assert!(events.iter().any(|event| matches!(event, Event::ThreadDied { .. })));
    Ok(())
}

#[test]
fn deadlines_and_cancelling_end_the_process() -> Result<()> {
    const LIMIT: Duration = Duration::from_millis(100);
    for state in ["spin", "sleep", "mutex", "system-calls"] {
        let plugin = start("hostile", Policy::new().call_deadline(LIMIT));
        let process = plugin.process_id();
        let error = failure(&plugin, "stay", &format!("{state} 8"))?;
        assert_matches!(error, Error::Stopped(StopReason::Deadline { limit: LIMIT }));
        wait_until("the end of the process", || !lives(process));
        assert_matches!(failure(&plugin, "work", "")?, Error::Dead(_));
    }
    let plugin = start("hostile", Policy::new());
    let tighter = plugin.within(LIMIT);
    assert_matches!(
        tighter.call_bytes("stay", b"spin 0"),
        Err(CallError::Failed(Error::Stopped(StopReason::Deadline { .. })))
    );

    let plugin = start("hostile", Policy::new());
    let cancel = plugin.cancel_handle();
    thread::scope(|scope| {
        scope.spawn(|| cancel.cancel());
        match failure(&plugin, "stay", "spin 8")? {
            Error::Dead(cause) => assert_matches!(*cause, Error::Stopped(StopReason::Cancelled)),
            error => assert_matches!(error, Error::Stopped(StopReason::Cancelled)),
        }
        anyhow::Ok(())
    })
}

#[test]
fn a_process_that_is_killed_is_an_error() -> Result<()> {
    let (sender, events) = channel();
    let builder = Plugin::builder(&guest("hostile")).policy(Policy::new().threads(16));
    let plugin = begin(builder.on_event(move |_, event| drop(sender.send(event.clone()))));
    let (busy, process) = (plugin.clone(), plugin.process_id());
    let caller = thread::spawn(move || busy.call_bytes("stay", b"sleep 2"));
    wait_until("the call", || plugin.usage().calls.running == 1);
    let status = Command::new("kill").args(["-KILL", &process.to_string()]).status().context("there is no `kill`")?;
    assert!(status.success());
    let killed = caller.join().expect("nothing panics");
    let Err(CallError::Failed(Error::Process(error))) = &killed else { panic!("{killed:?}") };
    assert_matches!(&**error, ProcessError::Died { how, .. } if how.contains('9'));
    assert_matches!(failure(&plugin, "work", "")?, Error::Dead(cause) if matches!(&**cause, Error::Process(_)));
    assert_matches!(events.recv(), Ok(Event::Died { .. }));
    Ok(())
}

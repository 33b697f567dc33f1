//! Signals: handlers of a plugin's run, on the thread that takes the signal and one after the other; without a handler a
//! signal does what it does by default, within the plugin.

use crate::events::Recorder;
use anyhow::Result;
use plugix_e2e::{assert_matches, call, failure, guest, plugin, wait_until};
use plugix_host::plugin::Signal;
use plugix_host::{Error, Plugin, Policy};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::scope;

/// WASI's number of an interrupted call.
const INTERRUPTED: &str = "27";

/// What a call returns that `Signal::User1` has to end, sent until it is over: it may come before the call waits.
fn until_it_returns(plugin: &Plugin, method: &str) -> Result<String> {
    let is_over = AtomicBool::new(false);
    scope(|scope| {
        let called = scope.spawn(|| {
            let answer = call(plugin, method, "");
            is_over.store(true, Ordering::SeqCst);
            answer
        });
        while !is_over.load(Ordering::SeqCst) {
            plugin.signal(Signal::User1);
            std::thread::yield_now();
        }
        called.join().expect("nothing panics")
    })
}

#[test]
fn a_handler_runs_before_the_call_that_raises_returns() -> Result<()> {
    let plugin = plugin("signals", &Policy::new());
    assert_eq!(call(&plugin, "handle", "")?, "0 0 0");
    // The first handler raises the second signal twice, which then is pending once, and waits for its turn.
    assert_eq!(call(&plugin, "raise", "")?, "1 1 1");
    assert_eq!(call(&plugin, "kill_itself", "")?, "2 2 1");
    Ok(())
}

#[test]
fn a_handler_runs_on_its_own_threads_stack() -> Result<()> {
    let plugin = plugin("signals", &Policy::new());
    call(&plugin, "handle", "")?;
    assert_eq!(call(&plugin, "raise_on_a_thread", "")?, "true 0 1 1");
    Ok(())
}

#[test]
fn the_host_ends_a_wait_and_has_the_handler_run() -> Result<()> {
    let plugin = plugin("signals", &Policy::new());
    call(&plugin, "handle", "")?;
    assert_eq!(until_it_returns(&plugin, "sleep")?, INTERRUPTED);
    let counts = call(&plugin, "counted", "")?;
    assert!(!counts.starts_with("0 ") && counts.ends_with(" 1"), "{counts}");
    // The standard library goes on with its sleep.
    assert!(until_it_returns(&plugin, "sleep_through")?.ends_with(" 1"));
    Ok(())
}

/// Locks know nothing of signals.
#[test]
fn a_thread_that_waits_for_a_lock_goes_on_waiting() -> Result<()> {
    let plugin = plugin("signals", &Policy::new());
    call(&plugin, "handle", "")?;
    assert_eq!(until_it_returns(&plugin, "lock")?, "1");
    Ok(())
}

#[test]
fn without_a_handler_a_signal_ends_the_plugin_or_does_nothing() -> Result<()> {
    for (signal, code) in
        [(Signal::Interrupt, 130), (Signal::Terminate, 143), (Signal::User1, 138), (Signal::User2, 140)]
    {
        let recorder = Recorder::default();
        let plugin = Plugin::builder(&guest("signals")).on_event(recorder.callback()).start()?;
        plugin.signal(Signal::WindowChange);
        assert_eq!(call(&plugin, "counted", "")?, "0 0 0");
        plugin.signal(signal);
        let error = failure(&plugin, "counted", "")?;
        assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Exited { code: ended } if ended == code));
        wait_until("the report of the end", || recorder.saw(&format!("exited with code {code}")));
    }
    Ok(())
}

/// What computes makes no system call.
#[test]
fn without_a_handler_a_signal_ends_what_computes() -> Result<()> {
    let plugin = plugin("signals", &Policy::new());
    let signals = plugin.signal_handle();
    scope(|scope| {
        let spinning = scope.spawn(|| failure(&plugin, "spin", ""));
        wait_until("the call", || plugin.usage().calls.running == 1);
        signals.send(Signal::Terminate);
        let error = spinning.join().expect("nothing panics")?;
        assert_matches!(error, Error::Dead(cause) if matches!(**cause, Error::Exited { code: 143 }));
        anyhow::Ok(())
    })?;
    drop(plugin);
    // Whoever sends too late reaches nobody.
    signals.send(Signal::Terminate);
    Ok(())
}

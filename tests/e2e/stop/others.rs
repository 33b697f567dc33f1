//! What one plugin, or its host's code for it, does with its own end keeps no other plugin from its deadline.

use super::{LIMIT, WORK};
use anyhow::{Context, Result, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, guest, plugin, wait_until};
use plugix_host::error::StopReason;
use plugix_host::events::Event;
use plugix_host::{Error, Plugin, Policy};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

/// A callback that says when it runs, and then waits until the test ends.
fn stuck(entered: Sender<()>, held: Receiver<()>) -> impl Fn() + Send + Sync {
    let both = Mutex::new((entered, held));
    move || {
        let both = both.lock().unwrap_or_else(PoisonError::into_inner);
        // After the test nobody holds the other ends.
        if both.0.send(()).is_ok() {
            let _ = both.1.recv();
        }
    }
}

/// The deadline of another plugin is kept, for a call and for a start.
fn others_are_stopped() -> Result<()> {
    let other = plugin("hostile", &Policy::new().call_deadline(LIMIT));
    ensure!(call(&other, "work", "")? == WORK);
    assert_matches!(failure(&other, "stay", "spin 2")?, Error::Stopped(StopReason::Deadline { limit: LIMIT }));
    wait_until("the end of the other's threads", || other.live_threads() == 0);
    let within = plugin("hostile", &Policy::new());
    let outcome = within.within(LIMIT).call_bytes("stay", b"sleep 2");
    ensure!(outcome.is_err());
    Ok(())
}

/// The host's callback for events never returns.
#[test]
fn a_callback_for_events_that_blocks() -> Result<()> {
    for state in ["spin 2", "sleep 2"] {
        let ((entered, enters), (release, held)) = (channel(), channel());
        let stuck = stuck(entered, held);
        let plugin = Plugin::builder(&guest("hostile"))
            .policy(Policy::new().call_deadline(LIMIT))
            .on_event(move |_, event| match event {
                Event::Stopped { .. } => stuck(),
                other => panic!("{other}"),
            })
            .start()?;
        let error = failure(&plugin, "stay", state)?;
        assert_matches!(error, Error::Stopped(StopReason::Deadline { limit: LIMIT }));
        enters.recv().context("the callback runs")?;
        others_are_stopped()?;
        // The plugin itself ends as well.
        wait_until("the end of all threads", || plugin.live_threads() == 0);
        drop(plugin);
        drop((release, enters));
    }
    ensure!(engine().quarantined() == 0);
    Ok(())
}

/// The host's callback for output never returns, and the threads of the plugin wait for each other's output.
#[test]
fn a_callback_for_output_that_blocks() -> Result<()> {
    let ((entered, enters), (release, held)) = (channel(), channel());
    let stuck = stuck(entered, held);
    let policy = Policy::new().on_output(move |_, _| stuck());
    let plugin = plugin("hostile", &policy);
    let cancel = plugin.cancel_handle();
    std::thread::scope(|scope| {
        let call = scope.spawn(|| failure(&plugin, "stay", "printing 2"));
        enters.recv().context("the callback runs")?;
        cancel.cancel();
        others_are_stopped()?;
        drop((release, enters));
        let error = call.join().expect("the call's thread is well")?;
        assert_matches!(error, Error::Stopped(StopReason::Cancelled));
        anyhow::Ok(())
    })?;
    wait_until("the end of all threads", || plugin.live_threads() == 0);
    Ok(())
}

//! Stops plugins outside of calls: in the initializer, in the constructor, in the unload hook.

use super::LIMIT;
use anyhow::Result;
use plugix_e2e::{assert_matches, engine, guest, plugin};
use plugix_host::{Error, LoadError, Plugin, Policy, StopReason};

const STATES: [&str; 5] = ["spin", "sleep", "mutex", "recursion", "spawning"];

#[test]
fn initializer_and_constructor() {
    for place in ["INITIALIZER", "CONSTRUCTOR"] {
        for state in STATES {
            let policy = Policy::new().start_deadline(LIMIT).env(place, state);
            let outcome = Plugin::new(&guest("stop"), &policy);
            assert_matches!(outcome, Err(LoadError::Start(Error::Stopped(StopReason::Deadline { limit: LIMIT }))));
        }
    }
    assert_eq!(engine().quarantined(), 0);
}

#[test]
fn unload_hook() {
    for state in STATES {
        drop(plugin("stop", &Policy::new().call_deadline(LIMIT).env("UNLOAD", state)));
        assert_eq!(engine().quarantined(), 0, "{state}");
    }
}

#[test]
fn unload_hook_without_a_deadline() {
    drop(plugin("stop", &Policy::new().env("UNLOAD", "spin")));
}

#[test]
fn cancelled_before_it_starts() -> Result<()> {
    let builder = Plugin::builder(&guest("stop"));
    builder.cancel_handle().cancel();
    let Err(LoadError::Start(error)) = builder.start() else { anyhow::bail!("it started") };
    assert_matches!(error, Error::Stopped(StopReason::Cancelled));
    Ok(())
}

#[test]
fn cancelled_while_it_starts() -> Result<()> {
    let builder = Plugin::builder(&guest("stop")).policy(Policy::new().env("INITIALIZER", "spin"));
    let cancel = builder.cancel_handle();
    let canceller = std::thread::spawn(move || cancel.cancel());
    let Err(LoadError::Start(error)) = builder.start() else { anyhow::bail!("it started") };
    assert_matches!(error, Error::Stopped(StopReason::Cancelled));
    canceller.join().expect("the thread is well");
    Ok(())
}

#[test]
fn cancelled_after_it_is_gone() {
    let plugin = plugin("stop", &Policy::new());
    let cancel = plugin.cancel_handle();
    drop(plugin);
    cancel.cancel();
}

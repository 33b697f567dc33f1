//! Cancelling before a call and after it, and an unload hook that takes too long.

use anyhow::Result;
use plugix_e2e::{assert_matches, guest, plugin};
use plugix_host::error::{LoadError, StopReason};
use plugix_host::{Error, Plugin, Policy};

#[test]
fn unload_hook_without_a_deadline() {
    drop(plugin("hostile", &Policy::new().env("UNLOAD", "spin")));
}

#[test]
fn cancelled_before_it_starts() -> Result<()> {
    let builder = Plugin::builder(&guest("hostile"));
    builder.cancel_handle().cancel();
    let Err(LoadError::Start(error)) = builder.start() else { anyhow::bail!("it started") };
    assert_matches!(error, Error::Stopped(StopReason::Cancelled));
    Ok(())
}

#[test]
fn cancelled_while_it_starts() -> Result<()> {
    let builder = Plugin::builder(&guest("hostile")).policy(Policy::new().env("INITIALIZER", "spin"));
    let cancel = builder.cancel_handle();
    let canceller = std::thread::spawn(move || cancel.cancel());
    let Err(LoadError::Start(error)) = builder.start() else { anyhow::bail!("it started") };
    assert_matches!(error, Error::Stopped(StopReason::Cancelled));
    canceller.join().expect("the thread is well");
    Ok(())
}

#[test]
fn cancelled_after_it_is_gone() {
    let plugin = plugin("hostile", &Policy::new());
    let cancel = plugin.cancel_handle();
    drop(plugin);
    cancel.cancel();
}

//! The whole life of plugins, again and again, in a process that must not grow.

mod installed;
mod manager;
mod model;

pub use installed::installed;
pub use manager::manager;

use crate::{Footprint, call, engine, failure, guest, wait_until};
use anyhow::{Result, bail, ensure};
use plugix_e2e_contract::small::Small;
use plugix_host::error::{CallError, StopReason};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Plugin, Policy};
use std::time::{Duration, Instant};

/// A process may grow by this many KiB in three quarters of a soak's tenths. What each round leaves behind makes the
/// process grow in all of them. Caches make it grow at first, and when more threads live at once than ever before.
const GROWTH_KIB: u64 = 128;

/// The same for the time after the first tenth. It finds something large that is left behind now and then.
const WHOLE_GROWTH_KIB: u64 = 16 << 10;

/// Mappings by which they may differ.
const MAPPINGS: u64 = 2;

/// States of its threads from which a plugin is stopped, in turn.
const STATES: [&str; 5] = ["spin 2", "sleep 2", "mutex 1", "panics 0", "spawning 0"];

/// Work that waits for descriptors and for other threads, in turn: its kind, a folder, and how often.
const WORK: [&str; 6] =
    ["pipe /data 20", "mutex /data 50", "ring /data 100", "channel /data 50", "park /data 50", "append /data 64"];

/// Has eight threads of a plugin wake each other for so long, in all ways that the standard library waits. `tell` gets a
/// line at the end.
///
/// # Errors
/// A wake-up was lost: the plugin passes its deadline.
pub fn wake(time: Duration, mut tell: impl FnMut(&str)) -> Result<()> {
    const PASSED: u64 = 20_000;
    let policy = Policy::new().call_deadline(Duration::from_secs(120));
    let plugin = Plugin::new(&guest("programs"), &policy)?;
    let (start, mut passed) = (Instant::now(), 0);
    while start.elapsed() < time {
        for work in ["tokens", "ring"] {
            call(&plugin, "work", format!("{work} / {PASSED}"))?;
            passed += PASSED;
        }
    }
    tell(&format!("eight threads woke each other over {passed} times in {} seconds", start.elapsed().as_secs()));
    Ok(())
}

/// Makes so many calls of one plugin that each end in a panic, after the plugin has caught another. `tell` gets a line for
/// each tenth.
///
/// # Errors
/// If a call ends otherwise, or if the process grows and grows.
pub fn panics(calls: u32, tell: impl FnMut(&str)) -> Result<()> {
    let plugin = Plugin::new(&guest("small"), &Policy::new())?;
    let client = plugin.bind::<dyn Small>()?;
    in_tenths(calls, tell, |_| match client.catch_and_panic() {
        Err(Error::Panic(_)) => Ok(()),
        other => bail!("it didn't panic: {other:?}"),
    })
}

/// Loads, calls, stops and unloads so often. `tell` gets a line for each tenth.
///
/// # Errors
/// If a step goes wrong, or if the process grows and grows.
pub fn soak(rounds: u32, tell: impl FnMut(&str)) -> Result<()> {
    in_tenths(rounds, tell, one)?;
    ensure!(engine().quarantined() == 0, "some threads could not be stopped");
    Ok(())
}

/// Does something so often, and looks after each tenth how much the process holds.
fn in_tenths(rounds: u32, mut tell: impl FnMut(&str), mut one: impl FnMut(u32) -> Result<()>) -> Result<()> {
    ensure!(rounds >= 10, "ten rounds are the least");
    let mut tenths: Vec<Footprint> = Vec::new();
    for round in 1..=rounds / 10 * 10 {
        one(round)?;
        if round.is_multiple_of(rounds / 10) {
            if let Some(first) = tenths.first() {
                first.wait_to_return();
            }
            let now = Footprint::take()?;
            tell(&format!("{round} of {rounds}: {now}"));
            tenths.push(now);
        }
    }
    let first = tenths[0];
    let last = tenths[tenths.len() - 1];
    let growth = usual_growth(&tenths, |footprint| footprint.resident_kib);
    ensure!(growth <= GROWTH_KIB, "the process grows by {growth} KiB in {} rounds", rounds / 10);
    ensure!(last.resident_kib <= first.resident_kib + WHOLE_GROWTH_KIB, "the process grew from {first} to {last}");
    let growth = usual_growth(&tenths, |footprint| footprint.mappings as u64);
    ensure!(growth <= MAPPINGS, "{growth} mappings are left in {} rounds", rounds / 10);
    Ok(())
}

/// The least growth from one tenth to the next, over three tenths in four.
fn usual_growth(tenths: &[Footprint], count: impl Fn(&Footprint) -> u64) -> u64 {
    let mut growths: Vec<u64> = tenths.windows(2).map(|pair| count(&pair[1]).saturating_sub(count(&pair[0]))).collect();
    growths.sort_unstable();
    growths[growths.len() / 4]
}

/// One module from its bytes to its end. One plugin of it is stopped.
fn one(round: u32) -> Result<()> {
    // Each round has its own code, so that rounds share nothing.
    let text =
        format!("(module (memory (export \"memory\") 1) (func (export \"number\") (result i32) i32.const {round}))");
    let mut raw = RawPlugin::new(&engine().load(wat::parse_str(text)?)?, &Policy::new())?;
    ensure!(raw.call::<(), u32>("number", ())? == round, "a module returned another's number");

    system_calls(WORK[round as usize % WORK.len()])?;

    let plugin = Plugin::new(&guest("hostile"), &Policy::new())?;
    ensure!(call(&plugin, "work", "")? == "46368", "the plugin miscalculated");
    let state = STATES[round as usize % STATES.len()];
    match round % 3 {
        0 => stopped_by_its_deadline(&plugin, state),
        1 => cancelled(&plugin, state),
        _ => unloaded(plugin, state),
    }
}

/// Does some work in a plugin of its own. A wake-up that is lost makes it pass its deadline.
fn system_calls(work: &str) -> Result<()> {
    let policy = Policy::new().scratch("/data", 1 << 20).call_deadline(Duration::from_secs(60));
    call(&Plugin::new(&guest("programs"), &policy)?, "work", work).map(drop)
}

fn stopped_by_its_deadline(plugin: &Plugin, state: &str) -> Result<()> {
    let error = match plugin.within(Duration::from_millis(5)).call_bytes("stay", state.as_bytes()) {
        Err(CallError::Failed(error)) => error,
        returned => bail!("{state} returned {returned:?}"),
    };
    ensure!(matches!(error, Error::Stopped(StopReason::Deadline { .. })), "{state}: {error:?}");
    Ok(())
}

fn cancelled(plugin: &Plugin, state: &str) -> Result<()> {
    call(plugin, "leave", state)?;
    plugin.cancel_handle().cancel();
    wait_until("the end of all threads", || plugin.live_threads() == 0);
    let error = failure(plugin, "work", "")?;
    ensure!(matches!(&error, Error::Dead(_)), "{state}: {error:?}");
    Ok(())
}

fn unloaded(plugin: Plugin, state: &str) -> Result<()> {
    call(&plugin, "leave", state)?;
    drop(plugin);
    Ok(())
}

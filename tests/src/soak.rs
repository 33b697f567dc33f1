//! The whole life of plugins, again and again, in a process that must not grow.

use crate::{Footprint, call, engine, failure, guest, wait_until};
use anyhow::{Result, bail, ensure};
use plugix_host::{Error, Plugin, Policy, RawPlugin, StopReason};
use std::time::Duration;

/// What a process may grow by between the end of the first tenth and the end, in KiB: what the system's allocator keeps
/// varies by that much. A thousand plugins of which a hundredth stayed would be twice as much.
const GROWTH_KIB: u64 = 4 << 10;

/// Mappings come and go with the allocator's arenas: by as many the count may differ.
const MAPPINGS: usize = 24;

/// States of its threads from which a plugin is stopped, in turn.
const STATES: [&str; 5] = ["spin 2", "sleep 2", "mutex 1", "panics 0", "spawning 0"];

/// Loads, calls, stops and unloads so often; `tell` gets a line for each tenth.
///
/// # Errors
/// If a step goes wrong, or if the process holds more at the end than after the first tenth.
pub fn soak(rounds: u32, mut tell: impl FnMut(&str)) -> Result<()> {
    ensure!(rounds >= 10, "ten rounds are the least");
    let mut warm = None;
    for round in 1..=rounds {
        one(round)?;
        if round % (rounds / 10) == 0 {
            if let Some(warm) = &warm {
                Footprint::wait_to_return(warm);
            }
            let now = Footprint::take()?;
            tell(&format!("{round} of {rounds}: {now}"));
            warm.get_or_insert(now);
        }
    }
    let (Some(warm), now) = (warm, Footprint::take()?) else { bail!("no round was run") };
    ensure!(now.resident_kib <= warm.resident_kib + GROWTH_KIB, "the process grew from {warm} to {now}");
    ensure!(now.mappings <= warm.mappings + MAPPINGS, "mappings were left: from {warm} to {now}");
    ensure!(engine().quarantined() == 0, "some threads could not be stopped");
    Ok(())
}

/// One module from its bytes to its end, and one plugin that is stopped.
fn one(round: u32) -> Result<()> {
    // Each round's own code, so that nothing of it can be shared.
    let text =
        format!("(module (memory (export \"memory\") 1) (func (export \"number\") (result i32) i32.const {round}))");
    let mut raw = RawPlugin::new(&engine().load(wat::parse_str(text)?)?, &Policy::new())?;
    ensure!(raw.call::<(), u32>("number", ())? == round, "a module returned another's number");

    let plugin = Plugin::new(&guest("stop"), &policy(round))?;
    ensure!(call(&plugin, "work", "")? == "46368", "the plugin miscalculated");
    let state = STATES[round as usize % STATES.len()];
    match round % 3 {
        0 => stopped_by_its_deadline(&plugin, state),
        1 => cancelled(&plugin, state),
        _ => unloaded(plugin, state),
    }
}

fn policy(round: u32) -> Policy {
    if round.is_multiple_of(3) { Policy::new().call_deadline(Duration::from_millis(5)) } else { Policy::new() }
}

fn stopped_by_its_deadline(plugin: &Plugin, state: &str) -> Result<()> {
    let error = failure(plugin, "stay", state)?;
    ensure!(matches!(error, Error::Stopped(StopReason::Deadline { .. })), "{state}: {error}");
    Ok(())
}

fn cancelled(plugin: &Plugin, state: &str) -> Result<()> {
    call(plugin, "leave", state)?;
    plugin.cancel_handle().cancel();
    wait_until("the end of all threads", || plugin.live_threads() == 0);
    let error = failure(plugin, "work", "")?;
    ensure!(matches!(&error, Error::Dead(_)), "{state}: {error}");
    Ok(())
}

fn unloaded(plugin: Plugin, state: &str) -> Result<()> {
    call(&plugin, "leave", state)?;
    drop(plugin);
    Ok(())
}

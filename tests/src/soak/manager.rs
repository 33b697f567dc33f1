//! Plugins of a manager that are reloaded, killed and stopped again and again, while threads call them.

use super::in_tenths;
use crate::{engine, guest, wait_until};
use anyhow::{Context, Result, bail, ensure};
use plugix_e2e_contract::counting::{Counting, Gate};
use plugix_host::Error;
use plugix_host::plugin::Sharing;
use plugix_manager::{Health, Manager, Mode, Restart, Spec};
use serde_json::json;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// How many threads call all the while.
const CALLERS: usize = 3;

struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

/// Reloads, kills, saves and stops plugins so often. `folder` keeps their states. `tell` gets a line for each tenth.
///
/// # Errors
/// If a call is lost or runs twice, if a step goes wrong, or if the process grows and grows.
pub fn manager(rounds: u32, folder: &Path, tell: impl FnMut(&str)) -> Result<()> {
    let manager = Manager::builder(engine()).provide(<dyn Gate>::provider(Open)).states(folder).build()?;
    let counter = manager.start(spec("counter", "stateful"))?;
    let (done, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let call = || {
            let client = counter.bind::<dyn Counting>()?;
            while !done.load(Ordering::Relaxed) {
                client.add(1)?;
                calls.fetch_add(1, Ordering::Relaxed);
            }
            Ok::<_, Error>(())
        };
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(call)).collect();
        let outcome = in_tenths(rounds, tell, |round| one(&manager, round));
        done.store(true, Ordering::Relaxed);
        for caller in callers {
            caller.join().expect("a caller doesn't panic").context("a call was lost")?;
        }
        outcome
    })?;
    let (counted, called) = (counter.bind::<dyn Counting>()?.add(0)?, calls.load(Ordering::Relaxed));
    ensure!(counted == called, "{called} calls counted to {counted}");
    Ok(())
}

fn spec(name: &str, guest_name: &str) -> Spec {
    let spec = Spec::new(name, &guest(guest_name)).config(json!("")).restart(Restart::ALWAYS);
    spec.mode(Mode::Shared(Sharing::new().workers(2)))
}

fn one(manager: &Manager, round: u32) -> Result<()> {
    match round % 4 {
        0 => ensure!(manager.reload(spec("counter", "stateful"))?.drained, "calls of the old version were cut off"),
        1 => drop(manager.get("counter").context("it is there")?.save()?),
        2 => killed(manager, round.into())?,
        _ => match manager.reload(spec("counter", "linked")) {
            Err(_) => {}
            Ok(reloaded) => bail!("a plugin that can't be linked took over: {reloaded:?}"),
        },
    }
    Ok(())
}

/// A plugin that dies, goes on from its last state, and is stopped.
fn killed(manager: &Manager, number: u64) -> Result<()> {
    manager.forget_state("mortal")?;
    let plugin = manager.start(spec("mortal", "stateful"))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.add(number)?;
    plugin.save()?;
    ensure!(client.trap().is_err(), "it lives");
    ensure!(client.add(1)? == number + 1, "its state was lost");
    wait_until("the plugin serves", || plugin.status().health == Health::Serving);
    manager.stop("mortal")?;
    ensure!(matches!(client.add(1), Err(Error::Dead(_))), "it was stopped");
    Ok(())
}

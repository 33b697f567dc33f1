//! What is thrown and caught again and again. The engine keeps each exception until the host frees it.

use super::attack;
use super::stage::Seen;
use anyhow::{Result, bail, ensure};
use plugix_e2e::{assert_matches, call, engine, failure, module, peak_kib, plugin, resident_kib, wait_until};
use plugix_e2e_contract::typed::Typed;
use plugix_host::error::{LoadError, StopReason};
use plugix_host::events::{Event, LimitKind};
use plugix_host::raw::RawPlugin;
use plugix_host::{Error, Policy};

/// What all exceptions of a plugin may take, by default and for tests.
const DEFAULT: u64 = 32 << 20;
const LITTLE: u64 = 256 << 10;

/// By how many KiB the host may grow at the default. Lists that grow are there twice for a moment.
const ROOM: u64 = 64 << 10;

fn thrower(limit: u64) -> Result<RawPlugin> {
    let module = engine().load(module("hostile", "throws")?)?;
    Ok(RawPlugin::new(&module, &Policy::new().exceptions(limit))?)
}

/// Runs something, and fails if the host grows by more than there is room for meanwhile.
fn bounded(run: impl FnOnce() -> Result<()>) -> Result<()> {
    let (resident, peak) = (resident_kib()?, peak_kib()?);
    run()?;
    let now = peak_kib()?;
    ensure!(now <= peak.max(resident + ROOM), "{resident} KiB became {now}");
    Ok(())
}

/// The error of a plugin whose exceptions took too much.
fn too_many(error: &Error, allowed: u64) -> bool {
    matches!(error, Error::Stopped(StopReason::Exceptions { limit }) if *limit == allowed)
}

/// A module needs no import to throw. Loading it is the attack.
#[test]
fn for_ever_at_the_start() -> Result<()> {
    attack!(|_| {
        let seen = Seen::default();
        let module = engine().load(module("hostile", "throws-at-start")?)?;
        bounded(|| match seen.builder(&module, Policy::new()).start() {
            Err(LoadError::Start(error)) if too_many(&error, DEFAULT) => Ok(()),
            other => bail!("{other:?}"),
        })?;
        seen.saw_limit(LimitKind::Exceptions, DEFAULT)?;
        seen.saw(&Event::Stopped { cause: StopReason::Exceptions { limit: DEFAULT }.to_string() })
    })
}

/// What nothing holds any more is freed while the call runs.
#[test]
fn caught_by_value_in_one_call() -> Result<()> {
    attack!(|_| {
        let mut plugin = thrower(LITTLE)?;
        ensure!(plugin.call::<(i32,), i32>("by_value", (1000,))? == 1000);
        let before = resident_kib()?;
        ensure!(plugin.call::<(i32,), i32>("by_value", (100_000,))? == 100_000);
        ensure!(resident_kib()? < before + (4 << 10), "{before} KiB became {}", resident_kib()?);
        ensure!(plugin.usage().exceptions == 0);
        Ok(())
    })
}

#[test]
fn caught_by_reference_in_one_call() -> Result<()> {
    attack!(|_| {
        let mut plugin = thrower(LITTLE)?;
        // What a call leaves is freed after it.
        for _ in 0..100 {
            ensure!(plugin.call::<(i32,), i32>("by_reference", (100,))? == 100);
            ensure!(plugin.usage().exceptions == 0);
        }
        let error = plugin.call::<(i32,), i32>("by_reference", (-1,));
        ensure!(error.as_ref().is_err_and(|error| too_many(error, LITTLE)), "{error:?}");
        assert_matches!(plugin.call::<(i32,), i32>("by_value", (1,)), Err(Error::Dead(_)));
        Ok(())
    })
}

/// One that a frame holds stays right while others come and go, and those count then.
#[test]
fn while_a_caller_holds_one() -> Result<()> {
    attack!(|_| {
        let mut plugin = thrower(DEFAULT)?;
        for _ in 0..10 {
            ensure!(plugin.call::<(i32,), i32>("while_held", (1000,))? == 100);
        }
        let mut plugin = thrower(LITTLE)?;
        let error = plugin.call::<(i32,), i32>("while_held", (10_000,));
        ensure!(error.as_ref().is_err_and(|error| too_many(error, LITTLE)), "{error:?}");
        Ok(())
    })
}

/// Each backtrace is as long as the calls are deep. Few of them take as much as many others.
#[test]
fn deep_in_calls() -> Result<()> {
    attack!(|_| {
        let mut plugin = thrower(DEFAULT)?;
        ensure!(plugin.call::<(i32, i32), i32>("deep", (10, 1000))? == 1000);
        bounded(|| {
            let error = plugin.call::<(i32, i32), i32>("deep", (5000, 1000));
            ensure!(error.as_ref().is_err_and(|error| too_many(error, DEFAULT)), "{error:?}");
            Ok(())
        })
    })
}

/// A thread that never ends ends the plugin. One that ends leaves nothing.
#[test]
fn in_threads_of_its_own() -> Result<()> {
    attack!(|_| {
        let mut plugin = thrower(LITTLE)?;
        for _ in 0..10 {
            ensure!(plugin.call::<(i32,), i32>("spawn", (0,))? > 0);
            wait_until("the end of the thread", || plugin.live_threads() == 0);
        }
        ensure!(plugin.usage().exceptions == 0);
        // The thread may be quicker than the call that starts it.
        let spawned = plugin.call::<(i32,), i32>("spawn", (1,));
        ensure!(spawned.as_ref().map_or_else(|error| too_many(error, LITTLE), |thread| *thread > 0), "{spawned:?}");
        wait_until("the end of the plugin", || plugin.usage().stops == 1 && plugin.live_threads() == 0);
        match plugin.call::<(i32,), i32>("by_value", (1,)) {
            Err(Error::Dead(cause)) if too_many(&cause, LITTLE) => Ok(()),
            other => bail!("{other:?}"),
        }
    })
}

/// A plugin in Rust that catches its panics, with destructors that run meanwhile.
#[test]
fn many_panics_that_are_caught() -> Result<()> {
    attack!(|_| {
        let plugin = plugin("panics", &Policy::new().exceptions(LITTLE));
        ensure!(call(&plugin, "catch_many", "100000")? == "100000 of 100000");
        ensure!(plugin.usage().exceptions == 0);
        // Within a destructor an exception is held, which is thrown on afterwards.
        ensure!(call(&plugin, "catch_many_in_a_destructor", "100")? == "100 of 100, out of it");
        let error = failure(&plugin, "catch_many_in_a_destructor", "100000")?;
        ensure!(too_many(&error, LITTLE), "{error}");
        Ok(())
    })
}

#[test]
fn many_panics_of_a_typed_plugin() -> Result<()> {
    attack!(|_| {
        let plugin = crate::typed::typed();
        let client = plugin.bind::<dyn Typed>()?;
        ensure!(client.catch(1000)? == 1000);
        let before = resident_kib()?;
        ensure!(client.catch(100_000)? == 100_000);
        ensure!(resident_kib()? < before + (4 << 10), "{before} KiB became {}", resident_kib()?);
        Ok(())
    })
}

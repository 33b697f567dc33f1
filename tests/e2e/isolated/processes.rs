//! Processes that do what a plugin's process must not do.

use super::CHILD;
use crate::typed::store::TestStore;
use anyhow::{Context as _, Result};
use futures::executor::block_on;
use plugix_e2e::{assert_matches, engine, guest};
use plugix_host::error::{CallError, Chain, Error, LoadError, ProcessError, StopReason};
use plugix_host::isolated::{IsolatedPlugin, Isolation};
use plugix_host::policy::Access;
use plugix_host::pool::Pool;
use plugix_host::{Plugin, Policy};
use std::os::unix::fs::symlink;
use std::time::Duration;
use tempfile::TempDir;

/// Starts a plugin with the program under another name.
fn start_as(name: &str) -> Result<Result<IsolatedPlugin, LoadError>> {
    let folder = TempDir::new()?;
    let program = folder.path().join(name);
    symlink(CHILD, &program).context("no link can be made")?;
    let policy = Policy::new().start_deadline(Duration::from_millis(1));
    Ok(Plugin::builder(&guest("calls")).policy(policy).start_isolated(&Isolation::new(program)))
}

#[test]
fn a_process_that_ends_at_once() -> Result<()> {
    let gone = start_as("gone")?.expect_err("it is gone");
    assert_matches!(gone, LoadError::Process(ProcessError::Died { how, said }) if how == "exit status: 0" && said.is_empty());
    let complains = start_as("complains")?.expect_err("it is gone");
    assert_eq!(Chain(&complains).to_string(), "the plugin's process has ended: exit status: 3: no such luck");
    Ok(())
}

#[test]
fn a_process_that_says_nothing() -> Result<()> {
    let error = start_as("silent")?.expect_err("it never starts");
    assert_matches!(error, LoadError::Start(Error::Stopped(StopReason::Deadline { .. })));
    Ok(())
}

#[test]
fn a_process_that_babbles() -> Result<()> {
    let error = start_as("babbles")?.expect_err("it never starts");
    assert_matches!(error, LoadError::Process(ProcessError::Broken { .. }));
    Ok(())
}

#[test]
fn a_program_that_is_not_there() -> Result<()> {
    let error =
        Plugin::builder(&guest("calls")).start_isolated(&Isolation::new("/not/there")).expect_err("there is none");
    assert_eq!(
        Chain(&error).to_string(),
        "can't start `/not/there` for the plugin's process: No such file or directory (os error 2)"
    );
    Ok(())
}

#[test]
fn what_needs_the_hosts_own_process_is_refused() {
    let resettable = Plugin::builder(&guest("calls")).resettable(true).start_isolated(&super::isolation());
    assert_matches!(resettable, Err(LoadError::Isolation { what }) if what.starts_with("`resettable`"));
}

#[test]
fn a_pool_replaces_what_has_ended() -> Result<()> {
    let make = || Plugin::builder(&guest("ends")).start_isolated(&super::isolation());
    let pool = Pool::builder(engine(), make).max(1).build()?;
    let first = pool.take()?;
    let process = first.process_id();
    assert_matches!(first.call_bytes("trap", b""), Err(CallError::Failed(Error::Trap(_))));
    drop(first);
    let second = pool.take()?;
    assert_ne!(second.process_id(), process);
    assert_eq!(second.call_bytes("live", b"").ok(), Some(b"alive".to_vec()));
    assert_eq!(pool.usage().stops, 1);
    // Whoever keeps a handle keeps the instance.
    let kept = (*second).clone();
    drop(second);
    assert_ne!(pool.take()?.process_id(), kept.process_id());
    Ok(())
}

#[test]
fn calls_are_awaited() -> Result<()> {
    let plugin = super::start("calls", Policy::new());
    let loud = block_on(plugin.run(|plugin| plugin.call_bytes("shout", b"loud")));
    assert_eq!(loud.ok(), Some(b"LOUD".to_vec()));
    Ok(())
}

#[test]
fn a_plugin_that_refuses_to_start() -> Result<()> {
    for refusal in ["panic", "not today"] {
        let builder = || crate::typed::builder(&TestStore::default()).config(&Some(refusal.to_owned()));
        let here = builder().start().expect_err("it refuses");
        let there = builder().start_isolated(&super::isolation()).expect_err("it refuses");
        assert_eq!(Chain(&there).to_string(), Chain(&here).to_string());
    }
    let missing = Policy::new().mount("/not/there", "/data", Access::ReadOnly);
    let builder = || Plugin::builder(&guest("calls")).policy(missing.clone());
    let here = builder().start().expect_err("there is no folder");
    let there = builder().start_isolated(&super::isolation()).expect_err("there is no folder");
    assert_eq!(Chain(&there).to_string(), Chain(&here).to_string());
    Ok(())
}

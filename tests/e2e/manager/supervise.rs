//! Plugins that die.

use super::{counter, keeping, manager, wait_for};
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_e2e_contract::counting::Counting;
use plugix_host::Error;
use plugix_manager::{Health, Restart, What};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn it_is_started_again_with_its_last_state() -> Result<()> {
    let manager = manager()?;
    let mut events = manager.subscribe();
    let plugin = manager.start(counter("stateful", ""))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.add(4)?;
    plugin.save()?;
    client.add(100)?;
    client.trap().unwrap_err();
    // The call waits for the next instance.
    assert_eq!(client.add(1)?, 5);
    assert!(wait_for(&mut events, |what| match what {
        What::Restarted { state } => Some(*state),
        _ => None,
    })?);
    let status = plugin.status();
    assert_eq!((status.health, status.restarts), (Health::Serving, 1));
    assert!(!status.errors.is_empty());
    Ok(())
}

#[test]
fn one_that_is_never_started_again_is_dead() -> Result<()> {
    let manager = manager()?;
    let mut events = manager.subscribe();
    let plugin = manager.start(counter("stateful", "").restart(Restart::NEVER))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.trap().unwrap_err();
    wait_for(&mut events, |what| matches!(what, What::GivenUp { deaths: 1, .. }).then_some(()))?;
    assert_matches!(client.add(1), Err(Error::Dead(_)));
    assert_eq!(plugin.status().health, Health::Dead);
    // A reload brings it back.
    manager.reload(counter("stateful-next", ""))?;
    assert_eq!((client.add(1)?, plugin.status().health), (1, Health::Serving));
    Ok(())
}

#[test]
fn one_that_dies_too_often_is_given_up() -> Result<()> {
    let manager = manager()?;
    let mut events = manager.subscribe();
    let plugin = manager.start(counter("stateful", "").restart(Restart::ALWAYS.give_up_after(3, LONG)))?;
    let client = plugin.bind::<dyn Counting>()?;
    for _ in 0..3 {
        client.trap().unwrap_err();
    }
    let deaths = wait_for(&mut events, |what| match what {
        What::GivenUp { deaths, .. } => Some(*deaths),
        _ => None,
    })?;
    assert_eq!((deaths, plugin.status().restarts), (3, 2));
    Ok(())
}

#[test]
fn states_are_saved_by_the_clock() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manager = keeping(folder.path())?;
    let mut events = manager.subscribe();
    let plugin = manager.start(counter("stateful", "").checkpoint_every(Duration::from_millis(1)))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.add(6)?;
    // The first may have been under way before the count.
    for _ in 0..2 {
        wait_for(&mut events, |what| matches!(what, What::Saved { .. }).then_some(()))?;
    }
    client.trap().unwrap_err();
    assert_eq!(client.add(0)?, 6);
    Ok(())
}

#[test]
fn a_start_that_fails_counts_as_a_death() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let manager = keeping(folder.path())?;
    let mut events = manager.subscribe();
    let restart = Restart::ALWAYS.give_up_after(3, LONG);
    let plugin = manager.start(counter("stateful", "restore").restart(restart))?;
    let client = plugin.bind::<dyn Counting>()?;
    plugin.save()?;
    client.trap().unwrap_err();
    let cause = wait_for(&mut events, |what| match what {
        What::GivenUp { cause, .. } => Some(cause.clone()),
        _ => None,
    })?;
    assert!(cause.contains("it was told not to restore"), "{cause}");
    assert_matches!(client.add(1), Err(Error::Dead(_)));
    Ok(())
}

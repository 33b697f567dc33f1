//! Plugins that call other plugins of the manager.

use super::{counter, manager};
use anyhow::Result;
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::counting::{Asking, Counting};
use plugix_manager::{LinkError, ManagerError, Spec};

fn asker() -> Spec {
    Spec::new("asker", &guest("linked")).may_call("Counting")
}

#[test]
fn plugins_are_started_in_the_order_of_their_calls() -> Result<()> {
    let manager = manager()?;
    let started = manager.start_all(vec![asker(), counter("stateful", "")])?;
    let client = started[0].bind::<dyn Asking>()?;
    assert_eq!(client.add(3).ok(), Some(3));
    assert_eq!(started[0].status().links, [("Counting".to_owned(), "counter".to_owned())]);
    // The one that is called is reloaded, and dies.
    manager.reload(counter("stateful-next", ""))?;
    assert_eq!(client.generation().ok(), Some(2));
    started[1].save()?;
    started[1].bind::<dyn Counting>()?.trap().unwrap_err();
    assert_eq!(client.add(1).ok(), Some(1004), "the call waits for the next instance");
    Ok(())
}

#[test]
fn what_others_call_is_not_stopped() -> Result<()> {
    let manager = manager()?;
    manager.start_all(vec![counter("stateful", ""), asker()])?;
    assert_matches!(manager.stop("counter"), Err(ManagerError::InUse { by, .. }) if *by == ["asker"]);
    manager.stop("asker")?;
    manager.stop("counter")?;
    assert_matches!(manager.stop("counter"), Err(ManagerError::Unknown { .. }));
    assert!(manager.all().is_empty());
    Ok(())
}

#[test]
fn what_was_not_granted_is_not_called() -> Result<()> {
    let manager = manager()?;
    let refused = manager.start_all(vec![counter("stateful", ""), Spec::new("asker", &guest("linked"))]);
    assert_matches!(refused, Err(ManagerError::Link(LinkError::NotGranted { .. })));
    assert_matches!(manager.start(asker()), Err(ManagerError::Link(LinkError::Missing { .. })));
    assert!(manager.all().is_empty(), "none is kept");
    Ok(())
}

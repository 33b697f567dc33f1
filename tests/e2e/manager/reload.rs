//! Another version takes the place of a plugin.

use super::{counter, keeping, manager};
use anyhow::Result;
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::counting::Counting;
use plugix_host::plugin::Wait;
use plugix_manager::{Health, ManagerError, Mode, ReloadStep, Spec};
use serde_json::json;
use std::time::Duration;

#[test]
fn the_state_and_the_clients_stay() -> Result<()> {
    let manager = manager()?;
    let plugin = manager.start(counter("stateful", ""))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.add(5)?;
    let reloaded = manager.reload(counter("stateful-next", ""))?;
    assert_eq!((reloaded.state.is_some(), reloaded.drained), (true, true));
    assert_eq!((client.add(1)?, client.generation()?), (6, 2));
    let status = plugin.status();
    assert_eq!((status.health, status.reloads, status.errors.len()), (Health::Serving, 1, 0));
    assert_eq!(manager.get("counter").map(|plugin| plugin.status().reloads), Some(1));
    Ok(())
}

#[test]
fn each_step_that_fails_is_named_and_changes_nothing() -> Result<()> {
    let manager = manager()?;
    let plugin = manager.start(counter("stateful", ""))?;
    let client = plugin.bind::<dyn Counting>()?;
    client.add(5)?;
    let step = |spec| manager.reload(spec).map(drop).map_err(|error| error.step);
    assert_matches!(step(counter("stateful-next", "start")), Err(ReloadStep::Start(_)));
    assert_matches!(step(counter("stateful-next", "restore")), Err(ReloadStep::Replace(_)));
    assert_matches!(step(Spec::new("counter", &guest("small"))), Err(ReloadStep::Fit(_)));
    assert_matches!(step(Spec::new("counter", &guest("linked"))), Err(ReloadStep::Link(_)));
    let unknown = Spec::new("nobody", &guest("small"));
    assert_matches!(step(unknown), Err(ReloadStep::Start(error)) if matches!(**error, ManagerError::Unknown { .. }));
    assert_eq!((client.add(0)?, client.generation()?), (5, 1));
    let errors = plugin.status().errors;
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(errors[0].error.contains("it was told not to start"), "{errors:?}");
    Ok(())
}

#[test]
fn a_plugin_that_does_not_save_goes_on() -> Result<()> {
    let manager = manager()?;
    let client = manager.start(counter("stateful", "save"))?.bind::<dyn Counting>()?;
    let error = manager.reload(counter("stateful-next", "")).unwrap_err();
    assert_matches!(error.step, ReloadStep::Replace(_));
    assert_eq!(client.generation()?, 1);
    Ok(())
}

#[test]
fn instances_of_a_pool_are_new_after_a_reload() -> Result<()> {
    let manager = manager()?;
    let pooled = |guest_name| {
        let mode = Mode::Pooled { min: 1, max: 2, reset: false, wait: Wait::AtMost(Duration::from_secs(60)) };
        counter(guest_name, "").mode(mode)
    };
    let plugin = manager.start(pooled("stateful"))?;
    let taken = plugin.take()?;
    manager.reload(pooled("stateful-next"))?;
    assert_eq!(taken.bind::<dyn Counting>()?.generation()?, 1, "what was taken stays what it is");
    assert_eq!(plugin.take()?.bind::<dyn Counting>()?.generation()?, 2);
    assert_eq!(plugin.call_json("generation", &json!([])).ok(), Some(2.into()));
    assert!(plugin.bind::<dyn Counting>().is_err());
    Ok(())
}

#[test]
fn the_state_outlives_the_manager() -> Result<()> {
    let folder = tempfile::tempdir()?;
    {
        let manager = keeping(folder.path())?;
        let plugin = manager.start(counter("stateful", ""))?;
        plugin.bind::<dyn Counting>()?.add(7)?;
        plugin.save()?;
    }
    let manager = keeping(folder.path())?;
    let plugin = manager.start(counter("stateful-next", ""))?;
    assert_eq!(plugin.bind::<dyn Counting>()?.add(0)?, 7);
    // A state that doesn't fit is an error, and stays.
    manager.stop("counter")?;
    let refused = manager.start(counter("stateful", "restore"));
    assert_matches!(refused, Err(ManagerError::State { file, .. }) if file.exists());
    manager.forget_state("counter")?;
    assert_eq!(manager.start(counter("stateful", "restore"))?.bind::<dyn Counting>()?.add(0)?, 0);
    Ok(())
}

#[test]
fn names_are_those_of_files() -> Result<()> {
    let manager = manager()?;
    let module = guest("small");
    for name in ["", "../x", "a/b", ".hidden", "ä", &"n".repeat(101)] {
        assert_matches!(manager.start(Spec::new(name, &module)), Err(ManagerError::Name { .. }));
        assert_matches!(manager.forget_state(name), Err(ManagerError::Name { .. }));
    }
    manager.start(Spec::new("small", &module))?;
    assert_matches!(manager.start(Spec::new("small", &module)), Err(ManagerError::Exists { .. }));
    Ok(())
}

//! Time, and waiting for it.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::Policy;
use std::time::SystemTime;

#[test]
fn the_time_is_the_hosts() -> Result<()> {
    let plugin = plugin("clock", &Policy::new());
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map(|time| time.as_nanos());
    let before = now()?;
    let there: u128 = call(&plugin, "now", "")?.parse()?;
    assert!((before..=now()?).contains(&there), "{there} is not the time");
    Ok(())
}

#[test]
fn instants_go_forward() -> Result<()> {
    assert_eq!(call(&plugin("clock", &Policy::new()), "ticks", "")?, "true");
    Ok(())
}

#[test]
fn processor_time_is_the_plugins() -> Result<()> {
    let plugin = plugin("clock", &Policy::new());
    assert_eq!(call(&plugin, "processor_time", "")?, "true");
    assert_eq!(call(&plugin, "resolutions", "")?, "true");
    Ok(())
}

#[test]
fn nobody_sets_the_clocks() -> Result<()> {
    // EINVAL, and ENOTSUP.
    assert_eq!(call(&plugin("clock", &Policy::new()), "no_clocks", "")?, "Err(28) 58");
    Ok(())
}

#[test]
fn waiting_lasts_as_long_as_it_should() -> Result<()> {
    let plugin = plugin("clock", &Policy::new());
    for way in ["sleep", "sleep_in_a_thread", "channel_timeout", "condvar_timeout"] {
        assert_eq!(call(&plugin, way, "")?, "true", "{way}");
    }
    Ok(())
}

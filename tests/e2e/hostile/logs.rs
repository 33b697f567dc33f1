//! Plugins that have the engine write into the host's log.

use super::attack;
use super::stage::House;
use crate::capture;
use anyhow::{Result, ensure};
use plugix_e2e::{engine, module};
use plugix_host::raw::RawPlugin;

/// More lines than the engine may say for one plugin in the time of a test.
const MOST: usize = 200;

/// The module makes the engine log again and again. Its name is that of its file.
fn floods_the_log(house: &House, name: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join(format!("{name}.wasm"));
    std::fs::write(&file, module("hostile", name)?)?;
    let (before, told) = (capture::of_the_engine(), capture::records_of(name, "plugix::engine").len());
    let plugin = RawPlugin::new(&engine().load_file(&file)?, &house.policy().table_entries(100))?;
    drop(plugin);
    let (engine, told) = (capture::of_the_engine() - before, capture::records_of(name, "plugix::engine").len() - told);
    ensure!(engine < MOST, "{name}: the engine itself said {engine} lines");
    ensure!(told < MOST, "{name}: {told} lines were passed on");
    Ok(())
}

#[test]
fn threads_over_a_memory_that_is_not_shared() -> Result<()> {
    attack!(|house| floods_the_log(house, "log-unshared"))
}

#[test]
fn threads_without_room_for_their_tables() -> Result<()> {
    attack!(|house| floods_the_log(house, "log-tables"))
}

//! The short form of `cargo xtask soak`.

use anyhow::Result;
use plugix_e2e::{isolated, soak};

#[test]
fn plugins_that_are_loaded_called_stopped_and_unloaded_leave_nothing() -> Result<()> {
    let test = "soak::plugins_that_are_loaded_called_stopped_and_unloaded_leave_nothing";
    isolated(test, || soak(300, |line| eprintln!("{line}"))).map(drop)
}

//! System calls that are closed, and those that are measured.

use super::{mounted, storage};
use anyhow::Result;
use plugix_e2e::call;
use plugix_host::{Access, Policy};
use std::fs;
use tempfile::tempdir;

/// "Not supported", as WASIX numbers it.
const NOT_SUPPORTED: i32 = 58;

#[test]
fn no_program_is_started() -> Result<()> {
    let folder = tempdir()?;
    // Any module that a plugin can read would do.
    fs::write(folder.path().join("module.wasm"), wat::parse_str(r#"(module (func (export "_start")))"#)?)?;
    let plugin = mounted(folder.path(), Access::ReadOnly);
    for program in ["/data/module.wasm", "/bin/sh", "sh"] {
        assert_eq!(call(&plugin, "run_a_program", program)?, "Err(Unsupported)", "{program}");
    }
    Ok(())
}

#[test]
fn what_is_closed_says_so() -> Result<()> {
    let plugin = storage(&Policy::new());
    assert_eq!(call(&plugin, "closed", "")?, format!("{:?}", [NOT_SUPPORTED; 4]));
    Ok(())
}

#[test]
fn descriptors_with_high_numbers() -> Result<()> {
    let plugin = storage(&Policy::new());
    // EINVAL and EBADF; EMFILE once there is no room.
    assert_eq!(call(&plugin, "high_descriptors", "")?, "[28, 8] Some(33)");
    Ok(())
}

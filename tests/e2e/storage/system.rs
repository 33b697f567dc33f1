//! System calls that are measured. `hostile` tests those that are closed.

use super::storage;
use anyhow::Result;
use plugix_e2e::call;
use plugix_host::Policy;

#[test]
fn descriptors_with_high_numbers() -> Result<()> {
    let plugin = storage(&Policy::new());
    // EINVAL and EBADF; EFAULT, and no descriptor is taken by a call that can't say which one.
    assert_eq!(call(&plugin, "high_descriptors", "")?, "[28, 8] Some(21)");
    Ok(())
}

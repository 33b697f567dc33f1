//! From one folder to another that is somewhere else.

use super::{LIMIT, write};
use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::Policy;
use plugix_host::policy::Access;
use tempfile::tempdir;

#[test]
fn mounts_are_devices() -> Result<()> {
    let (one, two) = (tempdir()?, tempdir()?);
    for folder in [&one, &two] {
        write(folder.path(), "file", "content")?;
    }
    let policy = Policy::new()
        .mount(one.path(), "/one", Access::ReadWrite)
        .mount_limited(two.path(), "/two", LIMIT)
        .scratch("/three", LIMIT);
    let plugin = plugin("programs", &policy);
    call(&plugin, "append", "t /three/file")?;
    let mounts = ["one", "two", "three"];
    for (from, to) in mounts.into_iter().flat_map(|from| mounts.map(|to| (from, to)).into_iter()) {
        if from != to {
            let told = call(&plugin, "cross", format!("/{from}/file /{to}/new"))?;
            assert_eq!(told, "[Err(CrossesDevices), Err(CrossesDevices)]", "from {from} to {to}");
        }
    }
    Ok(())
}

//! Absolute links: a program's own in its memory, and the host's in the host's folder.

use super::{LIMIT, natively, places, told, write};
use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::Policy;
use std::os::unix::fs::symlink;

#[test]
fn of_a_program_in_its_memory() -> Result<()> {
    let name = "files::links::anywhere";
    assert_eq!(told(&Policy::new().scratch("/data", LIMIT), name, "/data"), natively(name)?);
    Ok(())
}

#[test]
fn of_the_host_within_its_folder() -> Result<()> {
    for place in places()? {
        let Some(folder) = &place.folder else { continue };
        write(folder.path(), "t", "")?;
        symlink(folder.path().join("t"), folder.path().join("absolute"))?;
        call(&plugin("programs", &place.policy), "append", "t /data/absolute")?;
        let written = std::fs::metadata(folder.path().join("t"))?.len();
        assert_eq!(written, 500 * 9, "{}", place.name);
    }
    Ok(())
}

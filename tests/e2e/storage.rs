//! Folders. The plugin wants to leave them, or wants more than it may have.

mod limits;
mod links;
mod races;
mod system;

use anyhow::Result;
use plugix_e2e::{call, plugin, snapshot};
use plugix_host::policy::Access;
use plugix_host::{Plugin, Policy};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn storage(policy: &Policy) -> Plugin {
    plugin("storage", policy)
}

fn mounted(folder: &Path, access: Access) -> Plugin {
    storage(&Policy::new().mount(folder, "/data", access))
}

#[test]
fn std_fs_works_in_a_folder_of_the_hosts() -> Result<()> {
    let folder = tempdir()?;
    call(&mounted(folder.path(), Access::ReadWrite), "exercise", "/data")?;
    assert_eq!(fs::read_dir(folder.path())?.count(), 0);
    Ok(())
}

#[test]
fn std_fs_works_in_a_limited_folder() -> Result<()> {
    let folder = tempdir()?;
    let plugin = storage(&Policy::new().mount_limited(folder.path(), "/data", 20_000_000));
    // What was removed can be written again.
    (0..10).try_for_each(|_| call(&plugin, "exercise", "/data").map(drop))
}

#[test]
fn std_fs_works_in_a_scratch_folder() -> Result<()> {
    let plugin = storage(&Policy::new().scratch("/tmp", 20_000_000));
    (0..10).try_for_each(|_| call(&plugin, "exercise", "/tmp").map(drop))
}

#[test]
fn folders_inside_of_each_other() -> Result<()> {
    let outer = tempdir()?;
    let inner = tempdir()?;
    fs::write(outer.path().join("file"), "outer")?;
    fs::write(inner.path().join("file"), "inner")?;
    let policy = Policy::new().mount(outer.path(), "/srv/outer", Access::ReadWrite).mount(
        inner.path(),
        "/srv/outer/in/ner",
        Access::ReadOnly,
    );
    let plugin = storage(&policy);
    assert_eq!(call(&plugin, "attempt", "list /")?, "srv");
    assert_eq!(call(&plugin, "attempt", "list /srv")?, "outer");
    assert_eq!(call(&plugin, "attempt", "list /srv/outer")?, "file in");
    assert_eq!(call(&plugin, "attempt", "list /srv/outer/in/ner")?, "file");
    assert_eq!(call(&plugin, "attempt", "read /srv/outer/in/ner/../../file")?, "outer");
    assert_eq!(call(&plugin, "attempt", "read /srv/outer/in/ner/file")?, "inner");
    for words in [
        "write /srv/outer/in/ner/file",
        "rename /srv/outer/in /srv/outer/out",
        "rename /srv/outer /srv/other",
        "remove-folder /srv/outer/in",
        "make /srv/new",
        "make /new",
        "write /new",
    ] {
        assert!(call(&plugin, "attempt", words).is_err(), "{words}");
    }
    assert_eq!(snapshot(outer.path())?.len(), 1);
    Ok(())
}

//! Mounted folders: everything in `std::fs` works in writable folders, reading works in the others, and nothing works
//! elsewhere.

use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_host::error::LoadError;
use plugix_host::policy::Access;
use plugix_host::{Plugin, Policy};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::{TempDir, tempdir};

/// A folder with `file` and an empty `folder`.
fn some_files() -> Result<TempDir> {
    let folder = tempdir()?;
    fs::write(folder.path().join("file"), "as it was")?;
    fs::create_dir(folder.path().join("folder"))?;
    Ok(folder)
}

/// Names and contents of the things in a folder, and when the files changed.
fn snapshot(folder: &Path) -> Result<BTreeMap<String, String>> {
    let entries = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let what = if metadata.is_dir() {
            "a folder".to_owned()
        } else {
            format!("{:?} of {:?}", fs::read_to_string(entry.path())?, metadata.modified()?)
        };
        Ok((entry.file_name().display().to_string(), what))
    });
    entries.collect()
}

fn with(folder: &TempDir, access: Access) -> Plugin {
    plugin("files", &Policy::new().mount(folder.path(), "/data", access))
}

#[test]
fn a_folder_that_may_be_changed() -> Result<()> {
    let folder = tempdir()?;
    let plugin = with(&folder, Access::ReadWrite);
    assert_eq!(call(&plugin, "exercise", "/data")?, "tail 345, 5 bytes, file true, a/ copy kept");
    assert_eq!(snapshot(folder.path())?.into_keys().collect::<Vec<_>>(), ["kept"]);
    assert_eq!(fs::read_to_string(folder.path().join("kept"))?, "12345");
    Ok(())
}

#[test]
fn both_sides_see_changes_at_once() -> Result<()> {
    let folder = tempdir()?;
    let plugin = with(&folder, Access::ReadWrite);
    assert_eq!(call(&plugin, "list", "/data")?, "");
    fs::write(folder.path().join("host"), "from the host")?;
    assert_eq!(call(&plugin, "read", "/data/host")?, "from the host");
    call(&plugin, "write_in_a_thread", "/data/guest")?;
    assert_eq!(fs::read_to_string(folder.path().join("guest"))?, "from a thread");
    assert_eq!(call(&plugin, "list", "/data")?, "guest host");
    Ok(())
}

#[test]
fn a_read_only_folder_is_read() -> Result<()> {
    let plugin = with(&some_files()?, Access::ReadOnly);
    assert!(call(&plugin, "list", "/data").is_err(), "the folder is gone");
    let folder = some_files()?;
    let plugin = with(&folder, Access::ReadOnly);
    assert_eq!(call(&plugin, "list", "/data")?, "file folder/");
    assert_eq!(call(&plugin, "read", "/data/file")?, "as it was");
    Ok(())
}

#[test]
fn two_folders_have_two_rules() -> Result<()> {
    let input = some_files()?;
    let output = tempdir()?;
    let policy =
        Policy::new().mount(input.path(), "/in", Access::ReadOnly).mount(output.path(), "/out", Access::ReadWrite);
    let plugin = plugin("files", &policy);
    assert_eq!(call(&plugin, "attempt", "create: /out/new")?, "");
    assert!(call(&plugin, "attempt", "create: /in/new").is_err());
    assert!(call(&plugin, "attempt", "write: /out/../in/file").is_err());
    assert_eq!(fs::read_to_string(input.path().join("file"))?, "as it was");
    Ok(())
}

#[test]
fn nothing_outside_of_the_mounts_is_reached() -> Result<()> {
    let outside = some_files()?;
    let folder = outside.path().join("folder");
    std::os::unix::fs::symlink(outside.path().join("file"), folder.join("absolute"))?;
    std::os::unix::fs::symlink("../file", folder.join("relative"))?;
    let plugin = plugin("files", &Policy::new().mount(&folder, "/data", Access::ReadWrite));
    let host_path = outside.path().join("file").display().to_string();
    for path in ["/data/../file", "/data/absolute", "/data/relative", "/etc/passwd", &host_path] {
        assert!(call(&plugin, "read", path).is_err(), "{path} is readable");
        assert!(call(&plugin, "attempt", format!("write: {path}")).is_err(), "{path} is writable");
    }
    assert_eq!(fs::read_to_string(outside.path().join("file"))?, "as it was");
    Ok(())
}

#[test]
fn without_a_mount_there_is_nothing() -> Result<()> {
    let plugin = plugin("files", &Policy::new());
    for path in ["/file", "file", "/tmp/file", "/dev/file"] {
        assert!(call(&plugin, "attempt", format!("create: {path}")).is_err(), "{path} can be created");
    }
    Ok(())
}

#[test]
fn mounts_that_cannot_be() -> Result<()> {
    let module = plugix_e2e::guest("files");
    let folder = some_files()?;
    let refused = |host: &Path, guest: &str| {
        let mounted = Plugin::new(&module, &Policy::new().mount(host, guest, Access::ReadOnly));
        matches!(mounted, Err(LoadError::Policy { .. }))
    };
    assert!(refused(&folder.path().join("nothing"), "/data"), "a folder that is not there");
    assert!(refused(&folder.path().join("file"), "/data"), "a file");
    for guest in ["data", "", "/data/../other", "./data", "/da\0ta"] {
        assert!(refused(folder.path(), guest), "{guest:?}");
    }
    Ok(())
}

//! Links that lead out of a folder, whoever made them.

use super::mounted;
use anyhow::Result;
use plugix_e2e::{call, snapshot};
use plugix_host::policy::Access;
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::{TempDir, tempdir};

const SECRET: &str = "of the host's";

/// A folder with a `secret` and with `data`. Only `data` is mounted.
fn house() -> Result<TempDir> {
    let house = tempdir()?;
    fs::write(house.path().join("secret"), SECRET)?;
    fs::create_dir_all(house.path().join("data/below"))?;
    fs::write(house.path().join("data/file"), "inside")?;
    Ok(house)
}

#[test]
fn of_the_hosts() -> Result<()> {
    let house = house()?;
    let data = house.path().join("data");
    symlink(house.path().join("secret"), data.join("absolute"))?;
    symlink("../secret", data.join("relative"))?;
    symlink("../../secret", data.join("below/relative"))?;
    symlink("relative", data.join("chained"))?;
    symlink("..", data.join("parent"))?;
    symlink("/", data.join("root"))?;
    symlink("/proc/self/root", data.join("magic"))?;
    symlink("/proc/self/cwd", data.join("cwd"))?;
    symlink("loop", data.join("loop"))?;
    symlink("below/../file", data.join("inside"))?;
    symlink("below", data.join("folder"))?;
    let before = snapshot(house.path())?;

    let plugin = mounted(&data, Access::ReadWrite);
    let root = house.path().display().to_string();
    for path in [
        "absolute".to_owned(),
        "relative".to_owned(),
        "below/relative".to_owned(),
        "folder/relative".to_owned(),
        "chained".to_owned(),
        "parent/secret".to_owned(),
        format!("root{root}/secret"),
        format!("magic{root}/secret"),
        "cwd/Cargo.toml".to_owned(),
        "magic/etc/passwd".to_owned(),
        "loop".to_owned(),
        "../secret".to_owned(),
        format!("../../../../..{root}/secret"),
    ] {
        for verb in ["read", "write"] {
            let words = format!("{verb} /data/{path}");
            assert!(call(&plugin, "attempt", &words).is_err(), "{words}");
        }
    }
    for path in ["/proc/self/environ", "/etc/passwd", "/dev/null", &format!("{root}/secret")] {
        assert!(call(&plugin, "attempt", format!("read {path}")).is_err(), "{path}");
    }
    assert_eq!(snapshot(house.path())?, before);
    assert_eq!(call(&plugin, "attempt", "read /data/inside")?, "inside");
    assert_eq!(call(&plugin, "attempt", "follow /data/inside")?, "below/../file");
    Ok(())
}

#[test]
fn of_the_plugins() -> Result<()> {
    let house = house()?;
    let data = house.path().join("data");
    let plugin = mounted(&data, Access::ReadWrite);
    let before = snapshot(house.path())?;
    let secret = house.path().join("secret").display().to_string();
    for target in ["../secret", "..", "/etc/passwd", "/data/file", "below/../../secret", &secret] {
        let made = call(&plugin, "attempt", format!("symlink {target} /data/link"));
        assert!(made.is_err(), "{target}");
    }
    assert_eq!(snapshot(house.path())?, before);

    call(&plugin, "attempt", "symlink file /data/link")?;
    assert_eq!(call(&plugin, "attempt", "read /data/link")?, "inside");
    assert_eq!(fs::read_to_string(data.join("link"))?, "inside");
    fs::write(data.join("below/file"), "below")?;
    call(&plugin, "attempt", "rename /data/link /data/below/link")?;
    assert_eq!(call(&plugin, "attempt", "read /data/below/link")?, "below");
    Ok(())
}

#[test]
fn below_what_is_no_folder() -> Result<()> {
    let house = house()?;
    let plugin = mounted(&house.path().join("data"), Access::ReadWrite);
    for words in [
        "symlink file /data/file/link",
        "make /data/file/folder",
        "write /data/file/file",
        "remove /data/file/file",
        "remove-folder /data/file/folder",
        "rename /data/file /data/file/file",
        "rename /data/below /data/below/below",
        "list /data/file",
        "read /data/below",
        "remove /data/below",
        "remove-folder /data/file",
    ] {
        assert!(call(&plugin, "attempt", words).is_err(), "{words}");
    }
    // The plugin is as well as before.
    assert_eq!(call(&plugin, "attempt", "read /data/file")?, "inside");
    Ok(())
}

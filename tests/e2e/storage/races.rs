//! A folder that somebody else changes at the same time, and things in it that are no files.

use super::mounted;
use anyhow::Result;
use plugix_e2e::{call, snapshot};
use plugix_host::Plugin;
use plugix_host::policy::Access;
use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use tempfile::tempdir;

#[test]
fn a_folder_that_becomes_a_link() -> Result<()> {
    let house = tempdir()?;
    let at = |path: &str| house.path().join(path);
    for folder in ["data/inside", "outside"] {
        fs::create_dir_all(at(folder))?;
    }
    fs::write(at("data/inside/file"), "inside")?;
    fs::write(at("outside/file"), "outside")?;
    symlink(at("outside"), at("data/absolute"))?;
    symlink("../outside", at("data/relative"))?;
    let stop = AtomicBool::new(false);
    let found = thread::scope(|scope| {
        let renaming = scope.spawn(|| {
            while !stop.load(Ordering::Relaxed) {
                for link in ["data/absolute", "data/relative"] {
                    fs::rename(at("data/inside"), at("data/away"))?;
                    fs::rename(at(link), at("data/inside"))?;
                    fs::rename(at("data/inside"), at(link))?;
                    fs::rename(at("data/away"), at("data/inside"))?;
                }
            }
            std::io::Result::Ok(())
        });
        let plugin = mounted(&at("data"), Access::ReadWrite);
        let found = call(&plugin, "read_often", "/data/inside/file");
        stop.store(true, Ordering::Relaxed);
        renaming.join().expect("renaming doesn't panic")?;
        found
    })?;
    assert_eq!(found, "inside");
    Ok(())
}

/// The plugin gets an error of its own. Waiting for the other end of a pipe would never end.
fn refused(plugin: &Plugin, attempt: &str) {
    let error = call(plugin, "attempt", attempt).expect_err(attempt).to_string();
    assert!(error.starts_with("returned: "), "{attempt}: {error}");
}

#[test]
fn what_is_no_file_is_not_opened() -> Result<()> {
    let folder = tempdir()?;
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status()?.success());
    let _socket = UnixListener::bind(folder.path().join("socket"))?;
    let before = snapshot(folder.path())?;
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let plugin = mounted(folder.path(), access);
        for name in ["pipe", "socket"] {
            for verb in ["read", "write", "list"] {
                refused(&plugin, &format!("{verb} /data/{name}"));
            }
        }
        assert_eq!(call(&plugin, "attempt", "list /data")?, "pipe socket");
    }
    assert_eq!(snapshot(folder.path())?, before);
    let plugin = mounted("/dev".as_ref(), Access::ReadWrite);
    for device in ["null", "zero", "tty"] {
        refused(&plugin, &format!("read /data/{device}"));
    }
    Ok(())
}

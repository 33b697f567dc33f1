//! The host changes a folder while a program has files of it open and has seen the others.

use super::{Place, shared_places, write};
use anyhow::Result;
use plugix_e2e::{call, plugin};
use plugix_e2e_programs::files::{appending, watching::Watcher};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::tempdir;

fn furnish(folder: &Path) -> Result<()> {
    for name in ["replaced", "removed", "grown", "cut", "becomes a folder", "moved", "target", "other target", "log"] {
        write(folder, name, &format!("{name} as it was"))?;
    }
    fs::create_dir(folder.join("becomes a file"))?;
    write(folder, "becomes a file/file", "inside")?;
    Ok(symlink("target", folder.join("link"))?)
}

fn change(folder: &Path) -> Result<()> {
    let at = |name: &str| folder.join(name);
    write(folder, "beside", "new content")?;
    fs::rename(at("beside"), at("replaced"))?;
    fs::remove_file(at("removed"))?;
    OpenOptions::new().append(true).open(at("grown"))?.write_all(b", and more")?;
    OpenOptions::new().write(true).open(at("cut"))?.set_len(1)?;
    fs::remove_file(at("becomes a folder"))?;
    fs::create_dir(at("becomes a folder"))?;
    fs::remove_dir_all(at("becomes a file"))?;
    write(folder, "becomes a file", "a file now")?;
    symlink("other target", at("new link"))?;
    fs::rename(at("new link"), at("link"))?;
    fs::rename(at("moved"), at("moved away"))?;
    appending::lines(&at("log"), "host", 2)?;
    Ok(())
}

/// Reads what the program has written last.
fn written(folder: &Path) -> Result<(String, u64)> {
    Ok((fs::read_to_string(folder.join("replaced"))?, fs::metadata(folder.join("removed"))?.len()))
}

#[test]
fn the_host_changes_a_folder() -> Result<()> {
    let native = tempdir()?;
    furnish(native.path())?;
    let watcher = Watcher::open(native.path())?;
    change(native.path())?;
    let expected = watcher.look()?;
    for (Place { name, policy, .. }, folder) in shared_places()? {
        furnish(folder.path())?;
        let plugin = plugin("programs", &policy);
        call(&plugin, "watch", "/data")?;
        change(folder.path())?;
        assert_eq!(call(&plugin, "look", "")?, expected, "{name}");
        assert_eq!(written(folder.path())?, written(native.path())?, "{name}");
    }
    Ok(())
}

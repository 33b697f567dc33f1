//! What the kernel guarantees for a folder, and the folder's account.

use super::*;
use crate::events::Events;
use crate::sandbox::files::volume::ENTRY;
use anyhow::{Result, ensure};
use std::fs;
use std::os::unix::fs::symlink;
use tempfile::tempdir;

const READ: OpenOptionsConfig =
    OpenOptionsConfig { read: true, write: false, create: false, create_new: false, append: false, truncate: false };
const WRITE: OpenOptionsConfig = OpenOptionsConfig { write: true, create: true, ..READ };

#[test]
fn links_out_of_the_folder_are_not_followed() -> Result<()> {
    let house = tempdir()?;
    let data = house.path().join("data");
    fs::create_dir_all(data.join("below"))?;
    fs::create_dir(house.path().join("outside"))?;
    fs::write(house.path().join("outside/file"), "secret")?;
    fs::write(data.join("below/file"), "inside")?;
    symlink("../outside", data.join("relative"))?;
    symlink(house.path().join("outside"), data.join("absolute"))?;
    symlink("/proc/self/cwd", data.join("magic"))?;
    symlink("below", data.join("inside"))?;

    let folder = Folder::open(&data, None)?;
    ensure!(folder.open(Path::new("inside/file"), &READ).is_ok());
    for link in ["relative", "absolute", "magic"] {
        let (file, new) = (Path::new(link).join("file"), Path::new(link).join("new"));
        let refused = [
            folder.open(&file, &READ).err(),
            folder.open(&new, &WRITE).err(),
            folder.metadata(&file, false).err(),
            folder.read_dir(Path::new(link)).err(),
            folder.create_dir(&new).err(),
            folder.create_symlink(Path::new("file"), &new).err(),
            folder.rename(Path::new("below/file"), &new).err(),
            folder.rename(&file, Path::new("stolen")).err(),
            folder.remove_file(&file).err(),
            folder.remove_dir(&new).err(),
        ];
        ensure!(refused.iter().all(|error| *error == Some(FsError::PermissionDenied)), "{link}: {refused:?}");
    }
    ensure!(fs::read_to_string(house.path().join("outside/file"))? == "secret");
    ensure!(fs::read_dir(house.path().join("outside"))?.count() == 1);
    Ok(())
}

#[test]
fn the_folder_itself_stays() -> Result<()> {
    let data = tempdir()?;
    let folder = Folder::open(data.path(), None)?;
    let root = Path::new("");
    ensure!(folder.remove_dir(root) == Err(FsError::PermissionDenied));
    ensure!(folder.rename(root, Path::new("other")) == Err(FsError::PermissionDenied));
    ensure!(folder.metadata(root, false).is_ok_and(|metadata| metadata.is_dir()));
    fs::remove_dir(data.path())?;
    ensure!(folder.read_dir(root).err() == Some(FsError::EntryNotFound));
    Ok(())
}

#[test]
fn a_removed_file_takes_space_until_it_is_closed() -> Result<()> {
    let data = tempdir()?;
    let space = Space::new(3 * ENTRY, Events::new("test", None));
    let folder = Folder::open(data.path(), Some(space))?;
    let [one, other] = ["one", "other"].map(Path::new);
    let file = folder.open(one, &WRITE)?;
    ensure!(file.write_at(&[1; 3 * ENTRY as usize], 0)? == 2 * ENTRY as usize);
    ensure!(file.write_at(&[1; 1], 2 * ENTRY).is_err());
    folder.remove_file(one)?;
    // The entry is gone. Its bytes are not.
    folder.create_dir(other)?;
    ensure!(folder.create_dir(one).is_err());
    drop(file);
    folder.create_dir(one)?;
    // A rename gives back the space of what it replaces.
    folder.rename(one, other)?;
    folder.create_dir(one)?;
    let file = folder.open(Path::new("three"), &WRITE)?;
    ensure!(file.set_len(1).is_err() && file.write_at(&[1], 0).is_err());
    Ok(())
}

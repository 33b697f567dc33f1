//! The current folder, in which threads read and which is renamed. A process has only one, so that natively it is a process of its own.

use super::{Place, places};
use anyhow::{Context, Result};
use plugix_e2e::{call, isolated, plugin};
use plugix_e2e_programs::files::current;
use tempfile::tempdir;

#[test]
fn the_current_folder() -> Result<()> {
    let folder = tempdir()?;
    let printed = isolated("programs::current::the_current_folder", || {
        let folder = tempdir()?;
        print!("<told>{}</told>", current::all(folder.path())?);
        Ok(())
    })?;
    let Some(printed) = printed else { return Ok(()) };
    drop(folder);
    let printed = String::from_utf8(printed.stdout)?;
    let told = printed.split_once("<told>").and_then(|(_, rest)| rest.split_once("</told>"));
    let (expected, _) = told.context("nothing was told")?;
    for Place { name, policy, folder: _folder } in &places()? {
        assert_eq!(call(&plugin("programs", policy), "current_folder", "/data")?, expected, "{name}");
    }
    Ok(())
}

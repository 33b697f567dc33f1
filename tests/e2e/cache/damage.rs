//! Entries that were changed after they were written: the cache notices and replaces them.

use super::{Place, answering, ask, latest, names};
use anyhow::{Context, Result};
use plugix_host::__private::artifact_with;
use plugix_host::code::{Artifact, Cache};
use proptest::prelude::*;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

/// The length of what stands before an artifact's header.
const PREFIX: usize = 48;

/// Spoils the file of a cache's only module with `spoil`. The module must run all the same, and be kept anew.
fn is_replaced(spoil: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 7)?;
    let file = latest(&cache)?;
    spoil(&file)?;
    ask(&cache, 7)?;
    let artifact = Artifact::read_file(&file)?;
    assert_eq!(artifact.source_hash(), compiled(7)?.source_hash());
    assert!(fs::symlink_metadata(&file)?.is_file());
    assert_eq!(names(&place.folder)?.len(), 2, "the module and the lock");
    ask(&cache, 7)
}

/// The artifact of a module. It was made without the cache of the test.
fn compiled(number: i32) -> Result<Artifact> {
    Ok(plugix_e2e::engine().load(answering(number))?.to_artifact()?)
}

#[test]
fn flipped_bits() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 8)?;
    let file = latest(&cache)?;
    let len = fs::read(&file)?.len();
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(at in 0..len, bit in 0..8_u32)| {
        let mut bytes = fs::read(&file)?;
        let at = at % bytes.len();
        bytes[at] ^= 1_u8 << bit;
        fs::write(&file, &bytes)?;
        ask(&cache, 8).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let replaced = fs::read(&file)?;
        prop_assert_ne!(&replaced, &bytes);
        prop_assert!(Artifact::from_bytes(&replaced).is_ok());
    });
    Ok(())
}

#[test]
fn torn_emptied_and_overwritten() -> Result<()> {
    is_replaced(|file| Ok(fs::write(file, "")?))?;
    is_replaced(|file| Ok(fs::write(file, "no module")?))?;
    is_replaced(|file| Ok(fs::write(file, answering(7))?))?;
    is_replaced(|file| {
        let bytes = fs::read(file)?;
        Ok(fs::write(file, &bytes[..bytes.len() / 2])?)
    })?;
    is_replaced(|file| {
        let len = fs::metadata(file)?.len();
        // As after a power failure: the file has its length, and other contents.
        Ok(fs::write(file, vec![0; usize::try_from(len)?])?)
    })
}

#[test]
fn a_module_under_the_name_of_another() -> Result<()> {
    is_replaced(|file| Ok(compiled(6)?.write_file(file)?))
}

#[test]
fn an_older_version_under_the_name_of_this_one() -> Result<()> {
    is_replaced(|file| {
        let bytes = fs::read(file)?;
        let (header, body) = bytes[PREFIX..].split_at(u32::from_le_bytes(bytes[12..16].try_into()?) as usize);
        let version = env!("CARGO_PKG_VERSION").as_bytes();
        let at = header.windows(version.len()).position(|text| text == version).context("no version")?;
        let mut header = header.to_vec();
        header[at] = b'9';
        Ok(fs::write(file, artifact_with(&header, body))?)
    })?;
    // And one of a format that this version doesn't know.
    is_replaced(|file| {
        let mut bytes = fs::read(file)?;
        bytes[8] = 0;
        Ok(fs::write(file, bytes)?)
    })
}

#[test]
fn what_is_no_file_of_this_users_alone() -> Result<()> {
    is_replaced(|file| Ok(fs::set_permissions(file, fs::Permissions::from_mode(0o666))?))?;
    is_replaced(|file| {
        // The entry is undamaged. But whoever can write to its folder could exchange it.
        let elsewhere = file.with_extension("elsewhere");
        fs::rename(file, &elsewhere)?;
        symlink(&elsewhere, file)?;
        fs::remove_file(elsewhere)?;
        Ok(())
    })
}

#[test]
fn a_folder_in_the_place_of_a_file() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 9)?;
    let file = latest(&cache)?;
    fs::remove_file(&file)?;
    fs::create_dir(&file)?;
    // It can't be replaced, and is in nobody's way.
    ask(&cache, 9)?;
    ask(&cache, 10)?;
    assert!(file.is_dir());
    assert_eq!(cache.entries()?.len(), 1);
    Ok(())
}

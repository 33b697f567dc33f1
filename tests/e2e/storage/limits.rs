//! Folders that may not grow, and descriptors.

use super::storage;
use anyhow::{Context, Result};
use plugix_e2e::call;
use plugix_host::Policy;
use plugix_host::policy::Access;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const LIMIT: u64 = 1 << 20;

/// What each file, folder or link counts for beside its bytes.
const ENTRY: u64 = 4096;

fn bytes_in(folder: &Path) -> Result<u64> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum()
}

#[test]
fn a_folder_grows_to_its_limit() -> Result<()> {
    let folder = tempdir()?;
    fs::write(folder.path().join("before"), vec![1; 500_000])?;
    let plugin = storage(&Policy::new().mount_limited(folder.path(), "/data", LIMIT));
    assert_eq!(call(&plugin, "fill", "/data/file")?, format!("{} StorageFull", LIMIT - ENTRY));
    assert!(call(&plugin, "attempt", "write /data/other").is_err());
    assert!(call(&plugin, "attempt", "make /data/other").is_err());
    // Changing a file takes nothing, and a removed file is free again. A file that others wrote earns nothing.
    call(&plugin, "attempt", "write /data/before")?;
    call(&plugin, "attempt", "remove /data/before")?;
    call(&plugin, "attempt", "remove /data/file")?;
    assert_eq!(call(&plugin, "fill", "/data/file")?, format!("{} StorageFull", LIMIT - ENTRY));
    Ok(())
}

#[test]
fn threads_share_the_limit() -> Result<()> {
    let folder = tempdir()?;
    let plugin = storage(&Policy::new().mount_limited(folder.path(), "/data", LIMIT).scratch("/tmp", LIMIT));
    let expected = (LIMIT - 4 * ENTRY).to_string();
    assert_eq!(call(&plugin, "fill_on_threads", "/data")?, expected);
    assert_eq!(bytes_in(folder.path())?.to_string(), expected);
    assert_eq!(call(&plugin, "fill_on_threads", "/tmp")?, expected);
    Ok(())
}

#[test]
fn names_count_as_well() -> Result<()> {
    let folder = tempdir()?;
    let plugin = storage(&Policy::new().mount_limited(folder.path(), "/data", LIMIT).scratch("/tmp", LIMIT));
    let expected = format!("{} StorageFull", LIMIT / ENTRY);
    assert_eq!(call(&plugin, "make_files", "/data")?, expected);
    assert_eq!(call(&plugin, "make_files", "/tmp")?, expected);
    assert_eq!(fs::read_dir(folder.path())?.count() as u64, LIMIT / ENTRY);
    Ok(())
}

#[test]
fn folders_are_not_endlessly_deep() -> Result<()> {
    let folder = tempdir()?;
    let plugin = storage(&Policy::new().mount(folder.path(), "/data", Access::ReadWrite).scratch("/tmp", 100 << 20));
    for path in ["/data", "/tmp"] {
        let depth: usize = call(&plugin, "make_deep", path)?.parse()?;
        assert!((64..256).contains(&depth), "{path}: {depth}");
    }
    Ok(())
}

#[test]
fn descriptors_are_limited_and_come_back() -> Result<()> {
    let folder = tempdir()?;
    fs::write(folder.path().join("file"), "")?;
    let plugin = storage(&Policy::new().mount(folder.path(), "/data", Access::ReadOnly).max_open_files(50));
    // Fewer than 64 count as 64.
    for _ in 0..3 {
        for bomb in ["open", "duplicate"] {
            let answer = call(&plugin, bomb, "/data/file")?;
            let (count, why) = answer.split_once(' ').context("two words")?;
            // Standard error numbers have no kind of their own for "too many open files".
            assert!(why == "Uncategorized" || why == "Other", "{answer}");
            assert!((54..=64).contains(&count.parse::<u32>()?), "{answer}");
        }
        // Listing takes descriptors, and gives them back.
        call(&plugin, "list_often", "/data")?;
        call(&plugin, "list_often", "/")?;
    }
    Ok(())
}

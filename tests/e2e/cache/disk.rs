//! Unsafe folders are refused. The host does without folders that it can't use.

use super::{Place, ask, latest, names};
use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, isolated_under};
use plugix_host::Engine;
use plugix_host::code::Cache;
use plugix_host::error::{CacheError, LoadError};
use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Tells a process the folder.
const FOLDER: &str = "PLUGIX_TEST_FOLDER";

/// Runs a test's body in a process that can't write, with a folder that is there. Returns what the process logged;
/// `None` in that process.
fn with_folder(
    starter: &[&str],
    test: &str,
    folder: &Path,
    body: impl FnOnce(&Path) -> Result<()>,
) -> Result<Option<String>> {
    let setting = format!("{FOLDER}={}", folder.display());
    let starter = [&["env", setting.as_str()], starter].concat();
    let output = isolated_under(&starter, test, || {
        let folder = PathBuf::from(std::env::var_os(FOLDER).context("no folder was named")?);
        tracing_subscriber::fmt().with_writer(std::io::stderr).with_ansi(false).init();
        body(&folder)
    })?;
    Ok(output.map(|output| String::from_utf8_lossy(&output.stderr).into_owned()))
}

fn warnings(log: &str) -> Vec<&str> {
    log.lines().filter(|line| line.contains("WARN")).collect()
}

fn is_root() -> Result<bool> {
    Ok(fs::metadata("/proc/self")?.uid() == 0)
}

fn refusal(cache: Cache) -> Result<CacheError> {
    match Engine::builder().cache(cache).build() {
        Err(LoadError::Cache(error)) => Ok(error),
        other => anyhow::bail!("{other:?}"),
    }
}

#[test]
fn a_new_folder_is_for_its_owner_alone() -> Result<()> {
    let place = Place::new()?;
    let folder = place.folder.join("deep").join("within");
    ask(&Cache::at(&folder), 1)?;
    assert_eq!(fs::metadata(&folder)?.mode() & 0o777, 0o700);
    assert_eq!(fs::metadata(latest(&Cache::at(&folder))?)?.mode() & 0o777, 0o600);
    Ok(())
}

#[test]
fn a_folder_that_others_can_write_to() -> Result<()> {
    let place = Place::new()?;
    DirBuilder::new().create(&place.folder)?;
    for mode in [0o777, 0o770, 0o702] {
        fs::set_permissions(&place.folder, Permissions::from_mode(mode))?;
        let cache = Cache::at(&place.folder);
        let error = refusal(cache.clone())?;
        assert_matches!(error, CacheError::OthersCanWrite { folder, mode: found } if *folder == place.folder && *found == mode);
        assert!(error.to_string().contains("chmod go-w"), "{error}");
        assert_matches!(cache.entries(), Err(CacheError::OthersCanWrite { .. }));
        assert_matches!(cache.clear(), Err(CacheError::OthersCanWrite { .. }));
    }
    fs::set_permissions(&place.folder, Permissions::from_mode(0o755))?;
    ask(&Cache::at(&place.folder), 1)
}

#[test]
fn a_folder_of_somebody_elses() -> Result<()> {
    let place = Place::new()?;
    let folder = if is_root()? {
        DirBuilder::new().mode(0o700).create(&place.folder)?;
        std::os::unix::fs::chown(&place.folder, Some(65534), None)?;
        place.folder.clone()
    } else {
        PathBuf::from("/")
    };
    assert_matches!(refusal(Cache::at(&folder))?, CacheError::NotOurs { owner, user, .. } if owner != user);
    Ok(())
}

#[test]
fn a_folder_that_can_not_be() -> Result<()> {
    let place = Place::new()?;
    fs::write(&place.folder, "a file")?;
    for folder in [place.folder.clone(), place.folder.join("below"), PathBuf::from("/proc/plugix")] {
        let cache = Cache::at(folder);
        ask(&cache, 1)?;
        ask(&cache, 1)?;
    }
    assert_eq!(fs::read(&place.folder)?, b"a file");
    Ok(())
}

#[test]
fn a_folder_that_is_read_only() -> Result<()> {
    let place = Place::new()?;
    ask(&Cache::at(&place.folder), 1)?;
    let kept = names(&place.folder)?;
    fs::set_permissions(&place.folder, Permissions::from_mode(0o500))?;
    // Root needs no permissions, unless it gives that up.
    let starter: &[&str] = if is_root()? { &["setpriv", "--bounding-set=-dac_override,-dac_read_search"] } else { &[] };
    let test = "cache::disk::a_folder_that_is_read_only";
    let log = with_folder(starter, test, &place.folder, |folder| {
        assert!(fs::write(folder.join("probe"), "").is_err(), "the folder can be written to");
        let cache = Cache::at(folder);
        // What was kept before is of use.
        ask(&cache, 1)?;
        let engine = Engine::builder().cache(cache.clone()).build()?;
        for number in 2..5 {
            engine.load(super::answering(number))?.compile()?;
        }
        assert_eq!(cache.entries()?.len(), 1);
        Ok(())
    })?;
    let Some(log) = log else { return Ok(()) };
    assert_eq!(warnings(&log).len(), 1, "{log}");
    assert!(log.contains("can't keep a compiled module"), "{log}");
    fs::set_permissions(&place.folder, Permissions::from_mode(0o700))?;
    assert_eq!(names(&place.folder)?, kept);
    Ok(())
}

#[test]
fn a_disk_that_is_full() -> Result<()> {
    let place = Place::new()?;
    let test = "cache::disk::a_disk_that_is_full";
    // Files end after 512 bytes, with an error. The signal that would come first is ignored.
    let limited = r#"trap "" XFSZ; ulimit -f 1; exec "$0" "$@""#;
    let log = with_folder(&["sh", "-c", limited], test, &place.folder, |folder| {
        assert!(fs::write(folder.with_extension("probe"), [0; 4096]).is_err(), "files have no limit");
        let engine = Engine::builder().cache(Cache::at(folder)).build()?;
        for number in 1..4 {
            engine.load(super::answering(number))?.compile()?;
        }
        ask(&Cache::at(folder), 1)
    })?;
    let Some(log) = log else { return Ok(()) };
    // Each engine says so once.
    assert_eq!(warnings(&log).len(), 2, "{log}");
    assert_eq!(names(&place.folder)?, <[String; 0]>::default(), "nothing half-written is left");
    Ok(())
}

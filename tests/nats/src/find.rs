//! Where a server is: the one that is named, one on `PATH`, or Debian's, unpacked into the toolchain's cache.

use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Environment, Progress, debian_programs};
use std::io::Write as _;
use std::path::PathBuf;

/// Names a server.
const SERVER: &str = "PLUGIX_NATS_SERVER";

/// The program, and Debian's package that holds it.
const NAME: &str = "nats-server";

/// Finds a `nats-server`, or fetches one from Debian's archive without installing it.
///
/// # Errors
/// Why there is none.
pub fn find(progress: Progress) -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(SERVER).map(PathBuf::from) {
        ensure!(path.is_file(), "{SERVER} is {}, which is no file", path.display());
        return Ok(path);
    }
    let folders: Vec<_> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    if let Some(path) = folders.iter().map(|folder| folder.join(NAME)).find(|place| place.is_file()) {
        return Ok(path);
    }
    let none = || format!("no {NAME} is on PATH, {SERVER} is not set, and Debian's can't be had");
    let folder = debian_programs("nats", &[NAME], &Environment::current(), progress).with_context(none)?;
    let path = folder.join("usr/sbin").join(NAME);
    ensure!(path.is_file(), "Debian's package has no {}", path.display());
    Ok(path)
}

/// A server for a test, or `None` after a line that says why the test is skipped. `cargo xtask test` shows the line.
pub fn find_or_skip(test: &str) -> Option<PathBuf> {
    match find(Progress::Silent) {
        Ok(path) => Some(path),
        Err(error) => {
            // The harness keeps back what tests print by macros.
            let _ = writeln!(std::io::stdout(), "\nSKIPPED: {test}: {error:#}");
            None
        }
    }
}

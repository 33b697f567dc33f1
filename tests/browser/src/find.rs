//! Where a browser is: the one that is named, one on `PATH`, or Debian's, unpacked into the toolchain's cache.

use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Environment, Progress, debian_programs};
use std::ffi::OsString;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Names a browser.
const BROWSER: &str = "PLUGIX_BROWSER";

/// The names that Chromium has.
const NAMES: [&str; 5] =
    ["chromium-headless-shell", "chrome-headless-shell", "chromium", "chromium-browser", "google-chrome"];

/// What holds the browser without its windows.
const PACKAGES: [&str; 2] = ["chromium-headless-shell", "chromium-common"];

/// A program that can be started, and where it looks for libraries beside the machine's own.
#[derive(Clone, Debug)]
pub struct Program {
    pub(crate) path: PathBuf,
    pub(crate) libraries: Option<OsString>,
}

/// Finds a browser, or fetches one from Debian's archive without installing it.
///
/// # Errors
/// Why there is none.
pub fn find(progress: Progress) -> Result<Program> {
    let environment = Environment::current();
    if let Some(path) = std::env::var_os(BROWSER).map(PathBuf::from) {
        ensure!(path.is_file(), "{BROWSER} is {}, which is no file", path.display());
        return Ok(Program { path, libraries: None });
    }
    let folders: Vec<_> = std::env::var_os("PATH").iter().flat_map(std::env::split_paths).collect();
    let places = NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    if let Some(path) = places.into_iter().find(|place| place.is_file()) {
        return Ok(Program { path, libraries: None });
    }
    let none = || format!("no browser is on PATH, {BROWSER} is not set, and Debian's can't be had");
    let folder = debian_programs("browsers", &PACKAGES, &environment, progress).with_context(none)?;
    let path = folder.join("usr/lib/chromium/chromium-headless-shell");
    ensure!(path.is_file(), "Debian's package has no {}", path.display());
    let libraries = std::env::join_paths(library_folders(&folder.join("usr/lib"))?)?;
    Ok(Program { path, libraries: Some(libraries) })
}

/// A browser for a test, or `None` after a line that says why the test is skipped. `cargo xtask test` shows the line.
pub fn find_or_skip(test: &str) -> Option<Program> {
    match find(Progress::Silent) {
        Ok(program) => Some(program),
        Err(error) => {
            // The harness keeps back what tests print by macros.
            let _ = writeln!(std::io::stdout(), "\nSKIPPED: {test}: {error:#}");
            None
        }
    }
}

/// The folders below that have libraries: those of the machine's kind, and private ones in them.
fn library_folders(lib: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for kind in folders(lib)? {
        found.extend(folders(&kind)?);
        found.push(kind);
    }
    found.sort();
    Ok(found)
}

fn folders(of: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(of)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    Ok(entries.into_iter().filter(|path| path.is_dir()).collect())
}

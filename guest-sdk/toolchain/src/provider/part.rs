//! Finds the parts of a composed toolchain: on this machine, in the cache, or in the archive.

use std::fmt;
use std::path::PathBuf;

use crate::compiler::Compiler;
use crate::environment::SYSROOT_VAR;
use crate::libc::Libc;
use crate::{Cache, Environment, overlay};

/// The kinds of entries in the cache that hold unpacked packages.
pub(super) const COMPILERS: &str = "compilers";
pub(super) const LIBCS: &str = "libcs";
pub(crate) const CLANGS: &str = "clangs";

/// Where the toolchain or sysroot lies in unpacked packages.
pub(crate) const PREFIX: &str = "usr";

/// Something that is on this machine, or in Debian's archive.
#[derive(Debug)]
pub(crate) enum Part {
    /// A folder, and where it comes from.
    Folder(PathBuf, String),
    /// To be downloaded, because of what was not found.
    Download(String),
}

/// A compiler whose sources fit the overlay: rustup's, else Debian's.
pub(super) fn compiler(environment: &Environment, cache: &Cache) -> Part {
    let mut why = "no rustup toolchain has the component rust-src".to_owned();
    for folder in environment.rustup_toolchains() {
        let sources = Compiler::sources_in(&folder);
        if !sources.is_dir() {
            continue;
        }
        match overlay::check(&sources) {
            Ok(()) => return Part::Folder(folder, "rustup's, with rust-src".to_owned()),
            Err(error) => why = format!("{} has rust-src, but {}", folder.display(), error.chain()),
        }
    }
    cached_or_download(cache, COMPILERS, why)
}

/// A wasix-libc: the one that is named, else the system's, else Debian's.
///
/// # Errors
/// Why the one that is named can't be used, for people.
pub(super) fn libc(environment: &Environment, cache: &Cache) -> Result<Part, String> {
    if let Some(folder) = environment.path(SYSROOT_VAR) {
        Libc::inspect(&folder).map_err(|reason| format!("{SYSROOT_VAR} is of no use: {reason}"))?;
        return Ok(Part::Folder(folder, SYSROOT_VAR.to_owned()));
    }
    Ok(match Libc::inspect(environment.prefix()) {
        Ok(_) => Part::Folder(environment.prefix().to_owned(), "the system's".to_owned()),
        Err(reason) => cached_or_download(cache, LIBCS, format!("{SYSROOT_VAR} is not set, and {reason}")),
    })
}

/// A linker for WebAssembly: rustup's, else one on `PATH`.
///
/// # Errors
/// What was looked for, for people.
pub(super) fn linker(environment: &Environment) -> Result<PathBuf, String> {
    let in_toolchain = |folder: PathBuf| {
        let hosts = folder.join("lib/rustlib").read_dir().ok()?;
        hosts.flatten().map(|host| host.path().join("bin/rust-lld")).find(|program| program.is_file())
    };
    let rustups = environment.rustup_toolchains().into_iter().find_map(in_toolchain);
    rustups.or_else(|| environment.program("rust-lld")).or_else(|| environment.program("wasm-ld")).ok_or_else(|| {
        "no linker: neither a rustup toolchain with rust-lld, nor wasm-ld on PATH (package lld)".to_owned()
    })
}

fn cached_or_download(cache: &Cache, kind: &str, why: String) -> Part {
    match cache.entries(kind).pop() {
        Some(folder) => Part::Folder(folder.join(PREFIX), format!("Debian's, in the cache; {why}")),
        None => Part::Download(why),
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder, origin) => write!(f, "{} ({origin})", folder.display()),
            Self::Download(why) => write!(f, "to be downloaded from Debian's archive ({why})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::CACHE_VAR;
    use crate::files;

    #[test]
    fn parts_to_be_downloaded_say_what_was_not_found() {
        let environment = Environment::bare("/nowhere").with(CACHE_VAR, "/nowhere");
        let cache = Cache::locate(&environment).unwrap();
        assert!(compiler(&environment, &cache).to_string().contains("rust-src"));
        let libc = libc(&environment, &cache).unwrap().to_string();
        assert!(libc.contains(SYSROOT_VAR) && libc.contains("api_wasix.h"), "{libc}");
    }

    #[test]
    fn sources_that_the_overlay_does_not_fit_are_passed_over_with_a_reason() {
        let home = tempfile::tempdir().unwrap();
        let toolchain = home.path().join("toolchains/future");
        files::create_dir(&Compiler::sources_in(&toolchain)).unwrap();
        let environment = Environment::bare("/nowhere").with("RUSTUP_HOME", home.path()).with(CACHE_VAR, "/nowhere");
        let found = compiler(&environment, &Cache::locate(&environment).unwrap());
        assert!(matches!(&found, Part::Download(why) if why.contains("future has rust-src, but")), "{found}");
    }
}

//! C code in crates: the toolchain's C compiler is a script around a clang, which is looked for when it is wanted.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use crate::clang::{self, Clang};
use crate::debian::{self, Apt};
use crate::libc::Libc;
use crate::progress::Progress;
use crate::provider::fetch::Fetcher;
use crate::provider::part::{CLANGS, Part};
use crate::target_spec::TARGET;
use crate::toolchain::Origin;
use crate::{Cache, Environment, Error, Toolchain, files};

#[cfg(test)]
mod tests;

/// Where a toolchain folder has it. The name tells build scripts what it is. With `++`, it compiles C++.
const CC: &str = "bin/wasm32-wasmer-wasi-clang";

/// Tells the script which clang it is for.
const CLANG: &str = "PLUGIX_CLANG_PROGRAM";
/// Tells the script where it leaves word that there is none.
const WANTED: &str = "PLUGIX_CLANG_WANTED";

/// How SQLite locks: by locks on parts of the file, if the host has them. WASI has none, and SQLite makes folders there.
const VFS: &str = r#"(fcntl(-1,F_SETLK,&(struct flock){0})==-1&&errno==EBADF?"unix":"unix-dotfile")"#;

/// The flags come last: build scripts name the target as rustc does, which clang does not know. A long jump is an
/// exception, of the kind that rustc's panics are. clang refuses to be told so twice.
const SCRIPT: &str = r#"#!/bin/sh
if [ -z "$PLUGIX_CLANG_PROGRAM" ]; then
    [ -z "$PLUGIX_CLANG_WANTED" ] || : > "$PLUGIX_CLANG_WANTED"
    echo "plugix: this crate has C code, and no clang was found ({help})" >&2
    exit 1
fi
case $0 in
*++) set -- --driver-mode=g++ "$@" ;;
esac
case " $* " in
*" -wasm-enable-sjlj "*) ;;
*) set -- "$@" -mllvm -wasm-enable-sjlj ;;
esac
case " $* " in
*" -wasm-use-legacy-eh="*) ;;
*) set -- "$@" -mllvm -wasm-use-legacy-eh=false ;;
esac
case " $* " in
*" -DSQLITE_DEFAULT_UNIX_VFS="*) ;;
*) set -- "$@" '-DSQLITE_DEFAULT_UNIX_VFS={vfs}' ;;
esac
exec "$PLUGIX_CLANG_PROGRAM" "$@" --target=wasm32-wasi --sysroot={sysroot} {flags}
"#;

/// Threads share the memory; the instructions are those that rustc is told of; and headers of what wasix-libc emulates
/// want to be asked for.
const FLAGS: &str = "-pthread -msimd128 -mexception-handling -D_WASI_EMULATED_MMAN -D_WASI_EMULATED_PROCESS_CLOCKS \
    -Wno-unused-command-line-argument";

/// What C code is compiled with in one build.
pub(crate) struct CCompiler<'a> {
    toolchain: &'a Toolchain,
    origin: &'a Origin,
    found: Result<Clang, String>,
    /// Has a file when a crate wanted a compiler and there was none.
    word: tempfile::TempDir,
}

/// Writes the script into a toolchain folder.
pub(crate) fn write(libc: &Libc, folder: &Path) -> Result<(), Error> {
    write_script(libc.prefix(), folder)
}

fn write_script(sysroot: &Path, folder: &Path) -> Result<(), Error> {
    let path = folder.join(CC);
    let sysroot = format!("'{}'", sysroot.display().to_string().replace('\'', r"'\''"));
    let script = SCRIPT
        .replace("{help}", clang::HELP)
        .replace("{sysroot}", &sysroot)
        .replace("{flags}", FLAGS)
        .replace("{vfs}", VFS);
    files::write(&path, script)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(Error::io("make executable", &path))?;
    let cxx = with_plus(&path);
    symlink(path.file_name().unwrap_or_default(), &cxx).map_err(Error::io("create", &cxx))
}

/// Changes with the script.
pub(crate) fn identity() -> String {
    format!("{SCRIPT} {FLAGS} {VFS} {}", clang::HELP)
}

fn with_plus(cc: &Path) -> PathBuf {
    let mut name = cc.as_os_str().to_owned();
    name.push("++");
    name.into()
}

impl<'a> CCompiler<'a> {
    /// That of a composed toolchain. An installed one has its own.
    pub(crate) fn of(toolchain: &'a Toolchain) -> Result<Option<Self>, Error> {
        let Some(origin) = toolchain.origin() else { return Ok(None) };
        let found = clang::find(&origin.environment, &origin.cache);
        let word = tempfile::tempdir().map_err(Error::io("create a folder in", &std::env::temp_dir()))?;
        Ok(Some(Self { toolchain, origin, found, word }))
    }

    /// What the build scripts of crates look at, unless somebody has set it already.
    pub(crate) fn variables(&self, target: &str) -> Vec<(OsString, OsString)> {
        if target != TARGET {
            return Vec::new();
        }
        let mut variables = self.lasting();
        variables.push((WANTED.to_owned(), self.wanted()));
        variables.retain(|(name, _)| std::env::var_os(name).is_none());
        variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()
    }

    /// Those that are not for one build only.
    pub(crate) fn lasting(&self) -> Vec<(String, PathBuf)> {
        let cc = self.toolchain.folder().join(CC);
        let suffix = TARGET.replace('-', "_");
        let mut variables = vec![(format!("CXX_{suffix}"), with_plus(&cc)), (format!("CC_{suffix}"), cc)];
        if let Ok(Clang { program, ar }) = &self.found {
            variables.push((CLANG.to_owned(), program.clone()));
            variables.push((format!("AR_{suffix}"), ar.clone()));
        }
        variables
    }

    /// Whether a crate wanted a compiler and there was none.
    pub(crate) fn is_wanted(&self) -> bool {
        self.found.is_err() && self.wanted().exists()
    }

    fn wanted(&self) -> PathBuf {
        self.word.path().join("wanted")
    }

    /// Brings Debian's clang into the cache.
    pub(crate) fn fetch(&mut self, what: &str, progress: Progress) -> Result<(), Error> {
        let Err(reason) = &self.found else { return Ok(()) };
        let Origin { cache, environment, .. } = self.origin;
        let found = fetch(reason, what, environment, cache, progress)?;
        self.found = Ok(found);
        Ok(())
    }
}

/// Fetches Debian's clang, since none was found for that reason.
pub(crate) fn fetch(
    reason: &str,
    what: &str,
    environment: &Environment,
    cache: &Cache,
    progress: Progress,
) -> Result<Clang, Error> {
    let none = |why: String| Error::NoClang {
        what: what.to_owned(),
        reason: format!("{reason}, and {why}"),
        help: clang::HELP,
    };
    debian::available(environment).map_err(none)?;
    let fetched = cache.exclusively(|exclusive| {
        let mut fetcher = Fetcher::new(cache, environment, &exclusive, progress)?;
        fetcher.folder(&Part::Download(reason.to_owned()), CLANGS, Apt::clang)
    });
    match fetched {
        Ok(_) => clang::find(environment, cache).map_err(none),
        Err(Error::NoArchive { problem, .. }) => Err(none(format!("Debian's can't be had: {problem}"))),
        Err(error) => Err(error),
    }
}

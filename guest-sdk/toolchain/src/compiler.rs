//! A rustc together with the sources of its own standard library.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Error, process};

/// What helps against a compiler that does not run.
pub(crate) const DAMAGED: &str = "the compiler is damaged: remove it, or the cache";

/// A toolchain folder that can compile for its host and has `rust-src`.
#[derive(Clone, Debug)]
pub(crate) struct Compiler {
    sysroot: PathBuf,
    host: String,
    /// What the compiler says of itself, in full.
    version: String,
}

impl Compiler {
    /// Asks the rustc of a toolchain folder for its version and host.
    pub(crate) fn inspect(sysroot: &Path) -> Result<Self, Error> {
        let mut compiler = Self { sysroot: sysroot.to_owned(), host: String::new(), version: String::new() };
        compiler.version = process::output(compiler.command().arg("-vV"), DAMAGED)?;
        compiler.host = match compiler.version.lines().find_map(|line| line.strip_prefix("host: ")) {
            Some(host) => host.to_owned(),
            None => return Err(Error::malformed("the output of rustc -vV", "it names no host")),
        };
        Ok(compiler)
    }

    /// Its folder.
    pub(crate) fn sysroot(&self) -> &Path {
        &self.sysroot
    }

    /// Where a toolchain folder has the library's sources, if it has them.
    pub(crate) fn sources_in(sysroot: &Path) -> PathBuf {
        sysroot.join("lib/rustlib/src/rust/library")
    }

    /// The library's sources.
    pub(crate) fn sources(&self) -> PathBuf {
        Self::sources_in(&self.sysroot)
    }

    /// The libraries for programs that run on this machine, such as procedural macros.
    pub(crate) fn host_libraries(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(&self.host)
    }

    /// The compiler's program.
    pub(crate) fn program(&self) -> PathBuf {
        self.sysroot.join("bin/rustc")
    }

    /// Its first version line, for people.
    pub(crate) fn version(&self) -> &str {
        self.version.lines().next().unwrap_or_default()
    }

    /// Everything that makes another compiler another compiler.
    pub(crate) fn identity(&self) -> String {
        format!("{} {}", self.sysroot.display(), self.version)
    }

    /// The folder of its shared libraries. Distribution packages keep them one level deeper than rustup does.
    pub(crate) fn shared_libraries(&self) -> PathBuf {
        let lib = self.sysroot.join("lib");
        let Ok(entries) = lib.read_dir() else { return lib };
        let has_driver = |folder: &PathBuf| {
            let Ok(mut files) = folder.read_dir() else { return false };
            files.any(|file| file.is_ok_and(|file| file.file_name().as_encoded_bytes().starts_with(b"librustc_driver")))
        };
        entries.flatten().map(|entry| entry.path()).find(has_driver).unwrap_or(lib)
    }

    /// The program, ready to run from where it is.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(self.program());
        command.env("LD_LIBRARY_PATH", self.shared_libraries());
        command
    }
}

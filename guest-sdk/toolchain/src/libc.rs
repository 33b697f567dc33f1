//! wasix-libc: the C library below the standard library, with its start files.

use std::fs;
use std::path::{Path, PathBuf};

/// What is copied beside the standard library.
const FILES: [&str; 5] =
    ["libc.a", "libwasi-emulated-mman.a", "libwasi-emulated-process-clocks.a", "crt1-command.o", "crt1-reactor.o"];

/// A wasix-libc that was found to be complete.
#[derive(Clone, Debug)]
pub(crate) struct Libc {
    prefix: PathBuf,
    folder: PathBuf,
    digest: blake3::Hash,
}

impl Libc {
    /// Looks below a prefix such as `/usr` or a sysroot.
    ///
    /// # Errors
    /// The reason why it is not usable, for people.
    pub(crate) fn inspect(prefix: &Path) -> Result<Self, String> {
        let marker = "wasi/api_wasix.h";
        let headers = [prefix.join("include/wasm32-wasi"), prefix.join("include")];
        if !headers.iter().any(|folder| folder.join(marker).is_file()) {
            return Err(match headers.iter().find(|folder| folder.join("wasi/api.h").is_file()) {
                Some(folder) => format!("{} is plain WASI: it has no {marker}", folder.display()),
                None => format!("{} has no {marker}", headers[0].display()),
            });
        }
        let folder = prefix.join("lib/wasm32-wasi");
        let mut hasher = blake3::Hasher::new();
        for name in FILES {
            let path = folder.join(name);
            let contents = fs::read(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            hasher.update(&contents);
        }
        Ok(Self { prefix: prefix.to_owned(), folder, digest: hasher.finalize() })
    }

    /// What a C compiler takes for the system's root.
    pub(crate) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// The files that a link needs.
    pub(crate) fn files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        FILES.iter().map(|name| self.folder.join(name))
    }

    /// Changes with the contents, and the place: the toolchain's C compiler reads the headers there.
    pub(crate) fn identity(&self) -> String {
        format!("{} in {}", self.digest.to_hex(), self.prefix.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn plain_wasi_is_told_from_wasix() {
        let prefix = tempfile::tempdir().unwrap();
        assert!(Libc::inspect(prefix.path()).unwrap_err().contains("api_wasix.h"));

        let headers = prefix.path().join("include/wasm32-wasi/wasi");
        files::create_dir(&headers).unwrap();
        files::write(&headers.join("api.h"), "").unwrap();
        assert!(Libc::inspect(prefix.path()).unwrap_err().contains("plain WASI"));

        files::write(&headers.join("api_wasix.h"), "").unwrap();
        assert!(Libc::inspect(prefix.path()).unwrap_err().contains("libc.a"));

        let libraries = prefix.path().join("lib/wasm32-wasi");
        files::create_dir(&libraries).unwrap();
        for name in FILES {
            files::write(&libraries.join(name), name).unwrap();
        }
        let before = Libc::inspect(prefix.path()).unwrap().identity();
        files::write(&libraries.join("libc.a"), "newer").unwrap();
        assert_ne!(Libc::inspect(prefix.path()).unwrap().identity(), before);
    }
}

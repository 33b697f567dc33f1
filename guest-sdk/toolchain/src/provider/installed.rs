//! A WASIX toolchain that somebody has installed: used as it is.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::compiler::Compiler;
use crate::environment::TOOLCHAIN_VAR;
use crate::target_spec::TARGET;
use crate::{Environment, Error};

/// A toolchain folder with a standard library for the target.
#[derive(Debug)]
pub(crate) struct Installed {
    folder: PathBuf,
    origin: &'static str,
}

/// Looks at the variable, then among rustup's toolchains.
///
/// # Errors
/// The reason why there is none, for people.
pub(crate) fn find(environment: &Environment) -> Result<Installed, String> {
    if let Some(folder) = environment.path(TOOLCHAIN_VAR) {
        return Installed::inspect(folder, TOOLCHAIN_VAR);
    }
    let is_wasix = |folder: &PathBuf| folder.file_name().is_some_and(|name| name == "wasix");
    match environment.rustup_toolchains().into_iter().find(is_wasix) {
        Some(folder) => Installed::inspect(folder, "rustup's toolchain `wasix`"),
        None => Err(format!("{TOOLCHAIN_VAR} is not set, and rustup has no toolchain named `wasix`")),
    }
}

impl Installed {
    fn inspect(folder: PathBuf, origin: &'static str) -> Result<Self, String> {
        let lacks = |what: &Path| format!("{origin} is {}, which has no {}", folder.display(), what.display());
        for needed in [Path::new("bin/rustc"), &Path::new("lib/rustlib").join(TARGET).join("lib")] {
            if !folder.join(needed).exists() {
                return Err(lacks(needed));
            }
        }
        Ok(Self { folder, origin })
    }

    /// The compiler's program.
    pub(crate) fn rustc(&self) -> PathBuf {
        self.folder.join("bin/rustc")
    }

    /// Changes with the compiler.
    pub(crate) fn identity(&self) -> Result<String, Error> {
        Ok(Compiler::inspect(&self.folder)?.identity())
    }
}

impl fmt::Display for Installed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.folder.display(), self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files;

    #[test]
    fn reasons_say_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let bare = Environment::bare("/nowhere");
        assert!(find(&bare).unwrap_err().contains("no toolchain named `wasix`"));

        let set = bare.with(TOOLCHAIN_VAR, folder.path());
        assert!(find(&set).unwrap_err().contains("bin/rustc"));
        files::create_dir(&folder.path().join("bin/rustc")).unwrap();
        assert!(find(&set).unwrap_err().contains("lib/rustlib/wasm32-wasmer-wasi/lib"));
        files::create_dir(&folder.path().join("lib/rustlib/wasm32-wasmer-wasi/lib")).unwrap();
        assert_eq!(find(&set).unwrap().rustc(), folder.path().join("bin/rustc"));
    }

    #[test]
    fn rustups_toolchain_is_found_by_name() {
        let home = tempfile::tempdir().unwrap();
        let wasix = home.path().join("toolchains/wasix");
        files::create_dir(&wasix.join("bin/rustc")).unwrap();
        files::create_dir(&wasix.join("lib/rustlib/wasm32-wasmer-wasi/lib")).unwrap();
        let environment = Environment::bare("/nowhere").with("RUSTUP_HOME", home.path());
        assert_eq!(find(&environment).unwrap().rustc(), wasix.join("bin/rustc"));
    }
}

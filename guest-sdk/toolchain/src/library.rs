//! The standard library's own tests, built from the sources that the toolchain's library is made of.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::build::{Module, ModuleKind};
use crate::cargo::Artifact;
use crate::progress::Progress;
use crate::target_spec::TARGET;
use crate::{Error, Toolchain, files, overlay, std_build};

/// What is there when all is laid out.
const READY: &str = "ready";

/// The library's, as it is built. Else its crates would be there twice, and be others.
const FEATURES: &str = "panic-unwind";

/// The standard library and its sources, in a folder of their own.
#[derive(Debug)]
pub struct Library {
    folder: PathBuf,
    linker: Option<PathBuf>,
}

impl Toolchain {
    /// Lays out the standard library's sources in a folder, edited as for the toolchain, and builds them there. What is
    /// in the folder already is taken for that; it is another one if the toolchain's [key](Self::key) is.
    ///
    /// # Errors
    /// [`Error::NoSources`] for an installed toolchain, otherwise as [`ensure`](Self::ensure).
    pub fn library(&self, folder: &Path, progress: Progress) -> Result<Library, Error> {
        let Some(origin) = self.origin() else {
            return Err(Error::NoSources { toolchain: self.folder().to_owned() });
        };
        let library = Library { folder: folder.to_owned(), linker: self.linker().map(Path::to_owned) };
        let ready = folder.join(READY);
        if ready.exists() {
            return Ok(library);
        }
        files::remove(folder)?;
        let rustlib = Path::new("lib/rustlib");
        let target = rustlib.join(TARGET);
        files::copy_tree(&self.folder().join("bin"), &folder.join("bin"))?;
        files::copy_tree(&self.folder().join(&target), &folder.join(&target))?;
        let host_libraries = origin.compiler.host_libraries();
        let host = folder.join(rustlib).join(host_libraries.file_name().unwrap_or_default());
        symlink(&host_libraries, &host).map_err(Error::io("create", &host))?;
        files::copy_tree(&origin.compiler.sources(), &library.sources())?;
        overlay::apply(&library.sources())?;
        std_build::rebuild(folder, &library.sources(), progress)?;
        files::write(&ready, "")?;
        Ok(library)
    }
}

impl Library {
    /// The folder of the library's workspace. Tests may be changed there; what else is, is not in the toolchain.
    pub fn sources(&self) -> PathBuf {
        self.folder.join("library")
    }

    /// Builds the unit tests of a package. Crates that only tests need come from crates.io.
    ///
    /// # Errors
    /// [`Error::Failed`] when something doesn't compile, with the compiler's messages, and [`Error::CannotRun`] when
    /// there is no cargo.
    pub fn build_unit_tests(&self, package: &str, progress: Progress) -> Result<Vec<Module>, Error> {
        let step = progress.step(&format!("building the tests of {package}"));
        let mut command = std_build::cargo("test", &self.folder, &self.sources(), TARGET);
        command.args(["--no-run", "--lib", "--package", package, "--features", FEATURES]);
        if let Some(linker) = &self.linker {
            command.env(crate::cargo::target_variable(TARGET, "LINKER"), linker);
        }
        let tests = std_build::run(command, &step)?.into_iter().filter(|artifact| artifact.profile.test);
        let is_wasm = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
        let module = |artifact: Artifact| {
            let path = artifact.filenames.into_iter().find(is_wasm)?;
            Some(Module { package: package.to_owned(), target: artifact.target.name, kind: ModuleKind::Command, path })
        };
        Ok(tests.filter_map(module).collect())
    }
}

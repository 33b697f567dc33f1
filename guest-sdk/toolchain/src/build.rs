//! Builds plugin crates: one cargo invocation, and the modules that it made.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::c_compiler::CCompiler;
use crate::cargo::{self, Artifact};
use crate::progress::Progress;
use crate::target_spec::TARGET;
use crate::{Error, Toolchain, lacking, manifests, process};

/// Where guests are built, below the workspace's target folder. They have another compiler than the host.
const GUESTS: &str = "guests";

/// What to build, and how.
#[derive(Clone, Debug)]
pub struct Build {
    /// The `Cargo.toml` of the workspace or package.
    pub manifest: PathBuf,
    /// Names of packages; all default members if empty.
    pub packages: Vec<String>,
    /// Also build examples.
    pub examples: bool,
    /// Also build programs.
    pub bins: bool,
    /// Build test programs: of the unit tests, and of each file in `tests`. Only they are returned.
    pub tests: bool,
    /// What to build for; a target of rustc's own is [ensured](Toolchain::ensure_target) first.
    pub target: String,
    /// The cargo profile.
    pub profile: String,
    /// Features, as cargo takes them.
    pub features: Vec<String>,
    /// Where to build; `guests` in the workspace's target folder if not given.
    pub target_dir: Option<PathBuf>,
    /// Variables for cargo, and so for build scripts and `env!`.
    pub env: BTreeMap<OsString, OsString>,
}

impl Build {
    /// The libraries of all default members, in the release profile.
    pub fn new(manifest: impl Into<PathBuf>) -> Self {
        Self {
            manifest: manifest.into(),
            packages: Vec::new(),
            examples: false,
            bins: false,
            tests: false,
            target: TARGET.to_owned(),
            profile: "release".to_owned(),
            features: Vec::new(),
            target_dir: None,
            env: BTreeMap::new(),
        }
    }

    /// Adds a package.
    #[must_use]
    pub fn package(mut self, name: impl Into<String>) -> Self {
        self.packages.push(name.into());
        self
    }

    fn wants(&self, package: &str) -> bool {
        self.packages.is_empty() || self.packages.iter().any(|name| name == package)
    }

    fn describe(&self) -> String {
        if self.packages.is_empty() { self.manifest.display().to_string() } else { self.packages.join(", ") }
    }
}

/// A WebAssembly module that a build has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// The package's name.
    pub package: String,
    /// The name of the library, program or example.
    pub target: String,
    /// How it is to be started.
    pub kind: ModuleKind,
    /// The `.wasm` file.
    pub path: PathBuf,
}

/// How a module is to be started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// A `cdylib`: `_initialize` once, then any export any number of times.
    Reactor,
    /// A program, or a test program: `_start` once.
    Command,
}

/// What `cargo metadata` says of a workspace.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
    targets: Vec<cargo::Target>,
}

impl Toolchain {
    /// Builds plugins. The compiler's messages go to standard error.
    ///
    /// # Errors
    /// [`Error::Compile`] when something does not compile, [`Error::Failed`] when the manifest cannot be read,
    /// [`Error::CannotRun`] when there is no cargo, [`Error::NoClang`] when a crate has C code and no compiler for it can
    /// be had, and those of [`ensure_target`](Self::ensure_target).
    pub fn build(&self, request: &Build, progress: Progress) -> Result<Vec<Module>, Error> {
        self.ensure_target(&request.target, progress)?;
        let metadata = metadata(&request.manifest)?;
        let mut c = CCompiler::of(self)?;
        loop {
            match (self.build_with(&c, request, &metadata, progress), &mut c) {
                // A crate has C code. What is built already stays.
                (Err(Error::Compile { .. }), Some(c)) if c.is_wanted() => c.fetch(&request.describe(), progress)?,
                (built, _) => return built,
            }
        }
    }

    fn build_with(
        &self,
        c: &Option<CCompiler<'_>>,
        request: &Build,
        metadata: &Metadata,
        progress: Progress,
    ) -> Result<Vec<Module>, Error> {
        let mut command = self.cargo(request, metadata);
        command.envs(c.iter().flat_map(|c| c.variables(&request.target)));
        command.args((progress == Progress::Terminal).then_some("--color=always"));
        let step = progress.step(&format!("building {}", request.describe()));
        if request.target == TARGET && self.origin().is_some() {
            let root = &metadata.workspace_root;
            command.args(manifests::arguments(self, &request.manifest, root, TARGET, |line| step.print(line))?);
        }
        let mut modules = Vec::new();
        let take = |artifact: Artifact| {
            step.message(format!("building {}: {}", request.describe(), artifact.target.name));
            modules.extend(metadata.module(request, artifact));
        };
        let mut wanted = None;
        let print = |line: &str| {
            wanted = wanted.or_else(|| lacking::told(line));
            step.print(line);
        };
        let status = cargo::build(&mut command, take, print)?;
        if !status.success() {
            let (what, target) = (request.describe(), request.target.clone());
            return Err(Error::Compile { what, target, status, lacking: wanted });
        }
        Ok(modules)
    }

    fn cargo(&self, request: &Build, metadata: &Metadata) -> std::process::Command {
        let target_dir = request.target_dir.clone().unwrap_or_else(|| metadata.target_directory.join(GUESTS));
        let mut command = cargo::command();
        command.args(["build", "--quiet", "--target", &request.target, "--profile", &request.profile]);
        command.arg("--manifest-path").arg(&request.manifest).arg("--target-dir").arg(target_dir);
        command.args(request.packages.iter().map(|package| format!("--package={package}")));
        command.args(request.features.iter().map(|feature| format!("--features={feature}")));
        command.args(metadata.has_library(request).then_some("--lib"));
        command.args(request.bins.then_some("--bins"));
        command.args(request.examples.then_some("--examples"));
        command.args(request.tests.then_some(["--tests", "--keep-going"]).into_iter().flatten());
        command.envs(&request.env);
        command.env("RUSTC", self.rustc());
        // Cargo does not see when the standard library changes. This flag changes with it, and makes cargo build anew.
        command.env("CARGO_ENCODED_RUSTFLAGS", format!("--cfg=plugix_toolchain=\"{}\"", self.key()));
        if let Some(linker) = self.linker() {
            command.env(format!("CARGO_TARGET_{}_LINKER", request.target.replace('-', "_").to_uppercase()), linker);
        }
        command
    }
}

fn metadata(manifest: &Path) -> Result<Metadata, Error> {
    let mut command = cargo::command();
    command.args(["metadata", "--format-version=1", "--no-deps", "--manifest-path"]).arg(manifest);
    if let Some(target_dir) = std::env::var_os("CARGO_TARGET_DIR") {
        command.env("CARGO_TARGET_DIR", target_dir);
    }
    let text = process::output(&mut command, cargo::HELP)?;
    serde_json::from_str(&text).map_err(|error| Error::malformed("the output of cargo metadata", error))
}

impl Metadata {
    /// Whether a package of the request has a library. Cargo fails if it is asked for one that is not there.
    fn has_library(&self, request: &Build) -> bool {
        let is_library = |target: &cargo::Target| target.kind.iter().any(|kind| kind.ends_with("lib"));
        self.packages
            .iter()
            .filter(|package| request.wants(&package.name))
            .any(|package| package.targets.iter().any(is_library))
    }

    /// The module that an artifact is, if the request asks for it.
    fn module(&self, request: &Build, artifact: Artifact) -> Option<Module> {
        let package = self.packages.iter().find(|package| package.id == artifact.package_id)?.name.clone();
        if !request.wants(&package) || artifact.profile.test != request.tests {
            return None;
        }
        let target = artifact.target;
        let kind = if !request.tests && target.crate_types.iter().any(|kind| kind == "cdylib") {
            ModuleKind::Reactor
        } else if request.tests || target.kind.iter().any(|kind| kind == "bin" || kind == "example") {
            ModuleKind::Command
        } else {
            return None;
        };
        let is_wasm = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "wasm");
        let path = artifact.filenames.into_iter().find(is_wasm)?;
        Some(Module { package, target: target.name, kind, path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(message: &str) -> Option<Module> {
        module_of(&Build::new("Cargo.toml").package("p"), message)
    }

    fn module_of(request: &Build, message: &str) -> Option<Module> {
        let metadata = Metadata {
            packages: vec![Package { id: "path#p@1".to_owned(), name: "p".to_owned(), targets: Vec::new() }],
            target_directory: "/t".into(),
            workspace_root: "/w".into(),
        };
        metadata.module(request, serde_json::from_str(message).unwrap())
    }

    #[test]
    fn a_cdylib_is_a_reactor() {
        let message = r#"{"package_id":"path#p@1","filenames":["/t/p.wasm","/t/libp.rlib"],
            "target":{"name":"p","kind":["cdylib","rlib"],"crate_types":["cdylib","rlib"]},"profile":{"test":false}}"#;
        let made = module(message).unwrap();
        assert_eq!((made.kind, made.path), (ModuleKind::Reactor, PathBuf::from("/t/p.wasm")));
    }

    #[test]
    fn an_example_cdylib_is_a_reactor() {
        let message = r#"{"package_id":"path#p@1","filenames":["/t/examples/e.wasm"],
            "target":{"name":"e","kind":["example"],"crate_types":["cdylib"]},"profile":{"test":false}}"#;
        assert_eq!(module(message).unwrap().kind, ModuleKind::Reactor);
    }

    #[test]
    fn a_bin_is_a_command_and_a_library_nothing() {
        let bin = r#"{"package_id":"path#p@1","filenames":["/t/c.wasm"],
            "target":{"name":"c","kind":["bin"],"crate_types":["bin"]},"profile":{"test":false}}"#;
        assert_eq!(module(bin).unwrap().kind, ModuleKind::Command);
        let lib = r#"{"package_id":"path#p@1","filenames":["/t/libp.rlib"],
            "target":{"name":"p","kind":["lib"],"crate_types":["lib"]},"profile":{"test":false}}"#;
        assert_eq!(module(lib), None);
        assert_eq!(module(&bin.replace("p@1", "other@1")), None);
    }

    #[test]
    fn a_test_program_is_a_command() {
        let message = r#"{"package_id":"path#p@1","filenames":["/t/deps/p-1.wasm"],
            "target":{"name":"p","kind":["cdylib"],"crate_types":["cdylib"]},"profile":{"test":true}}"#;
        let request = Build { tests: true, ..Build::new("Cargo.toml") };
        assert_eq!(module_of(&request, message).unwrap().kind, ModuleKind::Command);
        assert_eq!(module_of(&request, &message.replace("true", "false")), None);
        assert_eq!(module(message), None);
    }
}

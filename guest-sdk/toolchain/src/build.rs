//! Builds plugin crates: one cargo invocation, and the modules that it made.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use crate::action::Action;
use crate::c_compiler::CCompiler;
use crate::cargo::{self, Artifact};
use crate::progress::Progress;
use crate::target_spec::TARGET;
use crate::workspace::Workspace;
use crate::{Error, Toolchain, clippy, lacking, manifests};

/// What to build, and how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Whether to build, or only to check.
    pub action: Action,
    /// What to build for; a target of rustc's own is [ensured](Toolchain::ensure_target) first.
    pub target: String,
    /// The cargo profile.
    pub profile: String,
    /// Features, as cargo takes them.
    pub features: Vec<String>,
    /// Further arguments for cargo, such as `--locked`.
    pub arguments: Vec<String>,
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
            action: Action::Build,
            target: TARGET.to_owned(),
            profile: "release".to_owned(),
            features: Vec::new(),
            arguments: Vec::new(),
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

    pub(crate) fn wants(&self, package: &str) -> bool {
        self.packages.is_empty() || self.packages.iter().any(|name| name == package)
    }

    pub(crate) fn describe(&self) -> String {
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

impl Toolchain {
    /// Builds plugins. The compiler's messages go to standard error.
    ///
    /// # Errors
    /// [`Error::Compile`] when something does not compile, [`Error::Failed`] when the manifest cannot be read,
    /// [`Error::CannotRun`] when there is no cargo, [`Error::NoClang`] when a crate has C code and no compiler for it can
    /// be had, [`Error::NoClippy`] when clippy is asked for and isn't there, and those of
    /// [`ensure_target`](Self::ensure_target).
    pub fn build(&self, request: &Build, progress: Progress) -> Result<Vec<Module>, Error> {
        self.ensure_target(&request.target, progress)?;
        let metadata = Workspace::read(&request.manifest)?;
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
        metadata: &Workspace,
        progress: Progress,
    ) -> Result<Vec<Module>, Error> {
        let verb = request.action.verb();
        let step = progress.step(&format!("{verb} {}", request.describe()));
        let mut command = self.cargo(c, request, metadata, |line| step.print(line))?;
        command.args((progress == Progress::Terminal).then_some("--color=always")).arg("--quiet");
        match (&request.action, request.tests) {
            (Action::Test, _) => command.arg("--no-run"),
            (_, true) => command.args(["--tests", "--keep-going"]),
            (_, false) => &mut command,
        };
        let mut modules = Vec::new();
        let take = |artifact: Artifact| {
            step.message(format!("{verb} {}: {}", request.describe(), artifact.target.name));
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

    /// Cargo with all that it needs to do what a request asks for.
    pub(crate) fn cargo(
        &self,
        c: &Option<CCompiler<'_>>,
        request: &Build,
        metadata: &Workspace,
        tell: impl FnMut(&str),
    ) -> Result<Command, Error> {
        let target_dir = request.target_dir.clone().unwrap_or_else(|| metadata.guests());
        let mut command = cargo::command();
        command.args([request.action.subcommand(), "--target", &request.target, "--profile", &request.profile]);
        command.arg("--manifest-path").arg(&request.manifest).arg("--target-dir").arg(target_dir);
        command.args(request.packages.iter().map(|package| format!("--package={package}")));
        command.args(request.features.iter().map(|feature| format!("--features={feature}")));
        // `cargo test` would leave out the files in `tests`.
        command.args((request.action != Action::Test && metadata.has_library(request)).then_some("--lib"));
        command.args(request.bins.then_some("--bins"));
        command.args(request.examples.then_some("--examples"));
        command.args(&request.arguments);
        command.envs(&request.env);
        command.envs(c.iter().flat_map(|c| c.variables(&request.target)));
        command.env("RUSTC", self.rustc());
        command.env("CARGO_ENCODED_RUSTFLAGS", self.flag());
        if let Some(linker) = self.linker() {
            command.env(cargo::target_variable(&request.target, "LINKER"), linker);
        }
        if let Action::Clippy(arguments) = &request.action {
            command.envs(clippy::variables(self, arguments)?);
        }
        if request.target == TARGET && self.origin().is_some() {
            let copies = manifests::copies(self, &request.manifest, &metadata.workspace_root, TARGET, tell)?;
            command.args(manifests::arguments(&copies));
        }
        Ok(command)
    }

    /// Cargo does not see when the standard library changes. This flag changes with it, and makes cargo build anew.
    pub(crate) fn flag(&self) -> String {
        format!("--cfg=plugix_toolchain=\"{}\"", self.key())
    }
}

impl Workspace {
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
        let metadata = r#"{"packages":[{"id":"path#p@1","name":"p","manifest_path":"/w/Cargo.toml","targets":[]}],
            "workspace_default_members":[],"target_directory":"/t","workspace_root":"/w"}"#;
        let metadata: Workspace = serde_json::from_str(metadata).unwrap();
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

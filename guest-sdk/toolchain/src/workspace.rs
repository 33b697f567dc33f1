//! What cargo says of a workspace: its packages, and what each of them makes.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::cargo::{self, Target};
use crate::{Build, Error, process};

/// Where guests are built, below the workspace's target folder. They have another compiler than the host.
const GUESTS: &str = "guests";

/// A workspace, or a package that is alone.
#[derive(Clone, Debug, Deserialize)]
pub struct Workspace {
    pub(crate) packages: Vec<Package>,
    #[serde(default)]
    workspace_default_members: Vec<String>,
    target_directory: PathBuf,
    pub(crate) workspace_root: PathBuf,
}

/// A package of a workspace.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    pub(crate) id: String,
    /// Its name.
    pub name: String,
    /// Its `Cargo.toml`.
    pub manifest_path: PathBuf,
    pub(crate) targets: Vec<Target>,
}

impl Workspace {
    /// Asks cargo about a manifest. This resolves no dependencies, and needs no network.
    ///
    /// # Errors
    /// [`Error::Failed`] when the manifest can't be read, and [`Error::CannotRun`] when there is no cargo.
    pub fn read(manifest: &Path) -> Result<Self, Error> {
        let mut command = cargo::command();
        command.args(["metadata", "--format-version=1", "--no-deps", "--manifest-path"]).arg(manifest);
        if let Some(target_dir) = std::env::var_os("CARGO_TARGET_DIR") {
            command.env("CARGO_TARGET_DIR", target_dir);
        }
        let text = process::output(&mut command, cargo::HELP)?;
        serde_json::from_str(&text).map_err(|error| Error::malformed("the output of cargo metadata", error))
    }

    /// The folder of the workspace's own manifest.
    pub fn root(&self) -> &Path {
        &self.workspace_root
    }

    /// Where plugins are built, unless a build says otherwise.
    pub fn guests(&self) -> PathBuf {
        // Cargo may have been told already, by its configuration or a variable.
        let is_told = self.target_directory.file_name().is_some_and(|name| name == GUESTS);
        if is_told { self.target_directory.clone() } else { self.target_directory.join(GUESTS) }
    }

    /// Whether a manifest is that of a workspace, and of no package.
    pub fn is_virtual(&self, manifest: &Path) -> bool {
        !self.packages.iter().any(|package| is_same(&package.manifest_path, manifest))
    }

    /// The packages that a build takes: those that it names, else that of its manifest, else the default members.
    pub fn chosen(&self, request: &Build) -> Vec<&Package> {
        let is_root = is_same(&self.workspace_root.join("Cargo.toml"), &request.manifest);
        let is_of_manifest = |package: &&Package| is_same(&package.manifest_path, &request.manifest);
        if let (true, false, Some(own)) =
            (request.packages.is_empty(), is_root, self.packages.iter().find(is_of_manifest))
        {
            return vec![own];
        }
        let defaults = &self.workspace_default_members;
        let is_default = |package: &Package| defaults.is_empty() || defaults.contains(&package.id);
        let is_chosen = |package: &&Package| match request.packages.is_empty() {
            true => is_default(package),
            false => request.wants(&package.name),
        };
        self.packages.iter().filter(is_chosen).collect()
    }

    /// Whether a package of the request has a library. Cargo fails if it is asked for one that is not there.
    pub(crate) fn has_library(&self, request: &Build) -> bool {
        self.chosen(request).into_iter().any(Package::has_library)
    }
}

impl Package {
    /// Whether it makes a `cdylib`, as a plugin does.
    pub fn has_cdylib(&self) -> bool {
        self.targets.iter().any(|target| target.is_library() && target.crate_types.iter().any(|kind| kind == "cdylib"))
    }

    /// Whether other crates, and the tests in `tests`, can use its library.
    pub fn has_rlib(&self) -> bool {
        let is_rlib = |kind: &String| matches!(kind.as_str(), "lib" | "rlib");
        self.targets.iter().any(|target| target.is_library() && target.crate_types.iter().any(is_rlib))
    }

    /// Whether it has a library.
    pub fn has_library(&self) -> bool {
        self.targets.iter().any(Target::is_library)
    }

    /// Whether it has files in `tests`.
    pub fn has_integration_tests(&self) -> bool {
        self.targets.iter().any(|target| target.kind.iter().any(|kind| kind == "test"))
    }
}

impl Target {
    fn is_library(&self) -> bool {
        self.kind.iter().any(|kind| kind.ends_with("lib"))
    }
}

/// Whether two paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().is_ok_and(|one| other.canonicalize().is_ok_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        let package = |name: &str, kind: &str, types: &str| {
            format!(
                r#"{{"id":"{name}-id","name":"{name}","manifest_path":"/w/{name}/Cargo.toml",
                "targets":[{{"name":"{name}","kind":["{kind}"],"crate_types":[{types}]}}]}}"#
            )
        };
        let packages = [
            package("plugin", "cdylib", r#""cdylib""#),
            package("interface", "lib", r#""lib""#),
            package("host", "bin", r#""bin""#),
        ];
        let text = format!(
            r#"{{"packages":[{}],"workspace_default_members":["plugin-id","interface-id"],
            "target_directory":"/t","workspace_root":"/w"}}"#,
            packages.join(",")
        );
        serde_json::from_str(&text).unwrap()
    }

    fn names(request: &Build) -> Vec<String> {
        workspace().chosen(request).into_iter().map(|package| package.name.clone()).collect()
    }

    #[test]
    fn a_build_takes_what_cargo_takes() {
        assert_eq!(names(&Build::new("/w/Cargo.toml")), ["plugin", "interface"]);
        assert_eq!(names(&Build::new("/w/host/Cargo.toml")), ["host"]);
        assert_eq!(names(&Build::new("/w/host/Cargo.toml").package("plugin")), ["plugin"]);
    }

    #[test]
    fn plugins_are_built_in_one_folder_whether_cargo_is_told_or_not() {
        let mut workspace = workspace();
        assert_eq!(workspace.guests(), Path::new("/t/guests"));
        workspace.target_directory = workspace.guests();
        assert_eq!(workspace.guests(), Path::new("/t/guests"));
    }

    #[test]
    fn a_workspace_is_no_package() {
        let workspace = workspace();
        let is_virtual = ["/w/Cargo.toml", "/w/host/Cargo.toml"].map(|path| workspace.is_virtual(Path::new(path)));
        assert_eq!(is_virtual, [true, false]);
    }

    #[test]
    fn what_packages_make() {
        let workspace = workspace();
        let made = |index: usize| {
            let package = &workspace.packages[index];
            [package.has_cdylib(), package.has_rlib(), package.has_library(), package.has_integration_tests()]
        };
        assert_eq!(made(0), [true, false, true, false]);
        assert_eq!(made(1), [false, true, true, false]);
        assert_eq!(made(2), [false, false, false, false]);
    }
}

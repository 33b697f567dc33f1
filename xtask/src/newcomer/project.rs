//! A project of the newcomer's.

use super::packages::Packages;
use super::steps::Steps;
use super::{timings, watch};
use anyhow::{Context as _, Result, ensure};
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name that the newcomer chose.
const NAME: &str = "first-try";

/// What is changed in a plugin: a line that a test doesn't look at.
const CHANGE: &str = "\n/// Something new.\npub fn something_new() {}\n";

pub(super) struct Project<'a> {
    cli: &'a Path,
    template: &'a str,
    folder: PathBuf,
    /// Where applications are built, so that the engine is compiled once.
    hosts: &'a Path,
}

impl<'a> Project<'a> {
    /// Makes room for it, where the crates are found.
    pub(super) fn new(
        cli: &'a Path,
        packages: &Packages,
        outside: &Path,
        template: &'a str,
        hosts: &'a Path,
    ) -> Result<Self> {
        let home = outside.join(template);
        let cargo = home.join(".cargo");
        fs::create_dir_all(&cargo).with_context(|| format!("can't make {}", cargo.display()))?;
        fs::write(cargo.join("config.toml"), packages.configuration())?;
        Ok(Self { cli, template, folder: home.join(NAME), hosts })
    }

    /// The author of a plugin.
    pub(super) fn plugin(&self, steps: &mut Steps) -> Result<()> {
        let title = |what: &str| format!("{}: {what}", self.template);
        // A toolchain that has to be composed first is not the template's.
        let other = self.home().join("other");
        self.plugix(["new", "other"]).current_dir(self.home()).output()?;
        steps.run(title("find or compose the compiler"), self.plugix(["env"]).current_dir(other))?;
        steps.run(title("new"), self.plugix(["new", NAME, "--template", self.template]).current_dir(self.home()))?;
        let said = steps.run(title("test"), &mut self.plugix(["test"]))?;
        ensure!(said.contains("test result: ok"), "`plugix test` ran no tests: {said}");
        steps.goal(title("new to a passed test"), 2, 60);
        self.change()?;
        steps.run(title("test a changed line"), &mut self.plugix(["test"]))?;
        steps.goal(title("a changed line"), 1, 5);
        self.command(steps, "clippy", &["clippy"])?;
        steps.run(title("build"), &mut self.plugix(["build", "--release"]))?;
        self.change()?;
        steps.run(title("build a changed line"), &mut self.plugix(["build", "--release"]))?;
        steps.goal(title("a changed line, optimized"), 1, 15);
        steps.run(title("inspect"), &mut self.plugix(["inspect", &self.module()]))?;
        if self.template == "plain" {
            let said = steps.run(title("run"), &mut self.plugix(["run", &self.module(), "greet", r#"["Ada"]"#]))?;
            ensure!(said.contains("Hello, Ada!"), "`plugix run` doesn't greet: {said}");
            watch::once(steps, &mut self.plugix(["watch", "--times", "2", "test"]), || self.change())?;
            self.plain_cargo(steps)?;
        }
        steps.run(title("cargo test, without a sandbox"), &mut self.cargo(["test"]))?;
        Ok(())
    }

    /// The author of an application.
    pub(super) fn host(&self, steps: &mut Steps) -> Result<()> {
        let mut test = self.cargo(["test", "--workspace", "--timings"]);
        let said =
            steps.run(format!("{}: test the application", self.template), test.env("CARGO_TARGET_DIR", self.hosts))?;
        ensure!(said.contains("test result: ok. 1 passed"), "the application has no test that passed: {said}");
        timings::show(self.hosts)
    }

    /// The same application, with a host that has no features. It has a policy in code and typed calls.
    pub(super) fn least_host(&self, steps: &mut Steps) -> Result<()> {
        let manifest = self.folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest)?;
        let host = text.lines().find(|line| line.starts_with("plugix-host")).context("no host is depended on")?;
        let (_, version) = host.split_once('=').context("the host has no version")?;
        let least = format!("plugix-host = {{ version ={version}, default-features = false }}");
        fs::write(&manifest, text.replace(host, &least))?;
        let mut run = self.cargo(["run", "--package", &format!("{NAME}-host"), "--", &self.module(), "Ada"]);
        let said = steps.run("plain: an application without features", run.env("CARGO_TARGET_DIR", self.hosts))?;
        ensure!(said.contains("Hello, Ada!"), "the application doesn't greet: {said}");
        Ok(())
    }

    /// Cargo without our command, for editors.
    fn plain_cargo(&self, steps: &mut Steps) -> Result<()> {
        let plugin = self.folder.join("plugin");
        steps.run("plain: setup", self.plugix(["setup"]).current_dir(&plugin))?;
        let mut build = self.cargo(["build"]);
        // Cargo has to be the one of the compiler that was set up, as it is for an editor.
        steps.run("plain: cargo build, for the plugin's target", build.current_dir(&plugin))?;
        Ok(())
    }

    /// A command that some compilers lack.
    fn command(&self, steps: &mut Steps, lacks: &str, arguments: &[&str]) -> Result<()> {
        let output = self.plugix(arguments).output().context("can't run plugix")?;
        if !output.status.success() && String::from_utf8_lossy(&output.stderr).contains(&format!("has no {lacks}")) {
            eprintln!("newcomer: left out `{}`: the compiler has none", arguments.join(" "));
            return Ok(());
        }
        steps.run(format!("{}: {}", self.template, arguments.join(" ")), &mut self.plugix(arguments)).map(drop)
    }

    /// Changes the plugin, as an author does.
    fn change(&self) -> Result<()> {
        let source = self.folder.join("plugin/src/lib.rs");
        let text = fs::read_to_string(&source)?;
        let changed = match text.strip_suffix(CHANGE) {
            Some(before) => before.to_owned(),
            None => text + CHANGE,
        };
        fs::write(&source, changed).with_context(|| format!("can't write {}", source.display()))
    }

    fn home(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    fn module(&self) -> String {
        let module = NAME.replace('-', "_");
        self.folder.join(format!("target/guests/wasm32-wasmer-wasi/release/{module}.wasm")).display().to_string()
    }

    fn plugix(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.outside(Command::new(self.cli), arguments)
    }

    fn cargo(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        self.outside(Command::new("cargo"), arguments)
    }

    /// A command that sees nothing of the cargo that runs us.
    fn outside(&self, mut command: Command, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
        let of_cargo =
            |name: &OsStr| name.to_str().is_some_and(|name| name.starts_with("CARGO_") && name != "CARGO_HOME");
        std::env::vars_os().filter(|(name, _)| of_cargo(name)).for_each(|(name, _)| _ = command.env_remove(name));
        command.env_remove("CARGO").args(arguments).current_dir(&self.folder);
        command
    }
}

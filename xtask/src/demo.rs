//! `cargo xtask demo`: builds the example plugins and the program that shows them, and runs it.

use anyhow::{Context as _, bail, ensure};
use plugix_toolchain::{Build, Progress, Toolchain};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The plugins that the demo shows.
const PLUGINS: [&str; 3] = ["mandelbrot", "server-plugin", "word-count"];

/// The same packages and profile as the tests have: another choice gives dependencies other features, and then the
/// engine would be compiled once more.
const HOST: [&str; 5] = ["--release", "--package=plugix-host", "--package=plugix-e2e", "--example", "demo"];

pub(crate) fn run() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workspace")?;
    let modules = build_plugins(root)?;
    let host = build_host(root)?;
    // The program lies in `release/examples` of the target folder.
    let results = host.ancestors().nth(3).context("cargo named no target folder")?.join("demo");

    let status = Command::new(&host).arg(modules).arg(&results).stdin(Stdio::null()).status();
    let status = status.with_context(|| format!("can't run {}", host.display()))?;
    ensure!(status.success(), "the demo failed: {status}");
    println!("The picture is {}", results.join("mandelbrot.png").display());
    Ok(())
}

/// Builds the plugins and returns the folder of their modules.
fn build_plugins(root: &Path) -> anyhow::Result<PathBuf> {
    eprintln!("demo: the toolchain for plugins, and the plugins (some minutes the first time)");
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let request = PLUGINS.into_iter().fold(Build::new(root.join("Cargo.toml")), Build::package);
    let modules = toolchain.build(&request, Progress::stderr())?;
    let folder = modules.first().and_then(|module| module.path.parent());
    Ok(folder.context("no module was built")?.to_owned())
}

/// Builds the host program, with cargo's own progress on standard error, and returns its path.
fn build_host(root: &Path) -> anyhow::Result<PathBuf> {
    eprintln!("demo: the host (about 10 minutes the first time, most of it for the WebAssembly engine)");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut child = Command::new(cargo)
        .arg("build")
        .args(HOST)
        .arg("--message-format=json-render-diagnostics")
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("can't run cargo")?;
    let mut program = None;
    for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
        let message = serde_json::from_str(&line?).context("cargo's messages")?;
        program = demo_program(&message).or(program);
    }
    let status = child.wait()?;
    ensure!(status.success(), "the host doesn't build: {status}");
    match program {
        Some(program) => Ok(program),
        None => bail!("cargo built no demo"),
    }
}

/// The demo's path, if this is the message that names it.
fn demo_program(message: &Value) -> Option<PathBuf> {
    let target = &message["target"];
    let is_demo = target["name"] == "demo" && target["kind"][0] == "example";
    message["executable"].as_str().filter(|_| is_demo).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_demo_is_told_from_other_targets() {
        let message = |name, kind| json!({ "target": { "name": name, "kind": [kind] }, "executable": "/t/demo" });
        assert_eq!(demo_program(&message("demo", "example")), Some("/t/demo".into()));
        assert_eq!(demo_program(&message("demo", "bin")), None);
        assert_eq!(demo_program(&message("hello", "example")), None);
        assert_eq!(demo_program(&json!({ "reason": "build-finished" })), None);
    }
}

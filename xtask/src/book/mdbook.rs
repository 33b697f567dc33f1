//! The program that makes web pages of the book: one that is installed, or one that is installed for this project alone.

use super::folder;
use crate::engine_linked::root;
use crate::workspace;
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Cache, Environment};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The version that the book is made with.
const VERSION: &str = "0.5.4";

/// Makes the web pages, and returns the first of them.
pub(super) fn build() -> Result<PathBuf> {
    let html = folder()?.join("html");
    let mut mdbook = Command::new(program()?);
    let status =
        mdbook.arg("build").arg(root().join("docs")).arg("--dest-dir").arg(&html).stdin(Stdio::null()).status()?;
    ensure!(status.success(), "mdbook failed: {status}");
    Ok(html.join("index.html"))
}

fn program() -> Result<PathBuf> {
    let installed = Command::new("mdbook").arg("--version").stderr(Stdio::null()).output();
    if installed.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim_end() == format!("mdbook v{VERSION}"))
    {
        return Ok("mdbook".into());
    }
    let folder = Cache::locate(&Environment::current())?.root().join(format!("mdbook-{VERSION}"));
    let program = folder.join("bin/mdbook");
    if !program.is_file() {
        eprintln!("installing mdbook {VERSION} into {} (some minutes, once)", folder.display());
        let mut cargo = workspace::cargo();
        cargo.args(["install", "mdbook", "--locked", "--version", VERSION, "--root"]).arg(&folder);
        cargo.args(["--no-default-features", "--features", "search"]);
        let status = cargo.status().context("can't run cargo")?;
        ensure!(status.success(), "mdbook {VERSION} can't be installed: {status}");
    }
    Ok(program)
}

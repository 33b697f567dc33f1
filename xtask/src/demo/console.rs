//! `cargo xtask demo console`: a page for the example plugins, and a picture of it.

use crate::engine_linked;
use crate::workspace::target_folder;
use anyhow::{Context as _, Result, ensure};
use plugix_browser::{Page, find};
use plugix_toolchain::{Build, Progress};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// The plugins on the page.
const PLUGINS: [&str; 3] = ["mandelbrot", "mischief", "word-count"];

/// Calls for the plots, for five seconds.
const CALLS: &str = r#"(async () => { const end = Date.now() + 5000; let calls = 0; while (Date.now() < end) {
    const body = JSON.stringify({ method: "Mischief/recurse", args: [10 + calls % 90] });
    const headers = { "content-type": "application/json" };
    await fetch("/api/plugins/mischief/call", { method: "POST", headers, body }); calls++; } return calls; })()"#;

/// Shows the page until the person ends the program.
pub(super) fn show() -> Result<()> {
    let manifest = engine_linked::root().join("Cargo.toml");
    let modules = super::build(PLUGINS.into_iter().fold(Build::new(manifest), Build::package))?;
    let program = engine_linked::build_program(&["--all-targets"], "plugix-console")?;
    let mut command = Command::new(&program);
    command.args(modules.iter().map(|module| &module.path)).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut console = command.spawn().with_context(|| format!("can't run {}", program.display()))?;
    let mut address = String::new();
    BufReader::new(console.stdout.take().context("a pipe")?).read_line(&mut address)?;
    let address = address.trim();
    ensure!(!address.is_empty(), "the console ended: {}", console.wait()?);
    println!("The page is {address}");
    let folder = target_folder()?.join("demo");
    fs::create_dir_all(&folder)?;
    match picture(address, &folder.join("console.png")) {
        Ok(()) => println!("A picture of it is {}", folder.join("console.png").display()),
        Err(error) => println!("There is no picture of it: {error:#}"),
    }
    println!("Ctrl-C ends it.");
    let status = console.wait()?;
    ensure!(status.success(), "the console failed: {status}");
    Ok(())
}

fn picture(address: &str, file: &Path) -> Result<()> {
    let mut page = Page::open(&find(Progress::stderr())?, address)?;
    page.wait(&format!("document.querySelectorAll('.serving').length === {}", PLUGINS.len()))?;
    page.value(CALLS)?;
    page.picture(file)
}

//! `cargo xtask demo console`: a page for the example plugins, and a picture of it.

use crate::engine_linked;
use crate::workspace::target_folder;
use anyhow::{Context as _, Result, ensure};
use plugix_browser::{Page, find};
use plugix_toolchain::{Build, Progress};
use std::fs;
use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// The plugins on the page. Two of them ask for something.
const PLUGINS: [&str; 3] = ["mandelbrot", "mischief", "word-count"];

/// Grants one of them what it asks for, as a person does. The other one goes on waiting.
const GRANT: [&str; 2] = ["all", "approve"];

/// Calls for the plots, for five seconds.
const CALLS: &str = r#"(async () => { const end = Date.now() + 5000; let calls = 0; while (Date.now() < end) {
    const body = JSON.stringify({ method: "Mischief/recurse", args: [10 + calls % 90] });
    const headers = { "content-type": "application/json" };
    await fetch("/api/plugins/mischief/call", { method: "POST", headers, body }); calls++; } return calls; })()"#;

/// Makes a picture of the page. If a person is there to see it, shows the page until the person ends the program.
pub(super) fn show() -> Result<()> {
    let manifest = engine_linked::root().join("Cargo.toml");
    let modules = super::build(PLUGINS.into_iter().fold(Build::new(manifest), Build::package))?;
    let program = engine_linked::build_program(&["--all-targets"], "plugix-console")?;
    let mut command = Command::new(&program);
    command.arg("--with-input").args(modules.iter().map(|module| &module.path));
    let console = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut console = console.with_context(|| format!("can't run {}", program.display()))?;
    // The console ends with its input: when it is dropped here, or with this program.
    let input = console.stdin.take();
    let mut address = String::new();
    BufReader::new(console.stdout.take().context("a pipe")?).read_line(&mut address)?;
    let address = address.trim();
    ensure!(!address.is_empty(), "the console ended: {}", console.wait()?);
    println!("The page is {address}");
    let folder = target_folder()?.join("demo");
    fs::create_dir_all(&folder)?;
    let file = folder.join("console.png");
    match picture(address, &file) {
        Ok(()) => println!("A picture of it is {}", file.display()),
        Err(error) => println!("There is no picture of it: {error:#}"),
    }
    let input = input.filter(|_| std::io::stdout().is_terminal());
    if input.is_some() {
        println!("Ctrl-C ends it.");
    }
    let status = console.wait()?;
    ensure!(status.success(), "the console failed: {status}");
    Ok(())
}

fn picture(address: &str, file: &Path) -> Result<()> {
    let mut page = Page::open(&find(Progress::stderr())?, address)?;
    page.wait(&format!("document.querySelectorAll('.plugin').length === {}", PLUGINS.len()))?;
    for button in GRANT {
        page.click(&format!("document.querySelector('[data-name=\"mischief\"] .grant [data-do=\"{button}\"]')"))?;
    }
    page.wait("document.querySelectorAll('.serving').length === 2")?;
    page.value(CALLS)?;
    page.picture(file)
}

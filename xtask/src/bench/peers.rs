//! `cargo xtask bench --peers`: builds the workspace in `tests/peers` and lets it compare Plugix with other systems.

use crate::engine_linked::root;
use crate::workspace::{self, PEERS};
use anyhow::{Context as _, Result, ensure};
use plugix_toolchain::{Build, Progress, Toolchain};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What modules without WASI are built for.
const BARE: &str = "wasm32-unknown-unknown";

/// The profile of what is compared.
const SHIPPED: &str = "shipped";

/// How much is measured.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Effort {
    /// Few rounds, to see that everything runs. The table and the plots stay in the target folder.
    Quick,
    /// All rounds. The table and the plots in `tests/peers` are replaced.
    Full,
}

/// Measures.
pub(super) fn run(effort: Effort) -> Result<()> {
    let target = workspace::target_folder()?;
    let built = target.join("peers");
    let bench = target.join("bench");
    std::fs::create_dir_all(&bench).with_context(|| format!("can't make {}", bench.display()))?;
    let host = build_host(&built)?;
    let guests = built.join("guests.json");
    std::fs::write(&guests, Value::Object(build_guests(&built)?).to_string())?;

    let mut command = Command::new(host);
    command.arg("run").arg("--guests").arg(guests).arg("--bench").arg(&bench);
    match effort {
        Effort::Quick => command.arg("--quick"),
        Effort::Full => command
            .arg("--results")
            .arg(manifest().with_file_name("RESULTS.md"))
            .arg("--plots")
            .arg(manifest().with_file_name("plots")),
    };
    let status = command.status().context("can't run the comparison")?;
    ensure!(status.success(), "the comparison failed: {status}");
    Ok(())
}

fn manifest() -> PathBuf {
    root().join(PEERS)
}

/// Measures files, sockets and hand-overs.
pub(super) fn io() -> Result<()> {
    let target = workspace::target_folder()?;
    let (built, bench) = (target.join("peers"), target.join("bench"));
    std::fs::create_dir_all(&bench).with_context(|| format!("can't make {}", bench.display()))?;
    eprintln!("building the peers (about 10 minutes the first time: a WebAssembly engine)");
    build_program(&built, "peers-io", "release")?;
    let guest = Build { profile: SHIPPED.to_owned(), target_dir: Some(built.join("guests")), ..Build::new(manifest()) };
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let modules = toolchain.build(&guest.package("peers-io-guest"), Progress::stderr())?;
    let module = modules.first().context("the program was not built")?;
    let mut command = Command::new(built.join("release/peers-io"));
    command.arg("run").arg(&module.path).arg(bench.join("io-peers.json"));
    let status = command.status().context("can't run the comparison")?;
    ensure!(status.success(), "the comparison failed: {status}");
    Ok(())
}

/// Builds the program that measures, and the shared library that it measures.
fn build_host(built: &Path) -> Result<PathBuf> {
    eprintln!("building the peers (about 25 minutes the first time: three WebAssembly engines)");
    build_program(built, "peers", "release")?;
    build_program(built, "peers-native", SHIPPED)?;
    Ok(built.join("release/peers"))
}

fn build_program(built: &Path, package: &str, profile: &str) -> Result<()> {
    let mut command = workspace::cargo();
    command.args(["build", "--package", package, "--profile", profile, "--manifest-path"]);
    let status = command.arg(manifest()).arg("--target-dir").arg(built).status().context("can't run cargo")?;
    ensure!(status.success(), "the peers don't build: {status}");
    Ok(())
}

/// Builds the work for each system. All modules have the same compiler. Returns the files, by the names that the
/// program knows.
fn build_guests(built: &Path) -> Result<Map<String, Value>> {
    let toolchain = Toolchain::ensure(Progress::stderr())?;
    let mut files = Map::new();
    let mut add = |name: String, path: &Path| files.insert(name, Value::String(path.display().to_string()));
    let request =
        || Build { profile: SHIPPED.to_owned(), target_dir: Some(built.join("guests")), ..Build::new(manifest()) };
    let wasix = request().package("peers-plugix").package("peers-raw");
    for module in toolchain.build(&wasix, Progress::stderr())? {
        let name = if module.package == "peers-raw" { "wasix" } else { "plugix" };
        add(name.to_owned(), &module.path);
    }
    let bare = Build { target: BARE.to_owned(), ..request() };
    let bare = bare.package("peers-raw").package("peers-extism").package("peers-component");
    for module in toolchain.build(&bare, Progress::stderr())? {
        add(module.package.trim_start_matches("peers-").to_owned(), &module.path);
    }
    add("native".to_owned(), &built.join(SHIPPED).join(native()));
    add("rustc".to_owned(), toolchain.rustc());
    Ok(files)
}

/// What the shared library is called here.
fn native() -> String {
    format!("{}peers_native{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX)
}

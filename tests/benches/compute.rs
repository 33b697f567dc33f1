//! Real work: what the checks cost that make plugins stoppable, how near plugins come to native code, and what a second
//! thread brings. Run by `cargo xtask bench`; with `--llvm`, it measures optimized code as well.
//!
//! | workload | what it does | what that measures |
//! |---|---|---|
//! | `compress` | deflates text, by `miniz_oxide` | bytes, small tables, branches that depend on data |
//! | `json` | parses and writes JSON, by `serde_json` | small allocations, strings, numbers as text |
//! | `sha256` | hashes text, by `sha2` | arithmetic in registers, rotations, one long loop |
//! | `regex` | finds addresses and dates, by `regex` | a loop of loads that wait for each other |
//! | `blur` | blurs a picture | floating point by vectors, bounds checks |
//! | `sort` | sorts numbers and strings | branches, comparisons through pointers, moves |
//! | `maps` | counts words in a hash map and a B-tree | memory in no order, hashing, formatting |
//! | `matrix` | multiplies matrices | floating point, strides through memory |
//! | `fibonacci` | calls itself | calls, and nothing else |
//!
//! What optimized code lacks, by its disassembly:
//!
//! - `sha256`: natively, `sha2` has the processor's own instructions for it where there are any. WebAssembly has none.
//! - `blur`: the sum is a vector that lives on through a loop. wasmer has it as a number of 128 bits there, and runs no pass of
//!   LLVM's that would make a vector of it (`instcombine`). So each addition takes it out of two general registers and puts it
//!   back: `vmovq`, `vmovq`, `vpunpcklqdq`, `vaddps`, `vpextrq`, `vmovq`. Cranelift keeps it in one vector register.
//! - each store has a load of the same place before it, which nobody uses: wasmer's loads and stores are volatile, so that what
//!   is out of bounds traps before a part of it is written.
//! - each function loads the memories' addresses at its begin. wasmer passes that of the first memory on in a register, and the
//!   rewriting names another one (`stoppable/memories.rs` of `plugix-module`), which costs less with Cranelift.

use anyhow::{Context, Result, ensure};
use libloading::{Library, Symbol};
use plugix_e2e::bench::{Pair, Report, Unit, compare_long};
use plugix_e2e::{engine, guest_path};
use plugix_host::code::ChildCompiler;
use plugix_host::module::ModuleLimits;
use plugix_host::raw::RawPlugin;
use plugix_host::run_if_child;
use plugix_host::{Engine, Module, Policy};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const WORKLOADS: [&str; 9] = ["compress", "json", "sha256", "regex", "blur", "sort", "maps", "matrix", "fibonacci"];

const ROUNDS: u32 = 41;

/// How long optimizing may take.
const LONG: Duration = Duration::from_secs(600);

fn main() -> Result<()> {
    // SAFETY: nothing was opened yet, and there is no other thread.
    unsafe { run_if_child() };
    let wasm = std::fs::read(guest_path("compute"))?;
    let module = engine().load(wasm.clone())?;
    let mut checked = start(&module)?;
    let mut unchecked = start(&engine().load_unstoppable(wasm.clone())?)?;
    let mut optimized = optimized(wasm)?.map(|module| start(&module)).transpose()?;
    // SAFETY: the library is the fixture, and loading it does nothing.
    let native = unsafe { Library::new(native_library()?) }?;
    let chosen = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let workloads: Vec<_> = WORKLOADS.into_iter().filter(|name| chosen.as_ref().is_none_or(|it| it == name)).collect();
    let mut report = Report::new("compute");
    let mut costs = Vec::new();
    let (mut distances, mut optimized_distances) = (Vec::new(), Vec::new());

    for name in &workloads {
        // SAFETY: so the fixture declares all of these.
        let natively: Symbol<'_, extern "C" fn() -> u64> = unsafe { native.get(name.as_bytes()) }?;
        ensure!(run(&mut checked, name) == natively(), "{name} comes out differently");
        let cost = compare_long(ROUNDS, 1, || run(&mut checked, name), || run(&mut unchecked, name));
        report.ratio(&format!("{name}: with checks / without"), Unit::Milliseconds, cost, 1.3);
        costs.push(cost);
        distances.push((name, compare_long(ROUNDS, 1, || run(&mut checked, name), || natively())));
        if let Some(optimized) = &mut optimized {
            ensure!(run(optimized, name) == natively(), "{name} comes out differently when it is optimized");
            optimized_distances.push((name, compare_long(ROUNDS, 1, || run(optimized, name), || natively())));
        }
    }
    report.geometric_mean("geometric mean: with checks / without", &costs, 1.08);
    for (what, distances, goal) in [("plugin", distances, 1.35), ("optimized plugin", optimized_distances, 1.3)] {
        for (name, distance) in &distances {
            report.comparison(&format!("{name}: {what} / native"), Unit::Milliseconds, *distance);
        }
        let distances: Vec<Pair> = distances.into_iter().map(|(_, distance)| distance).collect();
        if !distances.is_empty() {
            report.geometric_mean(&format!("geometric mean: {what} / native"), &distances, goal);
        }
    }

    let mut other = start(&module)?;
    let pair = compare_long(ROUNDS, 1, || run(&mut checked, "on_two_threads"), || run(&mut other, "on_one_thread"));
    report.ratio("the same work on two threads / on one", Unit::Milliseconds, pair, 1.0 / 1.9);

    let sampled = || {
        let profile = module.start_profile().expect("nobody else takes one");
        let result = run_often(&mut other);
        drop(profile);
        result
    };
    let pair = compare_long(ROUNDS, 1, sampled, || run_often(&mut checked));
    report.ratio("while a profile is taken / without", Unit::Milliseconds, pair, 1.02);
    report.finish()
}

/// Enough work to take samples of.
fn run_often(plugin: &mut RawPlugin) -> u64 {
    (0..20).map(|_| run(plugin, "compress")).fold(0, u64::wrapping_add)
}

/// The module as LLVM compiles it, if this was built with LLVM.
fn optimized(wasm: Vec<u8>) -> Result<Option<Module>> {
    if cfg!(not(feature = "llvm")) {
        return Ok(None);
    }
    let compiler = ChildCompiler::this_program()?.optimize();
    let mut limits = ModuleLimits::default();
    limits.compile_time = LONG;
    Ok(Some(Engine::builder().limits(limits).compile_in_child(compiler).build()?.load(wasm)?))
}

fn start(module: &Module) -> Result<RawPlugin> {
    Ok(RawPlugin::new(module, &Policy::new().threads(1))?)
}

fn run(plugin: &mut RawPlugin, name: &str) -> u64 {
    plugin.call::<(), u64>(name, ()).expect("the work ends well")
}

/// The fixture as native code. The cargo that builds everything else builds it.
fn native_library() -> Result<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the tests lie in the workspace")?;
    let target = guest_path("compute").ancestors().nth(4).context("the guests lie in a target folder")?.join("native");
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--release", "--package=guest-compute", "--target-dir"])
        .arg(&target)
        .current_dir(workspace)
        .status()?;
    ensure!(status.success(), "the native library can't be built: {status}");
    Ok(target.join("release").join(libloading::library_filename("guest_compute")))
}

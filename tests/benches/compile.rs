//! What compiling takes: ordinary modules, and the worst ones of each kind that the limits admit. Run by
//! `cargo xtask bench`.
//!
//! The prediction is in `host/module/src/work.rs`. A kind that misses its goal here needs another number there.

use anyhow::{Context, Result};
use plugix_e2e::bench::{Pair, Report, Unit, chosen, compare_long, median};
use plugix_e2e::bombs::{self, KINDS, Kind};
use plugix_e2e::{engine, guest_path};
use plugix_host::Engine;
use plugix_host::module::ModuleLimits;
use std::time::Instant;
use wasmer::sys::EngineBuilder;
use wasmer_compiler_cranelift::Cranelift;

/// How often the ordinary module is compiled. The others take seconds each, and are compiled once.
const ROUNDS: usize = 3;

/// The bytes of a module of many functions that are alike.
const BYTES: usize = 300_000;

fn main() -> Result<()> {
    let ordinary = std::fs::read(guest_path("compute"))?;
    let usual = seconds(&ordinary, ROUNDS)? / ordinary.len() as f64;
    let mut report = Report::new("compile");
    report.time("an ordinary module, per byte", Unit::Nanoseconds, usual, 5_000.0);
    // A fresh engine, as a host that loads one module has it, and stock wasmer's with the same compiler.
    let ours = || Engine::new().and_then(|engine| engine.load(ordinary.clone())?.compile());
    let stock = || {
        let engine: wasmer::Engine = EngineBuilder::new(Cranelift::new()).engine().into();
        wasmer::Module::new(&engine, &ordinary)
    };
    let pair = compare_long(
        ROUNDS as u32,
        1,
        || ours().expect("the module compiles"),
        || stock().expect("the module compiles in wasmer as it comes"),
    );
    report.ratio("an ordinary module: loaded and compiled / by wasmer as it comes", Unit::Milliseconds, pair, 1.15);
    let predicted = ModuleLimits::default().work(&ordinary)?.time.as_secs_f64();
    let pair = Pair { ours: predicted, baseline: usual * ordinary.len() as f64 };
    report.comparison("an ordinary module: predicted / measured", Unit::Milliseconds, pair);
    let chosen = chosen().unwrap_or_default();
    for kind in KINDS.iter().filter(|kind| kind.0.contains(&chosen)) {
        let name = kind.0;
        // A kind of which none is admitted has no row.
        if let Some(many) = many(kind) {
            let pair = Pair { ours: seconds(&many, 1)? / many.len() as f64, baseline: usual };
            report.ratio(&format!("{name}: the worst / ordinary, per byte"), Unit::Nanoseconds, pair, 10.0);
        }
        let one = worst(|size| bombs::module(&[kind.1(size)])).context("a small function is admitted")?;
        report.time(&format!("{name}: the worst function"), Unit::Milliseconds, seconds(&one, 1)?, 10_000.0);
    }
    report.finish()
}

/// The worst module of many such functions that is admitted.
fn many(kind: &Kind) -> Option<Vec<u8>> {
    let module = |size| {
        let function = kind.1(size);
        let count = (BYTES / function.byte_len().max(1)).max(1);
        bombs::module(&vec![function; count])
    };
    worst(module)
}

/// The largest of these that is admitted.
fn worst(module: impl Fn(u32) -> Vec<u8>) -> Option<Vec<u8>> {
    let admitted = |size: &u32| {
        let wasm = module(*size);
        let limits = ModuleLimits::default();
        limits.check(&wasm).and_then(|()| limits.check_code(&wasm)).is_ok()
    };
    let sizes = (0..24).map(|step| (1.5_f64.powi(step)).ceil() as u32);
    // Many small functions can be worse than fewer large ones.
    sizes.filter(admitted).last().map(module)
}

/// The seconds that compiling takes, of all processors.
fn seconds(wasm: &[u8], rounds: usize) -> Result<f64> {
    let mut all = Vec::new();
    for _ in 0..rounds {
        let module = engine().load(wasm)?;
        let start = Instant::now();
        module.compile()?;
        all.push(start.elapsed().as_secs_f64());
    }
    Ok(median(all))
}

//! Code that LLVM has optimized: what could depend on the compiler is tested once more with it.

use anyhow::{Result, ensure};
use plugix_e2e::{OPTIMIZED, OPTIMIZER, assert_matches, call, failure, guest_path};
use plugix_host::code::{Artifact, ChildCompiler};
use plugix_host::error::{LoadError, StopReason};
use plugix_host::{Engine, Error, Module, Plugin, Policy};
use std::io::{self, Write};
use std::process::Command;
use std::time::Duration;

/// The program that optimizes. There is none without LLVM, though cargo names one.
const COMPILER: Option<&str> = if cfg!(feature = "llvm") { Some(env!("CARGO_BIN_EXE_child")) } else { None };

/// The tests that are run once more, by a part of their names: stopping, traps, exceptions, stacks, memory, threads, numbers.
const AGAIN: &[&str] = &[
    "artifacts::",
    "bulk::",
    "calls::",
    "ends::",
    "hostile::ends::",
    "hostile::escapes::",
    "hostile::exceptions::",
    "hostile::modules::",
    "hostile::native_stack::",
    "hostile::signals::",
    "hostile::states::",
    "lines::",
    "memory::",
    "official::",
    "panics::",
    "pool::",
    "profile::",
    "proposals::",
    "protocol::",
    "registers::",
    "shared::",
    "stacks::",
    "stop::",
    "threads::",
    "typed::",
];

/// Says that a test does nothing, past the harness, which shows nothing of tests that pass.
fn skipped(test: &str) {
    let _ = writeln!(io::stdout(), "\nSKIPPED: optimized::{test}: this was built without the feature `llvm`");
}

#[test]
fn the_others_pass_with_optimized_code() -> Result<()> {
    let Some(compiler) = COMPILER else {
        skipped("the_others_pass_with_optimized_code");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    // Those that run in a process of their own find what this one has compiled.
    let status = Command::new(std::env::current_exe()?)
        .args(AGAIN)
        .args(["--skip", "optimized::"])
        .env(OPTIMIZER, compiler)
        .env(OPTIMIZED, folder.path().join("cache"))
        .status()?;
    ensure!(status.success(), "with optimized code: {status}");
    Ok(())
}

/// A module that was optimized, and sent to a host that knows of no LLVM.
fn sent(compiler: &str, name: &str) -> Result<Artifact> {
    let engine = Engine::builder().compile_in_child(ChildCompiler::new(compiler).optimize()).build()?;
    let artifact = engine.load_file(guest_path(name))?.to_artifact()?;
    Ok(Artifact::from_bytes(artifact.as_bytes())?)
}

fn load(artifact: &Artifact) -> Result<Module, LoadError> {
    // SAFETY: the tests compiled it, or changed one outside of its code.
    unsafe { Engine::new()?.load_artifact(artifact) }
}

#[test]
fn any_host_runs_it() -> Result<()> {
    let Some(compiler) = COMPILER else {
        skipped("any_host_runs_it");
        return Ok(());
    };
    let artifact = sent(compiler, "hostile")?;
    ensure!(artifact.origin().compiler.starts_with("llvm-"), "{:?}", artifact.origin());
    let policy = Policy::new().call_deadline(Duration::from_millis(50));
    let plugin = Plugin::new(&load(&artifact)?, &policy)?;
    assert_matches!(failure(&plugin, "stay", "spin 0")?, Error::Stopped(StopReason::Deadline { .. }));
    let threads = Plugin::new(&load(&sent(compiler, "threads")?)?, &Policy::new())?;
    assert_eq!(call(&threads, "spawn_and_join", "")?, "42");
    Ok(())
}

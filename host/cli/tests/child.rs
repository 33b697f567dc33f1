//! Compiling in a process of its own: what it answers, and what ends it.

use anyhow::{Context, Result};
use plugix_e2e::bombs::{loops, module};
use plugix_e2e::{assert_matches, guest_path, wait_until};
use plugix_host::code::ChildCompiler;
use plugix_host::error::{ChildError, LoadError};
use plugix_host::module::ModuleLimits;
use plugix_host::{Engine, Plugin, Policy};
use serde_json::json;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

fn plugix() -> ChildCompiler {
    ChildCompiler::new(env!("CARGO_BIN_EXE_plugix"))
}

/// What compiles as usual, and what optimizes if `plugix` has LLVM.
fn compilers() -> Vec<ChildCompiler> {
    let optimizing = cfg!(feature = "llvm").then(|| plugix().optimize());
    [plugix()].into_iter().chain(optimizing).collect()
}

/// An engine that compiles whatever is asked.
fn engine(compiler: ChildCompiler, time: Duration) -> Result<Engine> {
    let mut limits = ModuleLimits::default();
    (limits.function_work, limits.work_per_byte, limits.work_memory) = (Duration::MAX, Duration::MAX, u64::MAX);
    limits.compile_time = time;
    Ok(Engine::builder().limits(limits).compile_in_child(compiler).build()?)
}

fn failure(engine: &Engine, wasm: Vec<u8>) -> Result<LoadError> {
    engine.load(wasm)?.compile().err().context("it was compiled")
}

#[test]
fn what_a_child_has_compiled_runs() -> Result<()> {
    for compiler in compilers() {
        let module = engine(compiler, Duration::from_secs(600))?.load_file(guest_path("small"))?;
        let plugin = Plugin::new(&module, &Policy::new())?;
        assert_eq!(plugin.call_json("octet", &json!([7])).map_err(|error| error.to_string()), Ok(json!(7)));
    }
    Ok(())
}

#[test]
fn a_program_without_llvm_says_what_to_do() -> Result<()> {
    if cfg!(not(feature = "llvm")) {
        let error = failure(&engine(plugix().optimize(), Duration::from_secs(60))?, module(&[]))?;
        assert_matches!(error, LoadError::NoOptimizer);
        assert!(error.to_string().contains("the feature `llvm`"), "{error}");
    }
    Ok(())
}

#[test]
fn what_is_optimized_is_kept_apart() -> Result<()> {
    if cfg!(feature = "llvm") {
        let folder = tempfile::tempdir()?;
        let cache = plugix_host::code::Cache::at(folder.path().join("cache"));
        for (compiler, kept) in compilers().into_iter().zip(1..) {
            let engine = Engine::builder().cache(cache.clone()).compile_in_child(compiler).build()?;
            engine.load(module(&[loops(1, 1)]))?.compile()?;
            assert_eq!(cache.entries()?.len(), kept);
        }
    }
    Ok(())
}

#[test]
fn two_compile_at_once() -> Result<()> {
    let engine = engine(plugix(), Duration::from_secs(60))?;
    let compile = || engine.load(module(&[loops(2, 20)])).and_then(|module| module.to_artifact());
    let (one, two) = std::thread::scope(|scope| {
        let other = scope.spawn(compile);
        (compile(), other.join().expect("it doesn't panic"))
    });
    assert_eq!(one?.source_hash(), two?.source_hash());
    Ok(())
}

#[test]
fn a_cache_keeps_what_a_child_has_compiled() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let cache = plugix_host::code::Cache::at(folder.path().join("cache"));
    let engine = Engine::builder().cache(cache.clone()).compile_in_child(plugix()).build()?;
    engine.load(module(&[loops(1, 1)]))?.compile()?;
    assert_eq!(cache.entries()?.len(), 1);
    // No process is needed now.
    let other = Engine::builder().cache(cache).compile_in_child(ChildCompiler::new("/nowhere")).build()?;
    Ok(other.load(module(&[loops(1, 1)]))?.compile()?)
}

#[test]
fn a_child_that_takes_too_long_is_ended() -> Result<()> {
    let limit = Duration::from_millis(500);
    for compiler in compilers() {
        let engine = engine(compiler, limit)?;
        for bomb in [loops(100, 2_000), loops(1_000, 200)] {
            assert_matches!(failure(&engine, module(&[bomb]))?, LoadError::CompileTime { limit: said } if *said == limit);
        }
    }
    Ok(())
}

#[test]
fn a_child_that_takes_too_much_memory_ends() -> Result<()> {
    for compiler in compilers() {
        let engine = engine(compiler.memory(64 << 20), Duration::from_secs(60))?;
        for bomb in [loops(1_000, 200), loops(1_000, 1_000)] {
            let error = failure(&engine, module(&[bomb]))?;
            assert_matches!(error, LoadError::Child(ChildError::Memory { limit }) if *limit == 64 << 20);
        }
    }
    Ok(())
}

#[test]
fn programs_that_compile_nothing() -> Result<()> {
    let error = |program: &Path| failure(&engine(ChildCompiler::new(program), Duration::from_secs(60))?, module(&[]));
    assert_matches!(error(Path::new("/bin/true"))?, LoadError::Child(ChildError::Answer { .. }));
    assert_matches!(error(Path::new("/bin/echo"))?, LoadError::Child(ChildError::Answer { .. }));
    assert_matches!(error(Path::new("/bin/false"))?, LoadError::Child(ChildError::Died { .. }));
    assert_matches!(error(Path::new("/nowhere"))?, LoadError::Child(ChildError::Start { .. }));
    let folder = tempfile::tempdir()?;
    for (script, expected) in [("cat", "broken answer"), ("kill -KILL $$", "SIGKILL"), ("echo no >&2; exit 3", "no")] {
        let program = folder.path().join("program");
        write_program(&program, script)?;
        let error = error(&program)?;
        assert!(error.to_string().contains(expected), "{script}: {error}");
    }
    Ok(())
}

#[test]
fn an_answer_that_has_no_end_is_cut_off() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("program");
    write_program(&program, "exec cat /dev/zero")?;
    let engine = engine(ChildCompiler::new(&program).memory(1 << 20), Duration::from_secs(60))?;
    assert_matches!(failure(&engine, module(&[]))?, LoadError::Child(ChildError::Answer { .. }));
    // And one that says nothing at all.
    write_program(&program, "exec sleep 600")?;
    let engine = self::engine(ChildCompiler::new(&program), Duration::from_millis(300))?;
    assert_matches!(failure(&engine, module(&[]))?, LoadError::CompileTime { .. });
    Ok(())
}

#[test]
fn an_artifact_of_another_module_is_refused() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (program, file) = (folder.path().join("program"), folder.path().join("other"));
    Engine::new()?.load(module(&[loops(1, 1)]))?.to_artifact()?.write_file(&file)?;
    write_program(&program, &format!("exec cat {}", file.display()))?;
    let engine = engine(ChildCompiler::new(&program), Duration::from_secs(60))?;
    let error = failure(&engine, module(&[]))?;
    assert!(error.to_string().contains("of another module"), "{error}");
    Ok(())
}

/// While it compiles, the process has no environment, a session of its own, and limits. It ends with its parent.
#[test]
fn what_the_process_may_still_do() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut parent = Command::new(env!("CARGO_BIN_EXE_plugix"))
        .args(["compile", "--child", "--child-memory", "1000", "-o"])
        .args([&folder.path().join("out.plugix"), guest_path("compute")])
        .env("SECRET", "1")
        .spawn()?;
    let process = |path: &str, child: u32| std::fs::read_to_string(format!("/proc/{child}/{path}")).unwrap_or_default();
    let mut child = None;
    wait_until("the process has limits", || {
        let children = process(&format!("task/{0}/children", parent.id()), parent.id());
        let all = std::fs::read_dir(format!("/proc/{}/task", parent.id())).into_iter().flatten().flatten();
        let of_threads = all.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
        child = of_threads.chain([children]).find_map(|children| children.split_whitespace().next()?.parse().ok());
        child.is_some_and(|child| process("limits", child).contains("1048576000"))
    });
    let child: u32 = child.context("there is a process")?;
    // It doesn't end by itself now.
    signal("STOP", child)?;
    assert_eq!(process("environ", child), "");
    let session =
        process("stat", child).rsplit(')').next().and_then(|stat| stat.split_whitespace().nth(3)?.parse().ok());
    assert_eq!(session, Some(child));
    parent.kill()?;
    parent.wait()?;
    wait_until("the process has ended", || !process("cmdline", child).contains("plugix-compile-child"));
    Ok(())
}

fn signal(name: &str, process: u32) -> Result<()> {
    let sent = Command::new("/bin/sh").arg("-c").arg(format!("kill -{name} {process}")).status()?;
    anyhow::ensure!(sent.success(), "no signal was sent");
    Ok(())
}

/// A script, written by another process: a file that this process has open for writing can't be started by its threads.
fn write_program(path: &Path, script: &str) -> Result<()> {
    let text =
        format!("printf '#!/bin/sh\\nPATH=/bin:/usr/bin\\n%s\\n' '{script}' > '{0}' && chmod +x '{0}'", path.display());
    anyhow::ensure!(Command::new("/bin/sh").arg("-c").arg(text).status()?.success());
    Ok(())
}

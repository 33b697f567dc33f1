//! What the host tells of a module before it compiles it.

use anyhow::Result;
use plugix_e2e::{engine, guest};
use plugix_host::module::{Form, MemoryKind, ModuleInfo, Threads, Wasi};

/// Looks at a module with these parts and a memory of its own.
fn inspect(parts: &str) -> Result<ModuleInfo> {
    inspect_whole(&format!("(module {parts} (memory (export \"memory\") 1))"))
}

fn inspect_whole(text: &str) -> Result<ModuleInfo> {
    Ok(engine().load(wat::parse_str(text)?)?.info().clone())
}

const UNSTABLE: &str = r#"(import "wasi_unstable" "fd_close" (func (param i32) (result i32)))"#;
const PREVIEW1: &str = r#"(import "wasi_snapshot_preview1" "fd_close" (func (param i32) (result i32)))"#;
const WASIX32: &str = r#"(import "wasix_32v1" "futex_wake" (func (param i32 i32) (result i32)))"#;
const WASIX64: &str = r#"(import "wasix_64v1" "futex_wake" (func (param i64 i64) (result i32)))"#;

#[test]
fn system_interfaces() -> Result<()> {
    let none = Wasi::default();
    assert_eq!(inspect("")?.wasi, none);
    assert_eq!(inspect(UNSTABLE)?.wasi, Wasi { unstable: true, ..none });
    assert_eq!(inspect(PREVIEW1)?.wasi, Wasi { preview1: true, ..none });
    assert_eq!(inspect(WASIX32)?.wasi, Wasi { wasix32: true, ..none });
    assert_eq!(inspect(WASIX64)?.wasi, Wasi { wasix64: true, ..none });
    let mixed = inspect(&format!("{PREVIEW1} {WASIX32} {WASIX64}"))?.wasi;
    assert_eq!(mixed, Wasi { preview1: true, wasix32: true, wasix64: true, ..none });
    assert!(mixed.is_wasix() && !inspect(PREVIEW1)?.wasi.is_wasix());
    assert_eq!(mixed.to_string(), "WASI preview 1 + WASIX 32 + WASIX 64");
    Ok(())
}

#[test]
fn form() -> Result<()> {
    assert_eq!(inspect(r#"(func (export "_start"))"#)?.form, Form::Command);
    assert_eq!(inspect(r#"(func (export "_initialize"))"#)?.form, Form::Reactor);
    assert_eq!(inspect(r#"(func (export "run"))"#)?.form, Form::Bare);
    Ok(())
}

#[test]
fn memory() -> Result<()> {
    let info = inspect_whole(r#"(module (memory (export "memory") 3))"#)?;
    assert_eq!(info.memory, MemoryKind::Exported { shared: false, minimum: 3, maximum: None });
    let info = inspect_whole(r#"(module (memory (export "memory") 1 2 shared))"#)?;
    assert_eq!(info.memory, MemoryKind::Exported { shared: true, minimum: 1, maximum: Some(2) });
    let info = inspect_whole(r#"(module (import "env" "memory" (memory 1 2)))"#)?;
    assert_eq!(info.memory, MemoryKind::Imported { shared: false, minimum: 1, maximum: Some(2) });
    Ok(())
}

const SHARED: &str = r#"(import "env" "memory" (memory 1 2 shared))"#;
const SPAWN: &str = r#"(import "wasi" "thread-spawn" (func (param i32) (result i32)))"#;
const THREAD_START: &str = r#"(func (export "wasi_thread_start") (param i32 i32))"#;

#[test]
fn threads() -> Result<()> {
    let threads = |parts: &[&str]| inspect_whole(&format!("(module {})", parts.concat())).map(|info| info.threads);
    assert_eq!(threads(&[SHARED, SPAWN, THREAD_START])?, Threads::Possible);
    assert_eq!(threads(&[SHARED, THREAD_START])?, Threads::NeverSpawns);
    assert_eq!(threads(&[SHARED, SPAWN])?, Threads::NoThreadStart);
    assert_eq!(
        threads(&[SPAWN, r#"(memory (export "memory") 1 2 shared)"#, THREAD_START])?,
        Threads::MemoryNotImported
    );
    assert_eq!(threads(&[SPAWN, r#"(memory (export "memory") 1)"#, THREAD_START])?, Threads::MemoryNotShared);
    Ok(())
}

#[test]
fn imports_and_exports() -> Result<()> {
    let info = inspect(&format!(r#"{PREVIEW1} (func (export "run"))"#))?;
    let imports: Vec<_> = info.imports.iter().map(|import| (import.module.as_str(), import.name.as_str())).collect();
    assert_eq!(imports, [("wasi_snapshot_preview1", "fd_close")]);
    assert_eq!(info.exports, ["run", "memory"]);
    assert!(!info.is_plugin());
    Ok(())
}

#[test]
fn what_the_toolchain_builds() {
    let plugin = guest("threads").info().clone();
    assert!(plugin.is_plugin() && plugin.wasi.is_wasix() && plugin.wasi.preview1);
    assert_eq!((plugin.form, plugin.threads), (Form::Reactor, Threads::Possible));
    assert!(matches!(plugin.memory, MemoryKind::Imported { shared: true, .. }));
    let program = guest("command").info().clone();
    assert_eq!((program.is_plugin(), program.form), (false, Form::Command));
}

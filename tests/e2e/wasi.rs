//! Modules that know WASI alone.

use anyhow::Result;
use plugix_e2e::{engine, module};
use plugix_host::Policy;
use plugix_host::policy::Access;
use plugix_host::raw::Command;

/// WASI's numbers.
const BADF: i32 = 8;
const NOTSUP: i32 = 58;

fn exit_code(wasm: Vec<u8>, policy: &Policy) -> Result<i32> {
    Ok(Command::new(&engine().load(wasm)?, policy)?.run()?.code)
}

/// A program that reads one byte of `file`, relative to what is preopened as `.`, and exits with it. If there is no
/// descriptor 4, it exits with the error.
const READER: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $name (param i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "path_open"
        (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "file")
    (data (i32.const 16) "\20\00\00\00\01\00\00\00")
    (func $check (param $error i32)
        (if (local.get $error) (then (call $exit (local.get $error)))))
    (func (export "_start")
        (call $check (call $name (i32.const 4) (i32.const 8) (i32.const 1)))
        (if (i32.ne (i32.load8_u (i32.const 8)) (i32.const 46)) (then (unreachable)))
        (call $check (call $open (i32.const 4) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0) (i64.const 2)
            (i64.const 0) (i32.const 0) (i32.const 12)))
        (call $check (call $read (i32.load (i32.const 12)) (i32.const 16) (i32.const 1) (i32.const 24)))
        (call $exit (i32.load8_u (i32.const 32)))))"#;

#[test]
fn a_relative_path_begins_at_the_root_where_a_folder_is_mounted() -> Result<()> {
    let house = tempfile::tempdir()?;
    std::fs::write(house.path().join("file"), "*")?;
    let policy = Policy::new().mount(house.path(), "/", Access::ReadOnly);
    assert_eq!(exit_code(wat::parse_str(READER)?, &policy)?, i32::from(b'*'));
    Ok(())
}

#[test]
fn a_folder_below_is_seen_beside_what_is_at_the_root() -> Result<()> {
    let (below, root) = (tempfile::tempdir()?, tempfile::tempdir()?);
    std::fs::write(root.path().join("file"), "1")?;
    let policy =
        Policy::new().mount(below.path(), "/file-system", Access::ReadOnly).mount(root.path(), "/", Access::ReadOnly);
    assert_eq!(exit_code(wat::parse_str(READER)?, &policy)?, i32::from(b'1'));
    Ok(())
}

#[test]
fn nothing_is_open_without_files() -> Result<()> {
    assert_eq!(exit_code(wat::parse_str(READER)?, &Policy::new())?, BADF);
    Ok(())
}

#[test]
fn memory_is_shared_without_a_start_of_threads() -> Result<()> {
    assert_eq!(exit_code(module("wasi", "no-thread-start")?, &Policy::new())?, NOTSUP);
    Ok(())
}

/// A program with a thread that exits, while the main thread waits for ever.
fn exits_in_a_thread(code: i32) -> String {
    format!(
        r#"(module
            (import "env" "memory" (memory 1 1 shared))
            (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (func (export "wasi_thread_start") (param i32 i32) (call $exit (i32.const {code})))
            (func (export "_start")
                (if (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)) (then (unreachable)))
                (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))
                (unreachable)))"#
    )
}

#[test]
fn any_thread_ends_the_program_with_its_code() -> Result<()> {
    for code in [0, 9] {
        assert_eq!(exit_code(wat::parse_str(exits_in_a_thread(code))?, &Policy::new())?, code);
    }
    Ok(())
}

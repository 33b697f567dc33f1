//! What holds for all bytes: nothing panics, and what is rewritten is valid.

use plugix_module::{ModuleLimits, inspect, keeps_tables, stoppable, validate};
use proptest::collection::vec;
use proptest::prelude::*;
use wasmparser::{Validator, WasmFeatures};

/// A module with most kinds of sections.
fn module() -> Vec<u8> {
    wat::parse_str(
        r#"(module
            (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
            (import "env" "memory" (memory 1 4 shared))
            (tag $e) (table $t 3 funcref) (global $g (mut i64) (i64.const 4))
            (elem (i32.const 0) $start) (data "abc")
            (export "wasi_thread_start" (func $thread)) (export "_initialize" (func $start))
            (func $thread (param i32 i32) (block $b (try_table (catch_all $b) (throw $e))))
            (func $start (loop (br_if 0 (i32.atomic.load (i32.const 8)))) (memory.copy (i32.const 0) (i32.const 1) (i32.const 2)))
            (start $start))"#,
    )
    .expect("the text is a module")
}

/// Takes the bytes on the way that the host takes them, each step whether the one before has refused them or not.
fn take(wasm: &[u8]) {
    let limits = ModuleLimits::default();
    let code = limits.check_code(wasm);
    assert!(code.is_err() || validate(wasm).is_ok(), "what is checked is valid");
    let admitted = [limits.check(wasm), code, inspect(wasm).map(drop)];
    let _ = keeps_tables(wasm);
    if admitted.iter().all(Result::is_ok)
        && let Ok(rewritten) = stoppable(wasm)
    {
        let features = WasmFeatures::default() | WasmFeatures::THREADS | WasmFeatures::MULTI_MEMORY;
        Validator::new_with_features(features).validate_all(&rewritten).expect("what is rewritten is valid");
    }
}

#[test]
fn the_module_itself_is_admitted() {
    let wasm = module();
    assert!(validate(&wasm).is_ok() && stoppable(&wasm).is_ok());
}

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..512)) {
        take(&bytes);
        take(&[b"\0asm\x01\0\0\0", &bytes[..]].concat());
    }

    #[test]
    fn a_module_with_changes(changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>()) {
        let mut wasm = module();
        for (at, byte) in changes {
            let at = at.index(wasm.len());
            wasm[at] = byte;
        }
        take(&wasm);
        take(&wasm[..cut.index(wasm.len())]);
    }
}

//! What the rewriting leaves behind, of modules as text.

mod accesses;
mod exceptions;
mod probes;
mod random;
mod stacks;

use super::{REWRITING, stoppable};
use crate::validate;
use std::collections::HashSet;
use wasmparser::{Operator, Parser, Payload, TypeRef, Validator, WasmFeatures};

/// Rewrites a module and checks that the result is valid. Returns it with the number of its checks.
fn rewrite(wat: &str) -> (Vec<u8>, usize) {
    let wasm = wat::parse_str(wat).expect("the text is a module");
    validate(&wasm).expect("the module is valid");
    let rewritten = stoppable(&wasm).expect("the module can be rewritten");
    assert_eq!(rewritten, stoppable(&wasm).expect("it can be done again"), "it is the same each time");
    let features = WasmFeatures::default() | WasmFeatures::THREADS | WasmFeatures::MULTI_MEMORY;
    Validator::new_with_features(features).validate_all(&rewritten).expect("the result is valid");
    let checks = checks(&rewritten);
    (rewritten, checks)
}

/// How many reads of the second memory there are. No two of a function are the same.
fn checks(wasm: &[u8]) -> usize {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        let Payload::CodeSectionEntry(body) = payload.expect("it was validated") else { continue };
        let mut reads = HashSet::new();
        for operator in body.get_operators_reader().expect("it was validated") {
            match operator.expect("it was validated") {
                Operator::I32Load8U { memarg } if memarg.memory == 1 => {
                    assert!(memarg.offset < 4096 && reads.insert(memarg.offset), "{memarg:?}");
                    count += 1;
                }
                Operator::I32AtomicLoad8U { memarg } if memarg.memory == 1 => {
                    assert!(memarg.offset == 0 && reads.len() == 4096, "{memarg:?}");
                    count += 1;
                }
                _ => {}
            }
        }
    }
    count
}

fn memory_imports(wasm: &[u8]) -> Vec<String> {
    let mut names = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ImportSection(imports) = payload.expect("it was validated") {
            let imports = imports.into_imports().map(|import| import.expect("it was validated"));
            let memories = imports.filter(|import| matches!(import.ty, TypeRef::Memory(_)));
            names.extend(memories.map(|import| format!("{}.{}", import.module, import.name)));
        }
    }
    names
}

#[test]
fn the_guests_memory_is_imported_and_comes_first() {
    for guest in [
        r#"(memory (export "memory") 1)"#,
        r#"(import "env" "memory" (memory 1 4 shared))"#,
        // A guest that asks for the control memory gets its own.
        r#"(import "plugix-control" "memory" (memory 1 1 shared))"#,
        r#"(import "env" "f" (func)) (memory (export "memory") 1) (data (i32.const 0) "data") (func (call 0))"#,
    ] {
        assert_eq!(memory_imports(&rewrite(&format!("(module {guest})")).0), ["env.memory"], "{guest}");
    }
}

#[test]
fn where_checks_are() {
    for (function, checks) in [
        // The head of each loop, and before it, so that the address is loaded once.
        ("(func (loop (br 0)))", 2),
        ("(func (loop (loop (br 1))))", 3),
        ("(func (loop) (loop))", 3),
        ("(func (if (i32.const 1) (then (loop))) (loop))", 4),
        // Where it has to be loaded in each round anyhow, not before it.
        ("(func (loop (drop (memory.grow (i32.const 1)))))", 1 + 1),
        ("(func (loop (drop (i32.atomic.load (i32.const 8)))))", 1),
        // A call in a loop comes after the loop's check, those before and after need one of the function's own.
        ("(func $f (loop (call $f)))", 1),
        ("(func $f (block (loop (call $f))))", 1),
        ("(func $f (loop) (call $f))", 2),
        ("(func $f (call $f) (loop))", 3),
        ("(func $f (if (i32.const 1) (then (loop (call $f))) (else (call $f))))", 2),
        ("(func (try_table (loop)))", 2),
        // What calls a function that has a check comes to that one.
        ("(func $f (loop (call $g))) (func $g (call $f))", 1),
        ("(func $f (call $f)) (func (call $f) (call $f))", 1),
        // Much before or after a loop: at the entry, in the loop, and after some more of it.
        (&format!("(func (loop) {})", "(nop)".repeat(300)), 3),
        (&format!("(func (loop {}))", "(nop)".repeat(300)), 3),
        // Straight-line code in pieces, each call with all that it does.
        (&format!("(func {})", "(nop)".repeat(1000)), 4),
        (&format!("(func $f {}) (func {})", "(nop)".repeat(98), "(call $f)".repeat(10)), 5),
        // Straight-line code is over soon, and so is what calls a little of it.
        ("(func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))", 0),
        ("(func $f) (func (call $f) (call $f))", 0),
        // Functions that call in a circle, unknown functions, and the host's.
        ("(func $f (call $f))", 1),
        ("(func $f (call $g)) (func $g (call $f))", 1),
        ("(func $f (call $g)) (func $g (call $h)) (func $h (call $f) (call $g))", 1),
        ("(table 1 funcref) (func (call_indirect (i32.const 0)))", 1),
        // Instructions that can take long, besides the entry.
        ("(func (nop) (drop (memory.grow (i32.const 9))))", 2),
        // Two functions are added, which fill and copy in pieces: one with a loop, one with a loop for each direction.
        ("(func (nop) (memory.fill (i32.const 0) (i32.const 0) (i32.const 9)))", 1 + 3 + 4),
    ] {
        let (_, found) = rewrite(&format!(r#"(module (memory (export "memory") 1) {function})"#));
        assert_eq!(found, checks, "{function}");
    }
}

#[test]
fn work_that_doubles_with_each_call() {
    // Over a million instructions without a loop. One call of the innermost seven runs up to 253, so that the next one
    // has a check at its entry and one between its calls; so it goes on with the seven around that.
    let functions: String = (1..20).map(|n| format!("(func $f{n} (call $f{0}) (call $f{0}))", n - 1)).collect();
    let (_, checks) = rewrite(&format!(r#"(module (memory (export "memory") 1) (func $f0) {functions})"#));
    assert_eq!(checks, 2 * 2);
}

#[test]
fn more_loops_than_bytes() {
    let loops = "(loop)".repeat(5000);
    assert_eq!(rewrite(&format!(r#"(module (memory (export "memory") 1) (func {loops}))"#)).1, 5001);
}

#[test]
fn the_start_function_is_the_hosts_to_run() {
    for exports in ["", r#"(export "f" (func $start))"#] {
        let (rewritten, _) =
            rewrite(&format!(r#"(module (memory (export "memory") 1) (func $start) (start $start) {exports})"#));
        let payloads: Vec<_> = Parser::new(0).parse_all(&rewritten).map(|payload| payload.expect("valid")).collect();
        assert!(!payloads.iter().any(|payload| matches!(payload, Payload::StartSection { .. })));
        assert!(String::from_utf8_lossy(&rewritten).contains(super::START));
    }
}

#[test]
fn the_growth_of_tables_is_told() {
    let grow = "(drop (table.grow (ref.null func) (i32.const 1)))";
    let (rewritten, checks) =
        rewrite(&format!(r#"(module (memory (export "memory") 1) (table 1 funcref) (func {grow} {grow}))"#));
    assert_eq!(checks, 3);
    // `table.grow 0`, and then `memory.grow` of the second memory; the same with `table.size 0`.
    let told = [0xfc, 0x0f, 0x00, 0x40, 0x01, 0xfc, 0x10, 0x00, 0x40, 0x01, 0x1a];
    assert_eq!(rewritten.windows(told.len()).filter(|window| *window == told).count(), 2);
}

#[test]
fn the_rest_stays_as_it_was() {
    let (rewritten, _) = rewrite(
        r#"(module $named (@custom "mine" "content") (memory (export "memory") 1)
            (func $spin (export "spin") (loop (br 0))) (start $spin))"#,
    );
    let text = String::from_utf8_lossy(&rewritten);
    assert!(text.contains("mine") && text.contains("content") && text.contains("named"));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn atomic_stores_are_exchanges() {
    let (rewritten, _) = rewrite(
        r#"(module (memory (export "memory") 1 2 shared)
            (func (i32.atomic.store8 offset=3 (i32.const 0) (i32.const 1)) (i64.atomic.store (i32.const 8) (i64.const 1))))"#,
    );
    let bodies = Parser::new(0).parse_all(&rewritten).filter_map(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => Some(body),
        _ => None,
    });
    let operators = bodies.flat_map(|body| body.get_operators_reader().expect("it was validated"));
    let exchanges = operators.filter_map(|operator| match operator.expect("it was validated") {
        Operator::I32AtomicRmw8XchgU { memarg } => Some((1, memarg.offset)),
        Operator::I64AtomicRmwXchg { memarg } => Some((8, memarg.offset)),
        Operator::I32AtomicStore8 { .. } | Operator::I64AtomicStore { .. } => panic!("a store is left"),
        _ => None,
    });
    assert_eq!(exchanges.collect::<Vec<_>>(), [(1, 3), (8, 0)]);
}

#[test]
fn the_version_changes_with_the_result() {
    let everything = r#"(module
        (import "env" "f" (func))
        (memory (export "memory") 1 2)
        (table 1 funcref)
        (tag $e)
        (elem (i32.const 0) 0 1)
        (global (export "__stack_pointer") (mut i32) (i32.const 1024))
        (func $bounded (param i32) (result i32) local.get 0)
        (func (export "_initialize") (loop (br_if 0 (call $bounded (i32.const 0)))))
        (func (param i32) (memory.fill (i32.const 0) (i32.const 0) (local.get 0)) (call 0) (call 3 (i32.const 1)))
        (func $circle (param i32) (call $circle (local.get 0)) (loop))
        (func (loop (call $circle (i32.const 0))) (call $circle (i32.const 0)))
        (func (drop (table.grow (ref.null func) (i32.const 1))))
        (func (export "wasi_thread_start") (param i32 i32) (global.set 0 (local.get 1)))
        (func (global.set 0 (i32.sub (global.get 0) (i32.const 16))))
        (func (param i32) (local exnref)
            (block $one
                (block $ref (result exnref) (try_table (catch $e $one) (catch_all_ref $ref) (throw $e)) (unreachable))
                (local.set 1) (throw_ref (local.get 1))))
        (data (i32.const 0) "data"))"#;
    let hash = blake3::hash(&rewrite(everything).0).to_hex();
    // Compiled modules that others have kept are told by the version alone: count it up when the hash changes.
    assert_eq!((REWRITING, hash.as_str()), (13, "4c51b642bbf2568b3ef5f440b7ad9b3363b3a06975da9312731c77686d219181"));
}

//! Where the stack pointer is compared with its limit.

use super::super::{STACK_OVERFLOW, stoppable};
use super::rewrite;
use wasmparser::{Name, NameSectionReader, Operator, Parser, Payload};

const POINTER: &str = r#"(global $sp (export "__stack_pointer") (mut i32) (i32.const 4096))"#;

/// A rewritten module: the function that traps, how often it is called, and the values with which the globals begin.
struct Guarded {
    overflow: Option<u32>,
    calls: usize,
    globals: Vec<i32>,
}

fn guarded(fields: &str) -> Guarded {
    let (wasm, _) = rewrite(&format!(r#"(module {fields} (memory (export "memory") 1))"#));
    let overflow = overflow(&wasm);
    let mut guarded = Guarded { overflow, calls: 0, globals: Vec::new() };
    for payload in Parser::new(0).parse_all(&wasm) {
        match payload.expect("it was validated") {
            Payload::GlobalSection(globals) => {
                for global in globals {
                    let init = global.expect("it was validated").init_expr;
                    let Operator::I32Const { value } = init.get_operators_reader().read().expect("valid") else {
                        continue;
                    };
                    guarded.globals.push(value);
                }
            }
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().expect("it was validated");
                guarded.calls += operators
                    .into_iter()
                    .filter(|operator| match operator {
                        Ok(Operator::Call { function_index }) => Some(*function_index) == overflow,
                        _ => false,
                    })
                    .count();
            }
            _ => {}
        }
    }
    guarded
}

/// The function of the name, as the compiler finds it.
fn overflow(wasm: &[u8]) -> Option<u32> {
    Parser::new(0).parse_all(wasm).find_map(|payload| match payload.expect("it was validated") {
        Payload::CustomSection(section) if section.name() == "name" => {
            NameSectionReader::new(wasmparser::BinaryReader::new(section.data(), 0)).into_iter().find_map(|name| {
                let Name::Function(names) = name.expect("the names are valid") else { return None };
                let mut names = names.into_iter().map(|name| name.expect("the names are valid"));
                names.find(|name| name.name == STACK_OVERFLOW).map(|name| name.index)
            })
        }
        _ => None,
    })
}

#[test]
fn what_may_lower_the_pointer_is_compared() {
    for (function, calls) in [
        // A frame of fixed size, as compilers make it, and its end.
        ("(func (local i32) (global.set $sp (local.tee 0 (i32.sub (global.get $sp) (i32.const 16)))))", 1),
        ("(func (global.set $sp (i32.sub (global.get $sp) (i32.const 16))))", 1),
        ("(func (global.set $sp (i32.add (global.get $sp) (i32.const -16))))", 1),
        ("(func (global.set $sp (i32.add (global.get $sp) (i32.const 16))))", 0),
        // One that is aligned, and one whose size is known when it runs.
        ("(func (global.set $sp (i32.and (i32.sub (global.get $sp) (i32.const 16)) (i32.const -64))))", 1),
        ("(func (param i32) (global.set $sp (i32.sub (global.get $sp) (local.get 0))))", 1),
        (
            "(func (param i32) (local i32) (local.set 1 (i32.sub (global.get $sp) (local.get 0)))
                (global.set $sp (local.get 1)))",
            1,
        ),
        // What was the pointer's value before in the same function, and what may never have been.
        ("(func (local i32) (local.set 0 (global.get $sp)) (nop) (global.set $sp (local.get 0)))", 0),
        (
            "(func (local i32) (global.set $sp (local.tee 0 (i32.sub (global.get $sp) (i32.const 16))))
                (global.set $sp (local.get 0)))",
            1,
        ),
        ("(func (param i32) (global.set $sp (local.get 0)))", 1),
        (
            "(func (local i32) (local.set 0 (global.get $sp)) (local.set 0 (i32.const 1))
                (global.set $sp (local.get 0)))",
            1,
        ),
        // Another global.
        ("(global $g (mut i32) (i32.const 0)) (func (global.set $g (i32.const 1)))", 0),
    ] {
        assert_eq!(guarded(&format!("{POINTER} {function}")).calls, calls, "{function}");
    }
}

#[test]
fn a_module_without_a_stack_pointer_gets_no_guard() {
    let lower = "(func (global.set 0 (i32.sub (global.get 0) (i32.const 16))))";
    for fields in [
        "(global (mut i32) (i32.const 4096))".to_owned() + lower,
        r#"(global (export "__stack_pointer") (mut i64) (i64.const 4096))"#.to_owned(),
        r#"(global (export "__stack_pointer") i32 (i32.const 4096)) (func)"#.to_owned(),
        // No code, so nothing lowers it.
        POINTER.to_owned(),
    ] {
        let Guarded { overflow, calls, globals } = guarded(&fields);
        assert!(overflow.is_none() && calls == 0 && globals.len() <= 1, "{fields}");
    }
}

#[test]
fn the_name_of_a_global_is_enough() {
    let fields = "(global $__stack_pointer (mut i32) (i32.const 4096)) (func $f (global.set 0 (i32.const 16)))";
    assert_eq!(guarded(fields).calls, 1);
}

#[test]
fn the_main_thread_begins_with_the_limit_of_its_stack() {
    let data_end = |at: i32| format!(r#"{POINTER} (func) (global (export "__data_end") i32 (i32.const {at}))"#);
    // Below the data, from the memory's begin, and behind the data. What is used below the pointer is left free.
    for (fields, limit) in [(format!("{POINTER} (func)"), 128), (data_end(8192), 128), (data_end(1040), 1040 + 128)] {
        assert_eq!(guarded(&fields).globals.last(), Some(&limit), "{fields}");
    }
}

#[test]
fn a_new_thread_sets_its_limit() {
    let sets = |fields: &str| {
        let (wasm, _) = rewrite(&format!(
            r#"(module {fields} {POINTER} (memory (export "memory") 1)
            (func (export "wasi_thread_start") (param i32 i32) (global.set $sp (i32.load (local.get 1)))))"#
        ));
        let mut operators = Vec::new();
        for payload in Parser::new(0).parse_all(&wasm) {
            let Payload::CodeSectionEntry(body) = payload.expect("it was validated") else { continue };
            operators.extend(body.get_operators_reader().expect("it was validated").into_iter().flatten());
        }
        let loads =
            operators.iter().filter(|operator| matches!(operator, Operator::I32Load { memarg } if memarg.offset == 56));
        let limits = operators.iter().filter(|operator| matches!(operator, Operator::GlobalSet { global_index: 1 }));
        (loads.count(), limits.count())
    };
    // The size is loaded to be used, and to see whether there is one.
    assert_eq!(sets(r#"(import "wasix_32v1" "thread_exit" (func (param i32)))"#), (2, 1));
    assert_eq!(sets(""), (0, 1));
}

#[test]
fn names_that_are_no_names() {
    let fields = format!(r#"{POINTER} (func) (memory (export "memory") 1) (@custom "name" "\ff\ff\ff")"#);
    let wasm = wat::parse_str(format!("(module {fields})")).expect("the text is a module");
    assert!(stoppable(&wasm).is_ok());
}

//! Which memory the accesses of a rewritten module name.

use super::rewrite;
use wasmparser::{Operator, Parser, Payload};

/// What names a memory in the first function: its operator and the memory's index. Checks are left out.
fn named(memory: &str, function: &str) -> Vec<(String, u32)> {
    let (wasm, _) = rewrite(&format!("(module {memory} (data \"\") (func {function}))"));
    let body = Parser::new(0).parse_all(&wasm).find_map(|payload| match payload.expect("it is valid") {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let mut named = Vec::new();
    for operator in body.expect("it has a function").get_operators_reader().expect("it is valid") {
        let operator = operator.expect("it is valid");
        let text = format!("{operator:?}");
        let name = text.split([' ', '{']).next().unwrap_or_default().to_owned();
        let index = match operator {
            Operator::MemorySize { mem } | Operator::MemoryGrow { mem } | Operator::MemoryInit { mem, .. } => mem,
            _ => match text.split_once(", memory: ") {
                Some((_, rest)) => rest.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap(),
                None => continue,
            },
        };
        if index != 1 {
            named.push((name, index));
        }
    }
    named
}

const SHARED: &str = r#"(import "env" "memory" (memory 1 4 shared))"#;

#[test]
fn accesses_of_a_shared_memory_name_the_modules_own() {
    let function = "
        (i32.store8 offset=7 (i32.const 0) (i32.load offset=300 (i32.const 0)))
        (drop (v128.load8_lane 3 (i32.const 0) (v128.const i64x2 0 0)))
        (drop (i64.atomic.rmw32.add_u (i32.const 0) (i64.const 1)))";
    let found = named(SHARED, function);
    let expected = ["I32Load", "I32Store8", "V128Load8Lane", "I64AtomicRmw32AddU"];
    assert_eq!(found, expected.map(|name| (name.to_owned(), 2)));
}

#[test]
fn an_atomic_store_names_it_as_well() {
    let [(_, index)] = &named(SHARED, "(i32.atomic.store (i32.const 0) (i32.const 1))")[..] else {
        panic!("one access")
    };
    assert_eq!(*index, 2);
}

#[test]
fn what_depends_on_the_size_names_the_imported_one() {
    let function = "
        (drop (memory.size)) (drop (memory.grow (i32.const 1)))
        (memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))
        (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
        (drop (memory.atomic.wait32 (i32.const 0) (i32.const 1) (i64.const 1)))
        (drop (memory.atomic.wait64 (i32.const 0) (i64.const 1) (i64.const 1)))";
    let found = named(SHARED, function);
    let expected =
        ["MemorySize", "MemoryGrow", "MemoryInit", "MemoryAtomicNotify", "MemoryAtomicWait32", "MemoryAtomicWait64"];
    assert_eq!(found, expected.map(|name| (name.to_owned(), 0)));
}

#[test]
fn a_memory_that_is_not_shared_has_one_index() {
    let found = named("(memory 1)", "(i32.store (i32.const 0) (i32.load (i32.const 0)))");
    assert_eq!(found, ["I32Load", "I32Store"].map(|name| (name.to_owned(), 0)));
}

//! Where the native stack is touched.

use super::rewrite;
use crate::operators::{self, Effects};
use wasmparser::{Parser, Payload};

/// What the functions of a module have, whose only function is this one.
fn bodies(function: &str) -> Vec<Vec<String>> {
    let (wasm, _) = rewrite(&format!(
        r#"(module (memory (export "memory") 1) (table 1 funcref) (tag $t) (data $d "a") (elem $e func 0) {function})"#
    ));
    let bodies = Parser::new(0).parse_all(&wasm).filter_map(|payload| match payload.expect("it was validated") {
        Payload::CodeSectionEntry(body) => Some(body.get_operators_reader().expect("it was validated").into_iter()),
        _ => None,
    });
    bodies.map(|body| body.map(|operator| format!("{:?}", operator.expect("it was validated"))).collect()).collect()
}

/// How often the function calls the one that touches the stack, which comes behind it.
fn probes(function: &str) -> usize {
    bodies(function)[0].iter().filter(|operator| **operator == "Call { function_index: 1 }").count()
}

#[test]
fn where_probes_are() {
    for (function, expected) in [
        ("(func (nop))", 0),
        ("(func (drop (i32.load (i32.const 1))))", 0),
        ("(func (call_indirect (i32.const 0)))", 0),
        ("(func (unreachable) (unreachable))", 2),
        ("(func (loop (drop (table.get (i32.const 0)))))", 1),
        ("(func (drop (memory.size)) (drop (memory.grow (i32.const 1))))", 2),
        ("(func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (data.drop $d) (elem.drop $e))", 3),
        ("(func (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))", 1),
        // What is caught was thrown by a frame further down.
        ("(func (block $b (try_table (catch $t $b) (throw $t))))", 1),
        ("(func (throw_ref (block $b (result exnref) (try_table (catch_all_ref $b)) (return))))", 1),
        // The functions that these become see to it.
        ("(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 1)))", 0),
        ("(func (memory.copy (i32.const 0) (i32.const 0) (i32.const 1)))", 0),
    ] {
        assert_eq!(probes(function), expected, "{function}");
    }
}

#[test]
fn a_probe_comes_right_before_its_instruction() {
    let all = &bodies("(func (nop) (unreachable))")[0];
    let at = all.iter().position(|operator| operator == "Unreachable").expect("it is still there");
    assert_eq!(all[at - 1], "Call { function_index: 1 }");
}

/// Whoever gives an operator native code decides whether a probe comes before it.
#[test]
fn each_operator_with_native_code_is_known_here() {
    let native: Vec<_> = operators::ALL
        .iter()
        .filter(|(_, _, effects)| effects.is_some_and(|effects| effects.any(Effects::NATIVE)))
        .filter_map(|(_, name, _)| name.strip_prefix("visit_"))
        .collect();
    let expected = "unreachable memory_size memory_grow try_table throw throw_ref memory_init data_drop memory_copy \
        memory_fill table_init elem_drop table_copy ref_func table_fill table_get table_set table_grow table_size \
        memory_atomic_notify memory_atomic_wait32 memory_atomic_wait64";
    let sorted = |mut names: Vec<&'static str>| {
        names.sort_unstable();
        names.join(" ")
    };
    assert_eq!(sorted(native), sorted(expected.split_whitespace().collect()));
}

/// It calls itself in one place, and what it never calls does nothing.
#[test]
fn the_function_that_touches_the_stack() {
    let all = bodies("(func (unreachable))");
    let (probe, wide) = (&all[1], &all[2]);
    assert_eq!(probe.iter().filter(|operator| **operator == "Call { function_index: 1 }").count(), 1);
    assert_eq!(wide.as_slice(), ["End"]);
}

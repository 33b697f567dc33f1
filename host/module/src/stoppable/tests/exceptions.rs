//! What the host is told of exceptions, and where it may take that none is held.

use super::super::{THROWS, THROWS_WHILE_HELD};
use super::rewrite;
use wasmparser::{Operator, Parser, Payload};

/// The names of the instructions of the module's first function. Those that come from the rewriting are short.
fn code(module: &str) -> Vec<String> {
    let (wasm, _) =
        rewrite(&format!(r#"(module (memory (export "memory") 1) (tag $t) (tag $n (param i32)) {module})"#));
    let body = Parser::new(0).parse_all(&wasm).find_map(|payload| match payload.expect("it was validated") {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let body = body.expect("there is a function");
    let operators = body.get_operators_reader().expect("it was validated").into_iter();
    let short = |operator: Operator<'_>| match operator {
        Operator::GlobalGet { .. } => "held".into(),
        Operator::GlobalSet { .. } => "set".into(),
        Operator::I32Const { value: 1 } => "1".into(),
        Operator::I32Const { value } if value as u32 == THROWS => "throws".into(),
        Operator::I32Const { value } if value as u32 == THROWS_WHILE_HELD => "throws while held".into(),
        Operator::LocalGet { local_index } => format!("get {local_index}"),
        Operator::LocalSet { local_index } => format!("set {local_index}"),
        Operator::MemoryGrow { mem: 1 } => "tell".into(),
        Operator::Throw { .. } => "throw".into(),
        Operator::ThrowRef => "throw_ref".into(),
        Operator::Loop { .. } => "loop".into(),
        Operator::End => "end".into(),
        _ => "-".into(),
    };
    operators.map(|operator| short(operator.expect("it was validated"))).collect()
}

/// How often a function sets the global to 1, and how often to what it was when the function began.
fn sets(module: &str) -> (usize, usize) {
    let code = code(module);
    let of = |value: &dyn Fn(&str) -> bool| code.windows(2).filter(|pair| value(&pair[0]) && pair[1] == "set").count();
    (of(&|value| value == "1"), of(&|value| value.starts_with("get ")))
}

/// Something that may throw.
const THROWING: &str = "(func $f (throw $t))";

#[test]
fn the_host_is_told_of_each_throw() {
    let told = code("(func (throw $t))");
    let tell = ["held", "throws", "-", "tell", "-"];
    assert!(told.starts_with(&tell.map(String::from)), "{told:?}");
    assert_eq!(told.iter().filter(|name| *name == "tell").count(), 1);
    // What passes references on could hold one anywhere.
    for passed in [
        "(func $g (param exnref))",
        "(func $g (result exnref) (unreachable))",
        "(tag $ref (param exnref))",
        "(func $g (param i32 (ref exn)))",
    ] {
        let told = code(&format!("(func (throw $t)) {passed}"));
        assert!(told.starts_with(&["throws while held", "tell", "-"].map(String::from)), "{passed}: {told:?}");
    }
    // A module that never throws has nothing to tell.
    assert!(!code("(func (block $b (try_table (catch $t $b))))").contains(&"set".to_owned()));
}

#[test]
fn where_references_are_caught() {
    for (function, expected) in [
        // By value: whoever threw it is gone.
        ("(func (block $b (try_table (catch $t $b) (call $f))))", (0, 1)),
        ("(func (block $b (try_table (catch_all $b) (call $f))))", (0, 1)),
        ("(func (drop (block $b (result i32) (try_table (catch $n $b) (call $f)) (i32.const 2))))", (0, 1)),
        ("(func (loop $l (try_table (catch $t $l) (call $f))))", (0, 1)),
        // By reference.
        ("(func (throw_ref (block $b (result exnref) (try_table (catch_all_ref $b) (call $f)) (return))))", (1, 0)),
        ("(func (drop (block $b (result exnref) (try_table (catch_ref $t $b) (call $f)) (return))))", (1, 0)),
        // What leads out of the function has no place in it.
        ("(func (try_table (catch_all 0) (call $f)))", (0, 0)),
        ("(func (try_table (call $f)))", (0, 0)),
    ] {
        assert_eq!(sets(&format!("{function} {THROWING}")), expected, "{function}");
    }
}

/// As compilers have it, with a destructor in place of the dots: the reference is used in the block around.
const CLEANUP: &str = "(block $out
    (block $ref (result exnref) (try_table (catch_all_ref $ref) (call $f)) (br $out))
    (local.set $x) … (throw_ref (local.get $x)))";

#[test]
fn a_reference_is_held_in_its_block() {
    let caught = "(block $b (try_table (catch $t $b) (call $f)))";
    let cleanup = |within: &str| CLEANUP.replace('…', within);
    for (code, expected) in [
        // Before it, behind it, and around it: in the next round of a loop as well.
        (format!("{caught} {}", cleanup("")), (1, 1)),
        (format!("{} {caught}", cleanup("")), (1, 1)),
        (format!("(loop $l {caught} {} (br $l))", cleanup("")), (1, 1)),
        (format!("(block $b (try_table (catch $t $b) {}))", cleanup("")), (1, 1)),
        (format!("(loop $l (block $b (try_table (catch $t $b) {})) (br $l))", cleanup("")), (1, 1)),
        // While it is held.
        (cleanup(caught), (1, 0)),
        (cleanup(&format!("(loop $l {caught} (br_if $l (i32.const 0)))")), (1, 0)),
        (cleanup(&format!("(if (i32.const 0) (then {caught}) (else {caught}))")), (1, 0)),
        (cleanup(&cleanup("")), (2, 0)),
    ] {
        assert_eq!(sets(&format!("(func (local $x exnref) {code}) {THROWING}")), expected, "{code}");
    }
}

#[test]
fn what_compilers_do_not_make_holds_everything() {
    let caught = "(block $b (try_table (catch $t $b) (call $f)))";
    for (code, expected) in [
        // A local that is read before it is set, in the next round or in another block.
        (format!("(loop $l {caught} (drop (local.get $x)) {} (br $l))", CLEANUP.replace('…', "")), (1, 0)),
        (format!("(block (local.set $x (ref.null exn))) {caught} (throw_ref (local.get $x))"), (0, 0)),
        (
            format!("(if (i32.const 0) (then (local.set $x (ref.null exn))) (else (drop (local.get $x)))) {caught}"),
            (0, 0),
        ),
        // A reference that stays on the stack.
        (format!("(local.set $x (ref.null exn)) (local.get $x) {caught} (throw_ref)"), (0, 0)),
        (format!("(drop (local.tee $x (ref.null exn))) {caught}"), (0, 0)),
        (
            format!(
                "(block $ref (result exnref) (try_table (catch_all_ref $ref) (call $f)) (return)) {caught} (throw_ref)"
            ),
            (1, 0),
        ),
    ] {
        assert_eq!(sets(&format!("(func (local $x exnref) {code}) {THROWING}")), expected, "{code}");
    }
}

#[test]
fn the_global_is_read_into_a_local_behind_the_others() {
    let of = |function: &str| code(&format!("{function} {THROWING}"));
    let caught = "(block $b (try_table (catch $t $b) (call $f)))";
    // A check comes first, in a function that has one.
    assert_eq!(of(&format!("(func {caught})"))[..2], ["held", "set 0"]);
    assert_eq!(of(&format!("(func (param i64 f32) (local i32 i32) (local f64) {caught})"))[..2], ["held", "set 5"]);
    assert_eq!(of(&format!("(func $g {caught} (call $g))"))[..5], ["-", "-", "-", "held", "set 0"]);
}

#[test]
fn the_global_comes_behind_all_others() {
    for globals in
        ["", "(global i32 (i32.const 0))", r#"(global $p (export "__stack_pointer") (mut i32) (i32.const 0))"#]
    {
        rewrite(&format!(r#"(module (memory (export "memory") 1) {globals} (tag $t) (func (export "f") (throw $t)))"#));
    }
    // An empty section.
    let (wasm, _) = rewrite(r#"(module (memory (export "memory") 1) (tag $t) (func (throw $t)))"#);
    let count = |wasm: &[u8]| {
        let globals = |payload| match payload {
            Payload::GlobalSection(globals) => Some(globals.count()),
            _ => None,
        };
        Parser::new(0).parse_all(wasm).find_map(|payload| globals(payload.expect("it was validated")))
    };
    assert_eq!(count(&wasm), Some(1));
}

//! The table is complete, says nothing twice, and refuses by name.

use super::*;
use crate::features::PROPOSALS;
use crate::{ModuleLimits, stoppable, validate};
use std::collections::BTreeSet;

fn is_on(proposal: &str) -> bool {
    Proposal::of_operators(proposal).is_some_and(Proposal::is_on)
}

#[test]
fn each_operator_of_a_proposal_that_is_on_has_a_class_and_no_other_has() {
    assert!(ALL.len() > 500, "{}", ALL.len());
    for (proposal, operator, effects) in ALL {
        // No valid module has it: it was reserved for something that never came.
        if *operator == "visit_typed_select_multi" {
            assert_eq!(*effects, None);
            continue;
        }
        assert_eq!(effects.is_some(), is_on(proposal), "{proposal} {operator}: {effects:?}");
    }
}

#[test]
fn each_proposal_of_an_operator_has_a_row() {
    let known: BTreeSet<_> = PROPOSALS.iter().map(|proposal| proposal.operators).collect();
    let there: BTreeSet<_> = ALL.iter().map(|(proposal, ..)| *proposal).collect();
    assert_eq!(there.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
}

#[test]
fn each_row_is_of_an_operator() {
    rows::each(|proposal, row, is_family| {
        let is_meant = |operator: &str| match operator.strip_prefix("visit_") {
            Some(name) => name == row || (is_family && name.starts_with(row)),
            None => false,
        };
        assert!(ALL.iter().any(|(of, operator, _)| *of == proposal && is_meant(operator)), "{proposal} {row}");
    });
}

/// Whoever changes this list changes `stoppable/flow.rs`, which follows each of them.
#[test]
fn what_is_followed_is_followed() {
    let followed = Effects::JUMPS.and(Effects::NESTS).and(Effects::ENDS);
    let names: BTreeSet<_> = ALL
        .iter()
        .filter(|(_, _, effects)| effects.is_some_and(|effects| effects.any(followed)))
        .map(|(_, operator, _)| name(operator))
        .collect();
    let expected = "block br br_if br_table else end if loop return throw throw_ref try_table unreachable";
    assert_eq!(names.into_iter().collect::<Vec<_>>().join(" "), expected);
}

/// What the host makes of a module before it is compiled.
fn admit(wat: &str) -> Result<(), ModuleError> {
    admit_bytes(&wat::parse_str(wat).expect("the text is a module"))
}

fn admit_bytes(wasm: &[u8]) -> Result<(), ModuleError> {
    ModuleLimits::default().check_code(wasm)?;
    validate(wasm)?;
    stoppable(wasm).map(drop)
}

/// A function with `try` and `catch_all`, which the text format doesn't have any more.
fn legacy_exception() -> Vec<u8> {
    use wasm_encoder::{CodeSection, Function, FunctionSection, Module, TypeSection};
    const TRY_CATCH_ALL_END_END: [u8; 5] = [0x06, 0x40, 0x19, 0x0b, 0x0b];
    let (mut types, mut functions, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
    types.ty().function([], []);
    functions.function(0);
    let mut body = Function::new([]);
    body.raw(TRY_CATCH_ALL_END_END);
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&code);
    module.finish()
}

#[test]
fn each_proposal_that_is_on_is_admitted() {
    for wat in [
        r#"(module (global (export "g") (mut i32) (i32.const 1)))"#,
        "(module (func (drop (i32.extend8_s (i32.const 1)))))",
        "(module (func (drop (i32.trunc_sat_f32_s (f32.const 1)))))",
        r#"(module (import "env" "memory" (memory 1 2 shared)) (func (drop (i32.atomic.load (i32.const 0)))))"#,
        "(module (table 1 externref) (func (param externref) (table.set (i32.const 0) (local.get 0))))",
        "(module (func (drop (i8x16.splat (i32.const 1)))))",
        "(module (func (drop (i8x16.relaxed_swizzle (v128.const i64x2 1 2) (v128.const i64x2 1 2)))))",
        "(module (memory 1) (func (memory.copy (i32.const 0) (i32.const 1) (i32.const 2))))",
        "(module (func (result i32 i32) (i32.const 1) (i32.const 2)))",
        "(module (tag $e) (func (block $b (try_table (catch $e $b) (throw $e)))))",
        "(module (global i32 (i32.add (i32.const 1) (i32.const 2))))",
        "(module (func (param i64) (result i64 i64) (i64.mul_wide_u (local.get 0) (local.get 0))))",
    ] {
        assert!(admit(wat).is_ok(), "{wat}: {:?}", admit(wat));
    }
}

#[test]
fn each_proposal_that_is_off_is_refused_by_name() {
    let modules = [
        ("multi-memory", "(module (memory 1) (memory 1))"),
        ("tail-call", "(module (func $f (return_call $f)))"),
        ("memory64", "(module (memory i64 1))"),
        ("memory64", "(module (table i64 1 funcref))"),
        ("function-references", "(module (type $t (func)) (func (param (ref null $t)) (call_ref $t (local.get 0))))"),
        ("function-references", "(module (type $t (func)) (func (param (ref $t))))"),
        (
            "gc",
            "(module (type (struct (field i32))) (func (param (ref null 0)) (drop (struct.get 0 0 (local.get 0)))))",
        ),
        ("gc", "(module (func (result i31ref) (ref.i31 (i32.const 1))))"),
        ("memory-control", "(module (memory 1) (func (memory.discard (i32.const 0) (i32.const 0))))"),
        ("custom-page-sizes", "(module (memory 1 (pagesize 1)))"),
        (
            "stack-switching",
            "(module (type $f (func)) (type $c (cont $f)) (func (param (ref $f)) (drop (cont.new $c (local.get 0)))))",
        ),
        (
            "shared-everything-threads",
            "(module (global $g (shared mut i32) (i32.const 0)) (func (drop (global.atomic.get seqcst $g))))",
        ),
    ];
    // A group of two imports from one module. The text format has no word for it.
    let compact = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x02\x0e\x01\x01m\0\x7f\x02\x01a\0\0\x01b\0\0".to_vec();
    let mut seen = BTreeSet::new();
    let modules = modules.map(|(expected, wat)| (expected, wat::parse_str(wat).expect("the text is a module")));
    for (expected, wasm) in
        modules.into_iter().chain([("legacy-exceptions", legacy_exception()), ("compact-imports", compact)])
    {
        let Err(error) = admit_bytes(&wasm) else { panic!("{expected} is admitted") };
        let (ModuleError::Proposal { proposal, .. } | ModuleError::Operator { proposal, .. }) = &error else {
            panic!("{expected}: {error:?}")
        };
        assert_eq!(*proposal, expected, "{error}");
        seen.insert(expected);
    }
    let off = PROPOSALS.iter().filter(|proposal| !proposal.is_on()).map(|proposal| proposal.name);
    // The text format has no way to write these yet.
    let unseen: Vec<_> = off.filter(|name| !seen.contains(name) && *name != "custom-descriptors").collect();
    assert_eq!(unseen, Vec::<&str>::new());
}

#[test]
fn an_operator_is_refused_with_its_place_and_what_to_do() {
    let error = admit("(module (func $f (return_call $f)))").expect_err("tail calls are off");
    assert_eq!(
        error.to_string(),
        "the module has the instruction `return_call` of the proposal `tail-call` at byte 23: the compiler (wasmer \
         7.4.2, Cranelift) has no code for it: build the module without it"
    );
}

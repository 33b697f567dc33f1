//! The rows: single operators first, then families of operators that only compute.
//!
//! Which operators are builtin functions of the engine's was read in wasmer-compiler-cranelift 7.4.2, `func_environ.rs`
//! and `translator/code_translator.rs`, and in wasmer-vm 7.4.2, `libcalls.rs`.

use super::Effects;

const NONE: Effects = Effects::NONE;
const JUMPS: Effects = Effects::JUMPS;
const NESTS: Effects = Effects::NESTS;
const ENDS: Effects = Effects::ENDS;
const NATIVE: Effects = Effects::NATIVE;
const CALLS: Effects = Effects::CALLS.and(Effects::CHANGES_ALL);
/// Moves as much as its operands say, by a builtin function.
const MOVES: Effects = NATIVE.and(Effects::LONG).and(Effects::CHANGES_ALL);
const MOVES_TABLE: Effects = MOVES.and(Effects::CHANGES_TABLE);
const GROWS: Effects = MOVES.and(Effects::ALLOCATES);
/// `alloc_exception`, `throw` and what unwinding runs.
const THROWS: Effects = JUMPS.and(NATIVE).and(Effects::THROWS).and(Effects::ALLOCATES).and(Effects::CHANGES_ALL);
const ATOMIC: Effects = Effects::ATOMIC.and(Effects::CHANGES_ALL);

/// Operators by name: proposal, name, effects.
const SINGLE: &[(&str, &str, Effects)] = &[
    ("mvp", "unreachable", JUMPS.and(NATIVE)), // `raise_trap`
    ("mvp", "nop", NONE),
    ("mvp", "block", NESTS),
    ("mvp", "loop", NESTS),
    ("mvp", "if", NESTS.and(JUMPS)),
    ("mvp", "else", ENDS),
    ("mvp", "end", ENDS),
    ("mvp", "br", JUMPS),
    ("mvp", "br_if", JUMPS),
    ("mvp", "br_table", JUMPS),
    ("mvp", "return", JUMPS),
    ("mvp", "call", CALLS),
    ("mvp", "call_indirect", CALLS),
    ("mvp", "drop", NONE),
    ("mvp", "select", NONE),
    ("mvp", "local_get", NONE),
    ("mvp", "local_set", NONE),
    ("mvp", "local_tee", NONE),
    ("mvp", "global_get", NONE),
    ("mvp", "global_set", Effects::CHANGES_ALL),
    ("mvp", "memory_size", NATIVE),
    ("mvp", "memory_grow", GROWS),
    ("reference_types", "typed_select", NONE),
    ("reference_types", "ref_null", NONE),
    ("reference_types", "ref_is_null", NONE),
    ("reference_types", "ref_func", NATIVE),
    ("reference_types", "table_get", NATIVE),
    ("reference_types", "table_set", NATIVE.and(Effects::CHANGES_TABLE)),
    ("reference_types", "table_grow", GROWS.and(Effects::CHANGES_TABLE)),
    ("reference_types", "table_size", NATIVE),
    ("reference_types", "table_fill", MOVES_TABLE),
    ("bulk_memory", "memory_init", MOVES),
    ("bulk_memory", "memory_copy", MOVES),
    ("bulk_memory", "memory_fill", MOVES),
    ("bulk_memory", "data_drop", NATIVE),
    ("bulk_memory", "table_init", MOVES_TABLE),
    ("bulk_memory", "table_copy", MOVES_TABLE),
    ("bulk_memory", "elem_drop", NATIVE),
    ("exceptions", "try_table", NESTS.and(JUMPS).and(NATIVE)), // what it catches is read by `read_exnref`
    ("exceptions", "throw", THROWS),
    ("exceptions", "throw_ref", THROWS),
    ("threads", "memory_atomic_notify", ATOMIC.and(NATIVE)),
    ("threads", "memory_atomic_wait32", ATOMIC.and(NATIVE)),
    ("threads", "memory_atomic_wait64", ATOMIC.and(NATIVE)),
    ("threads", "atomic_fence", ATOMIC),
];

/// Operators by how their names begin: proposal, begin, effects.
const FAMILIES: &[(&str, &[&str], Effects)] = &[
    ("mvp", &["i32_", "i64_", "f32_", "f64_"], NONE),
    ("sign_extension", &["i32_extend", "i64_extend"], NONE),
    ("saturating_float_to_int", &["i32_trunc_sat_", "i64_trunc_sat_"], NONE),
    ("threads", &["i32_atomic_", "i64_atomic_"], ATOMIC),
    ("simd", &["v128_", "i8x16_", "i16x8_", "i32x4_", "i64x2_", "f32x4_", "f64x2_"], NONE),
    ("relaxed_simd", &["i8x16_relaxed_", "i16x8_relaxed_", "i32x4_relaxed_", "i64x2_relaxed_"], NONE),
    ("relaxed_simd", &["f32x4_relaxed_", "f64x2_relaxed_"], NONE),
    ("wide_arithmetic", &["i64_add128", "i64_sub128", "i64_mul_wide_"], NONE),
];

/// What an operator does, if a row has it. `visit` is the name of wasmparser's method for it.
pub(super) const fn find(proposal: &str, visit: &str) -> Option<Effects> {
    let name = rest(visit, "visit_");
    let mut at = 0;
    while at < SINGLE.len() {
        let (of, single, effects) = SINGLE[at];
        if equal(of, proposal) && begins(name, single.as_bytes()) && name.len() == single.len() {
            return Some(effects);
        }
        at += 1;
    }
    let mut at = 0;
    while at < FAMILIES.len() {
        let (of, begins_with, effects) = FAMILIES[at];
        let mut family = 0;
        while equal(of, proposal) && family < begins_with.len() {
            if begins(name, begins_with[family].as_bytes()) {
                return Some(effects);
            }
            family += 1;
        }
        at += 1;
    }
    None
}

/// Whether a name is one of these.
pub(super) const fn is_among(name: &str, names: &[&str]) -> bool {
    let mut at = 0;
    while at < names.len() {
        if equal(name, names[at]) {
            return true;
        }
        at += 1;
    }
    false
}

const fn equal(one: &str, other: &str) -> bool {
    one.len() == other.len() && begins(one.as_bytes(), other.as_bytes())
}

const fn begins(name: &[u8], with: &[u8]) -> bool {
    let mut at = 0;
    while at < with.len() {
        if at == name.len() || name[at] != with[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn rest<'a>(name: &'a str, begin: &str) -> &'a [u8] {
    let (_, rest) = name.as_bytes().split_at(begin.len());
    rest
}

/// Shows each row: its proposal, its name or how the names begin, and whether it is a family.
#[cfg(test)]
pub(super) fn each(mut show: impl FnMut(&'static str, &'static str, bool)) {
    SINGLE.iter().for_each(|(proposal, name, _)| show(proposal, name, false));
    for (proposal, begins, _) in FAMILIES {
        begins.iter().for_each(|begin| show(proposal, begin, true));
    }
}

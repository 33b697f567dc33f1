//! Modules that are too large are refused before they are compiled, whatever is too large in them.

use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_host::error::{LoadError, ModuleError};
use plugix_host::module::ModuleLimits;
use plugix_host::{Engine, Module};
use std::time::Duration;

/// A limit that is set to three, and its name in the error.
type Case = (fn(&mut ModuleLimits) -> &mut u64, &'static str, fn(usize) -> String);

fn load(limits: ModuleLimits, body: &str) -> Result<Module> {
    let wasm = wat::parse_str(format!(r#"(module {body} (memory (export "memory") 1))"#))?;
    Ok(Engine::with_limits(limits)?.load(wasm)?)
}

fn repeat(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

fn exports(count: usize) -> String {
    // The memory is an export as well.
    repeat(count - 1, |index| format!("(global (export \"g{index}\") i32 (i32.const 0))"))
}

#[test]
fn each_part_has_its_limit() -> Result<()> {
    const TYPES: [&str; 4] = ["i32", "i64", "f32", "f64"];
    let cases: [Case; 10] = [
        (|limits| &mut limits.types, "types", |n| repeat(n, |i| format!("(type (func (param {})))", TYPES[i]))),
        (
            |limits| &mut limits.imports,
            "imports",
            |n| repeat(n, |i| format!(r#"(import "wasi_snapshot_preview1" "sched_yield" (func $f{i} (result i32)))"#)),
        ),
        (|limits| &mut limits.exports, "exports", exports),
        (|limits| &mut limits.functions, "functions", |n| repeat(n, |_| "(func)".into())),
        (|limits| &mut limits.globals, "globals", |n| repeat(n, |_| "(global i32 (i32.const 0))".into())),
        (|limits| &mut limits.tables, "tables", |n| repeat(n, |_| "(table 1 funcref)".into())),
        (
            |limits| &mut limits.elements,
            "element segments",
            |n| format!("(table 1 funcref) {}", repeat(n, |_| "(elem (table 0) (i32.const 0) func)".into())),
        ),
        (|limits| &mut limits.data, "data segments", |n| repeat(n, |_| "(data (i32.const 0) \"x\")".into())),
        (|limits| &mut limits.tags, "exception tags", |n| repeat(n, |_| "(tag)".into())),
        (
            |limits| &mut limits.locals,
            "local variables in one function",
            |n| format!("(func (local {}))", "i32 ".repeat(n)),
        ),
    ];
    for (limit, name, body) in cases {
        let mut limits = ModuleLimits::default();
        *limit(&mut limits) = 3;
        load(limits.clone(), &body(3))?;
        let refused = load(limits, &body(4)).unwrap_err().downcast::<LoadError>()?;
        assert_matches!(refused, LoadError::Module(ModuleError::TooLarge { what, found: 4, allowed: 3 }) if *what == name);
    }
    Ok(())
}

#[test]
fn the_whole_and_single_functions_have_limits() -> Result<()> {
    let mut limits = ModuleLimits::default();
    limits.bytes = 100;
    let body = format!("(data (i32.const 0) {:?})", "x".repeat(100));
    assert_matches!(
        refused(limits, &body),
        LoadError::Module(ModuleError::TooLarge { what: "bytes", allowed: 100, .. })
    );

    let mut limits = ModuleLimits::default();
    limits.function_bytes = 100;
    let body = format!("(func {})", "nop ".repeat(100));
    assert_matches!(
        refused(limits, &body),
        LoadError::Module(ModuleError::TooLarge { what: "bytes in one function", .. })
    );
    Ok(())
}

#[test]
fn a_file_is_not_read_beyond_the_limit() -> Result<()> {
    let mut limits = ModuleLimits::default();
    limits.bytes = 1000;
    let refused = Engine::with_limits(limits)?.load_file("/dev/zero").unwrap_err();
    assert_matches!(refused, LoadError::Module(ModuleError::TooLarge { what: "bytes", found: 1001, allowed: 1000 }));
    Ok(())
}

#[test]
fn blocks_nest_so_deep_and_no_deeper() -> Result<()> {
    let nested = |depth: usize| format!("(func {} {})", "block ".repeat(depth), "end ".repeat(depth));
    load(ModuleLimits::default(), &nested(20_000))?.compile()?;
    let refused = load(ModuleLimits::default(), &nested(20_001))?.compile().unwrap_err();
    assert_matches!(
        refused,
        LoadError::Module(ModuleError::TooLarge { what: "blocks within blocks", found: 20_001, allowed: 20_000 })
    );
    Ok(())
}

#[test]
fn nobody_waits_for_the_compiler_longer_than_wanted() -> Result<()> {
    let mut limits = ModuleLimits::default();
    limits.compile_time = Duration::ZERO;
    let module = load(limits, "(func (export \"f\"))")?;
    // Each time the compiler starts, and ends before its first function.
    for _ in 0..3 {
        assert_matches!(module.compile().unwrap_err(), LoadError::CompileTime { limit: Duration::ZERO });
    }
    Ok(())
}

fn refused(limits: ModuleLimits, body: &str) -> LoadError {
    load(limits, body).unwrap_err().downcast().unwrap()
}

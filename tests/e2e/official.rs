//! Modules of the official WASIX toolchain: each kind runs, or is refused with the way out.

use anyhow::Result;
use plugix_e2e::{engine, module};
use plugix_host::Policy;
use plugix_host::raw::Command;
use wasm_encoder::{
    BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, MemorySection, MemoryType, Module,
    TypeSection,
};

#[test]
fn what_cargo_wasix_makes_runs() -> Result<()> {
    for name in ["rewritten", "wide"] {
        let exit = Command::new(&engine().load(module("official", name)?)?, &Policy::new())?.run()?;
        assert_eq!(exit.code, 42, "{name}");
    }
    Ok(())
}

/// rustc alone makes these, without `cargo wasix`. The text format has no words for them.
#[test]
fn exceptions_that_are_not_rewritten_are_refused_with_the_ways_out() -> Result<()> {
    let mut legacy = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], []);
    legacy.section(&types).section(FunctionSection::new().function(0));
    let memory = MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None };
    legacy.section(MemorySection::new().memory(memory));
    legacy.section(ExportSection::new().export("memory", ExportKind::Memory, 0).export("_start", ExportKind::Func, 0));
    let mut body = Function::new([]);
    body.instructions().try_(BlockType::Empty).catch_all().end().end();
    legacy.section(CodeSection::new().function(&body));
    let Err(refused) = engine().load(legacy.finish())?.compile() else { panic!("it was compiled") };
    let told = format!("{:#}", anyhow::Error::from(refused));
    for part in [
        "try instruction, at byte",
        "legacy-exceptions",
        "cargo wasix",
        "wasm-opt --all-features --translate-to-exnref",
    ] {
        assert!(told.contains(part), "{told}");
    }
    Ok(())
}

//! Modules of the official WASIX toolchain: each kind runs, or is refused with the way out.

use anyhow::Result;
use plugix_e2e::{engine, module};
use plugix_host::Policy;
use plugix_host::raw::Command;
use wasm_encoder::{BlockType, CodeSection, ExportKind, ExportSection, Function, FunctionSection, Module, TypeSection};

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
    let (mut types, mut functions, mut exports) = (TypeSection::new(), FunctionSection::new(), ExportSection::new());
    types.ty().function([], []);
    functions.function(0);
    exports.export("_start", ExportKind::Func, 0);
    let (mut code, mut body) = (CodeSection::new(), Function::new([]));
    body.instructions().try_(BlockType::Empty).catch_all().end().end();
    code.function(&body);
    let mut legacy = Module::new();
    legacy.section(&types).section(&functions).section(&exports).section(&code);
    let Err(refused) = engine().load(legacy.finish())?.compile() else { panic!("it was compiled") };
    let told = format!("{:#}", anyhow::Error::from(refused));
    for part in ["`try`", "legacy-exceptions", "cargo wasix", "wasm-opt --translate-to-exnref"] {
        assert!(told.contains(part), "{told}");
    }
    Ok(())
}

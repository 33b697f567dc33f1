//! Each reason to refuse a module, by the error's variant.

mod metadata;

use anyhow::Result;
use plugix_e2e::{assert_matches, engine, guest, module};
use plugix_host::error::{LoadError, ModuleError};
use plugix_host::raw::{Command, RawPlugin};
use plugix_host::{Error, Plugin, Policy};

/// Why a fixture can't be loaded, or why no plugin can be made from it.
fn refusal(name: &str) -> Result<LoadError> {
    refusal_of(module("refusals", name)?)
}

fn refusal_of(wasm: Vec<u8>) -> Result<LoadError> {
    let plugin = engine().load(wasm).and_then(|module| Plugin::new(&module, &Policy::new()));
    plugin.err().ok_or_else(|| anyhow::anyhow!("the plugin started"))
}

/// The reasons to refuse a fixture before any of it is compiled or run.
fn refusal_to_load(name: &str) -> Result<LoadError> {
    engine().load(module("refusals", name)?).err().ok_or_else(|| anyhow::anyhow!("{name} was loaded"))
}

#[test]
fn not_wasm() -> Result<()> {
    assert_matches!(refusal_of(b"#!/bin/sh\n".to_vec())?, LoadError::Module(ModuleError::NotWasm { found }) if found == b"#!/b");
    assert_matches!(refusal_of(b"\0a".to_vec())?, LoadError::Module(ModuleError::NotWasm { found }) if found == b"\0a");
    assert_matches!(refusal_of(Vec::new())?, LoadError::Module(ModuleError::NotWasm { found }) if found.is_empty());
    Ok(())
}

#[test]
fn truncated_anywhere() -> Result<()> {
    let whole = module("refusals", "unknown-import")?;
    for len in 4..whole.len() {
        let error = refusal_of(whole[..len].to_vec())?;
        // A cut between two sections leaves a well-formed module behind. That module lacks something.
        assert_matches!(
            error,
            LoadError::Module(ModuleError::Malformed { .. } | ModuleError::NoMemory) | LoadError::UnknownImport { .. }
        );
    }
    assert_matches!(refusal_of(whole[..whole.len() - 1].to_vec())?, LoadError::Module(ModuleError::Malformed { .. }));
    Ok(())
}

#[test]
fn a_file_that_is_not_there() {
    assert_matches!(engine().load_file("no/such/plugin.wasm"), Err(LoadError::Io { what, .. }) if what.contains("plugin.wasm"));
}

#[test]
fn component() -> Result<()> {
    assert_matches!(refusal_to_load("component")?, LoadError::Module(ModuleError::Component));
    Ok(())
}

#[test]
fn unknown_import() -> Result<()> {
    let error = refusal_to_load("unknown-import")?;
    assert_matches!(error, LoadError::UnknownImport { module, name } if module == "env" && name == "frobnicate");
    let error = refusal_to_load("unknown-wasi-import")?;
    assert_matches!(error, LoadError::UnknownImport { name, .. } if name == "fd_frobnicate");
    Ok(())
}

#[test]
fn import_of_another_type() -> Result<()> {
    let error = refusal_to_load("import-type")?;
    assert_matches!(error, LoadError::ImportType { name, found, .. } if name == "fd_close" && found.contains("[I32, I32]"));
    assert_matches!(refusal_to_load("import-kind")?, LoadError::ImportType { name, .. } if name == "fd_close");
    Ok(())
}

#[test]
fn memories() -> Result<()> {
    assert_matches!(refusal_to_load("no-memory")?, LoadError::Module(ModuleError::NoMemory));
    assert_matches!(refusal_to_load("hidden-memory")?, LoadError::Module(ModuleError::NoMemory));
    assert_matches!(refusal_to_load("several-memories")?, LoadError::Module(ModuleError::SeveralMemories { count: 2 }));
    assert_matches!(refusal_to_load("memory64")?, LoadError::Module(ModuleError::Memory64));
    Ok(())
}

#[test]
fn dynamic_linking() -> Result<()> {
    assert_matches!(refusal_to_load("dynamic")?, LoadError::Module(ModuleError::DynamicLinking));
    Ok(())
}

#[test]
fn command_where_a_reactor_is_needed() -> Result<()> {
    assert_matches!(refusal("command")?, LoadError::Module(ModuleError::CommandNotReactor));
    let command = guest("command");
    assert_matches!(Plugin::new(&command, &Policy::new()), Err(LoadError::Module(ModuleError::CommandNotReactor)));
    assert_matches!(RawPlugin::new(&command, &Policy::new()), Err(LoadError::Module(ModuleError::CommandNotReactor)));
    Ok(())
}

#[test]
fn reactor_where_a_command_is_needed() -> Result<()> {
    let library = engine().load(module("refusals", "not-a-plugin")?)?;
    assert_matches!(Command::new(&library, &Policy::new()), Err(LoadError::NotACommand));
    Ok(())
}

#[test]
fn no_initializer() -> Result<()> {
    assert_matches!(refusal("no-initialize")?, LoadError::Module(ModuleError::NoInitialize));
    Ok(())
}

#[test]
fn not_a_plugin() -> Result<()> {
    assert_matches!(refusal("not-a-plugin")?, LoadError::Module(ModuleError::NotAPlugin));
    Ok(())
}

#[test]
fn invalid_body() -> Result<()> {
    let module = engine().load(module("refusals", "invalid-body")?)?;
    assert_matches!(module.compile(), Err(LoadError::Module(ModuleError::Malformed { .. })));
    assert_matches!(Plugin::new(&module, &Policy::new()), Err(LoadError::Module(ModuleError::NotAPlugin)));
    Ok(())
}

#[test]
fn initializer_that_traps() -> Result<()> {
    let error = refusal("initializer-traps")?;
    assert_matches!(error, LoadError::Start(Error::Trap(trap)) if trap.frames[0].function == "init");
    let error = refusal("start-traps")?;
    assert_matches!(error, LoadError::Start(Error::Trap(trap)) if trap.frames[0].function == "start");
    Ok(())
}

#[test]
fn initializer_that_exits() -> Result<()> {
    assert_matches!(refusal("initializer-exits")?, LoadError::Start(Error::Exited { code: 7 }));
    Ok(())
}

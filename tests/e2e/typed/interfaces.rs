//! Hosts and plugins of different versions. Nothing here is compiled: the module's code is not even valid.

use super::store::TestStore;
use super::typed;
use anyhow::{Context, Result};
use plugix_e2e::{assert_matches, engine, guest};
use plugix_e2e_contract::bench::Bench;
use plugix_e2e_contract::host::{Store, StoreError};
use plugix_e2e_contract::typed::Typed;
use plugix_e2e_contract::versions::*;
use plugix_host::abi::Interface;
use plugix_host::abi::interface::{Provider, Version};
use plugix_host::error::{InterfaceError, LoadError, ModuleError};
use plugix_host::{Error, Module, Plugin};
use std::collections::BTreeMap;

/// The host's store is older than the plugin, or another one of that name. Only the first is ever called.
struct Stub;

impl OlderStore for Stub {
    fn put(&self, _: &str, _: Vec<u8>) -> u64 {
        1
    }
    fn get(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        Err(StoreError::Missing { key: key.to_owned() })
    }
    fn list(&self) -> BTreeMap<String, u64> {
        BTreeMap::new()
    }
    fn panic(&self, message: &str) -> u64 {
        message.len() as u64
    }
    fn call_back(&self) -> String {
        String::new()
    }
}

impl ChangedStore for Stub {
    fn put(&self, _: &str, _: Vec<u8>) -> u32 {
        1
    }
}

impl SmallerStore for Stub {
    fn put(&self, _: &str, _: Vec<u8>) -> u64 {
        1
    }
}

impl NextStore for Stub {
    fn put(&self, _: &str, _: Vec<u8>) -> u64 {
        1
    }
}

/// The plugin's module with a body that can't be compiled.
fn uncompilable() -> Result<Module> {
    let wasm = std::fs::read(plugix_e2e::guest_path("typed"))?;
    let module = engine().load(plugix_e2e::with_invalid_code(&wasm)?)?;
    assert_matches!(module.compile(), Err(LoadError::Module(ModuleError::Malformed { .. })));
    Ok(module)
}

fn difference<I: Interface + ?Sized>() -> Result<InterfaceError> {
    let error = uncompilable()?.info().check_interface::<I>().err().context("the two fit")?;
    assert_matches!(typed().bind::<I>().map(drop), Err(Error::Interface(found)) if **found == error);
    Ok(error)
}

fn refusal<I: Interface + ?Sized>(provider: Provider<I>) -> Result<InterfaceError> {
    match Plugin::builder(&uncompilable()?).provide(provider).start() {
        Err(LoadError::Interface(error)) => Ok(error),
        other => anyhow::bail!("{other:?}"),
    }
}

#[test]
fn the_plugin_lacks_the_interface() -> Result<()> {
    let error = difference::<dyn Bench>()?;
    assert_eq!(error.to_string(), "the plugin doesn't implement `Bench`; it implements `Extra`, `Typed`");
    assert_matches!(error, InterfaceError::NotImplemented { .. });
    Ok(())
}

#[test]
fn another_major_version() -> Result<()> {
    let version = |major, minor| Version { major, minor, patch: 0 };
    let wanted = version(3, 0);
    let found = version(2, 3);
    let expected = InterfaceError::Version { interface: "Typed".into(), wanted, found };
    assert_eq!(difference::<dyn NextTyped>()?, expected);
    let wanted = version(1, 1);
    let found = version(2, 0);
    let expected = InterfaceError::Version { interface: "Store".into(), wanted, found };
    assert_eq!(refusal(<dyn NextStore>::provider(Stub))?, expected);
    Ok(())
}

#[test]
fn a_method_is_missing() -> Result<()> {
    let expected = "`Typed` lacks the method `sing(verses: u8) -> String`: wanted in version 2.4.0, not found in version 2.3.0; \
                    a method that comes later needs a default body, or `#[since(\"…\")]`";
    assert_eq!(difference::<dyn LargerTyped>()?.to_string(), expected);
    let error = refusal(<dyn SmallerStore>::provider(Stub))?.to_string();
    assert!(error.starts_with("`Store` lacks the method `get(key: &str) -> Result<Vec<u8>, StoreError>`: "), "{error}");
    Ok(())
}

#[test]
fn a_method_has_changed() -> Result<()> {
    let error = difference::<dyn ChangedTyped>()?.to_string();
    let expected = "`Typed` has another `text`: wanted `text(text: &[u8]) -> String`, found `text(text: &str) -> String`; \
         argument `text`: wanted `Vec<u8>`, found `String`";
    assert_eq!(error, expected);
    let error = refusal(<dyn ChangedStore>::provider(Stub))?.to_string();
    let expected = "`Store` has another `put`: wanted `put(key: &str, value: Vec<u8>) -> u64`, \
                    found `put(key: &str, value: Vec<u8>) -> u32`; result: wanted `u64`, found `u32`";
    assert_eq!(error, expected);
    Ok(())
}

#[test]
fn a_type_has_other_fields() -> Result<()> {
    let error = difference::<dyn RetypedTyped>()?.to_string();
    let expected = "`Typed` has another `everything`: wanted `everything(value: Everything) -> Everything`, found \
                    `everything(value: Everything) -> Everything`; argument `value`: the field `flag` is found and not \
                    wanted, and has no `#[schema(default)]`: wanted `{ shapes: Vec<";
    assert!(error.starts_with(expected), "{error}");
    Ok(())
}

#[test]
fn the_host_provides_nothing() -> Result<()> {
    match Plugin::builder(&uncompilable()?).start() {
        Err(LoadError::Interface(InterfaceError::NotProvided { interface, provided })) => {
            assert_eq!((interface.as_str(), provided), ("Store", Vec::<String>::new()));
            Ok(())
        }
        other => anyhow::bail!("{other:?}"),
    }
}

#[test]
fn what_fits_is_compiled() -> Result<()> {
    let module = uncompilable()?;
    module.info().check_interface::<dyn Typed>()?;
    let started = Plugin::builder(&module).provide(<dyn Store>::provider(TestStore::default())).start();
    assert_matches!(started, Err(LoadError::Module(ModuleError::Malformed { .. })));
    Ok(())
}

#[test]
fn a_method_that_the_host_lacks_runs_in_the_plugin() -> Result<()> {
    let plugin = Plugin::builder(&guest("typed")).config(&None::<String>);
    let plugin = plugin.provide(<dyn OlderStore>::provider(Stub)).start()?;
    assert_eq!(plugin.bind::<dyn Typed>()?.bad_host()?[2], "Ok(7)");
    Ok(())
}

#[test]
fn a_method_that_the_plugin_lacks_runs_in_the_host() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn LaterTyped>()?;
    assert_eq!(client.twice("la")?, "lala");
    assert_eq!(client.text("la")?, "la");
    drop(client);
    assert_matches!(
        plugin.call::<_, String>("twice", &("la",)),
        Err(plugix_host::error::CallError::Failed(Error::NoSuchMethod { .. }))
    );
    Ok(())
}

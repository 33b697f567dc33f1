//! How a plugin starts and ends: its configuration, its constructor and its last hook.

use super::store::TestStore;
use super::{builder, typed};
use anyhow::Result;
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::host::Store;
use plugix_e2e_contract::typed::Typed;
use plugix_host::error::LoadError;
use plugix_host::plugin::PluginBuilder;
use plugix_host::{Error, Plugin, Policy};
use serde_json::json;

fn start_with<C: serde::Serialize>(config: &C) -> Result<(), LoadError> {
    builder(&TestStore::default()).config(config).start().map(drop)
}

#[test]
fn a_constructor_can_refuse() {
    let refused = start_with(&Some("not today"));
    assert_matches!(refused, Err(LoadError::Refused { message }) if message == "not today");
}

#[test]
fn a_constructor_that_panics() {
    let panicked = start_with(&Some("panic"));
    assert_matches!(panicked, Err(LoadError::Start(Error::Panic(panic))) if panic.report.message == "the constructor panics");
}

#[test]
fn a_configuration_of_another_type() {
    for wrong in [start_with(&7_u8), start_with(&(None::<String>, 1_u8))] {
        assert_matches!(wrong, Err(LoadError::Configuration { problem }) if problem.contains("`config`") || problem.contains("`…`"));
    }
}

#[test]
fn a_configuration_in_json() {
    let start = |config| builder(&TestStore::default()).config_json(&config).start().map(drop);
    assert_matches!(start(json!(null)), Ok(()));
    assert_matches!(start(json!("not today")), Err(LoadError::Refused { message }) if message == "not today");
    assert_matches!(start(json!(7)), Err(LoadError::Configuration { problem }) if problem == "expected String, found 7");
}

#[test]
fn a_configuration_of_the_policys() -> Result<()> {
    let policy = Policy::from_toml_str("[config]\nwords = 1", "")?;
    let start = |builder: PluginBuilder| builder.policy(policy.clone()).start().map(drop);
    let unset = Plugin::builder(&guest("typed")).provide(<dyn Store>::provider(TestStore::default()));
    assert_matches!(start(unset), Err(LoadError::Configuration { problem })
        if problem == r#"`[config]` of the policy: expected String, found {"words":1}"#);
    // What the host sets counts.
    assert_matches!(start(builder(&TestStore::default())), Ok(()));
    Ok(())
}

#[test]
fn a_configuration_that_is_missing() {
    let unset = Plugin::builder(&guest("typed")).provide(<dyn Store>::provider(TestStore::default()));
    // Nothing of Rust's is nothing on the way.
    for missing in [unset.start().map(drop), start_with(&())] {
        assert_matches!(missing, Err(LoadError::Configuration { problem })
            if problem.starts_with("it got none, and needs a `Option<String>`"));
    }
}

#[test]
fn a_policy_that_allows_less_than_the_author_says() {
    let start = |threads| builder(&TestStore::default()).policy(Policy::new().threads(threads)).start().map(drop);
    assert_matches!(start(7), Err(LoadError::NeedsThreads { needed: 8, allowed: 7 }));
    assert_matches!(start(8), Ok(()));
}

#[test]
fn the_descriptor_says_what_it_wants() {
    let plugin = typed();
    let described =
        plugin.module().info().plugin.as_ref().map(|plugin| (plugin.config.to_string(), plugin.needs.threads));
    assert_eq!(described, Some(("Option<String>".to_owned(), 8)));
}

#[test]
fn the_last_hook_runs_when_the_plugin_is_dropped() -> Result<()> {
    let store = TestStore::default();
    let plugin = builder(&store).start()?;
    plugin.bind::<dyn Typed>()?.text("used")?;
    assert!(store.values.lock().expect("no panic").is_empty());
    drop(plugin);
    assert!(store.values.lock().expect("no panic").contains_key("unloaded"));
    Ok(())
}

#[test]
fn the_last_hook_runs_after_a_panic_too() -> Result<()> {
    let store = TestStore::default();
    let plugin = builder(&store).start()?;
    assert_matches!(plugin.bind::<dyn Typed>()?.panic("early"), Err(Error::Panic(_)));
    drop(plugin);
    assert!(store.values.lock().expect("no panic").contains_key("unloaded"));
    Ok(())
}

//! Plugins that call other plugins. The plugins are `guests/linked`, `guests/stateful` and `guests/stateful-next`.

use anyhow::{Result, anyhow};
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::counting::{Asking, Counting, Gate};
use plugix_host::Plugin;
use plugix_host::abi::interface::Shape;
use plugix_host::abi::interface::descriptor::Descriptor;
use plugix_host::error::{CallError, LoadError};
use plugix_host::plugin::{Carry, ReplaceOptions, Replaceable, SharedPlugin, Sharing};

struct Open;

impl Gate for Open {
    fn pass(&self) {}
}

fn counter(name: &str) -> Result<SharedPlugin> {
    let plugin = Plugin::builder(&guest(name)).config("").provide(<dyn Gate>::provider(Open)).start()?;
    Ok(plugin.into_shared(&Sharing::new().workers(1))?)
}

fn asker(counter: &Replaceable) -> Result<Plugin, LoadError> {
    Plugin::builder(&guest("linked")).link("Counting", counter).start()
}

/// The method's own error is a text.
fn told<T>(result: Result<T, CallError<String>>) -> Result<T> {
    result.map_err(|error| anyhow!("{error}"))
}

#[test]
fn a_plugin_calls_another_one() -> Result<()> {
    let counter = Replaceable::new(counter("stateful")?);
    let asker = asker(&counter)?;
    let client = asker.bind::<dyn Asking>()?;
    assert_eq!(told(client.add(3))?, 3);
    assert_eq!(told(client.add_letters("four"))?, 7);
    assert_matches!(client.add_letters(""), Err(CallError::Returned(message)) if message.contains("no letters"));
    assert_eq!(counter.bind::<dyn Counting>()?.add(0)?, 7);
    Ok(())
}

#[test]
fn it_calls_the_one_that_serves() -> Result<()> {
    let serving = Replaceable::new(counter("stateful")?);
    let asker = asker(&serving)?;
    let client = asker.bind::<dyn Asking>()?;
    assert_eq!((told(client.generation())?, told(client.add(1))?), (1, 1));
    serving.replace(counter("stateful-next")?, &ReplaceOptions::new().carry(Carry::Saved))?;
    assert_eq!((told(client.generation())?, told(client.add_letters("ab"))?), (2, 5));
    Ok(())
}

#[test]
fn the_end_of_one_is_an_error_for_the_other() -> Result<()> {
    let counter = Replaceable::new(counter("stateful")?);
    let asker = asker(&counter)?;
    let client = asker.bind::<dyn Asking>()?;
    counter.bind::<dyn Counting>()?.trap().unwrap_err();
    assert_matches!(client.add(1), Err(CallError::Returned(message)) if message.contains("dead"));
    assert_eq!(asker.usage().stops, 0);
    Ok(())
}

#[test]
fn plugins_that_do_not_fit_are_not_linked() -> Result<()> {
    let small = Plugin::builder(&guest("small")).start()?.into_shared(&Sharing::new().workers(1))?;
    assert_matches!(asker(&Replaceable::new(small)), Err(LoadError::Interface(_)));
    // What the plugin doesn't want is no matter.
    let counter = Replaceable::new(counter("stateful")?);
    assert!(Plugin::builder(&guest("small")).link("nothing", &counter).start().is_ok());
    // Streams don't go from one plugin to another.
    let evolve = guest("evolve");
    let has_stream =
        |wanted: &&Descriptor| wanted.methods.iter().any(|it| matches!(it.returns.value, Shape::Stream(_)));
    let wanted = evolve.info().uses.iter().find(has_stream).map(|wanted| wanted.name.clone());
    let refused = Plugin::builder(&evolve).link(wanted.expect("it has one"), &counter).start();
    assert_matches!(refused, Err(LoadError::Link { .. }));
    assert_matches!(Plugin::builder(&guest("linked")).start(), Err(LoadError::Interface(_)));
    Ok(())
}

//! A host that takes plugins of two major versions.

use super::evolve;
use anyhow::Result;
use futures::executor::block_on;
use plugix_e2e::{assert_matches, engine, guest};
use plugix_e2e_contract::evolve::words::{FirstWords, LaterWords, Words, v1::WordsCalls as _, v2, v2::WordsCalls as _};
use plugix_host::Error;
use plugix_host::abi::interface::{Either, Version};
use plugix_host::error::{CallError, InterfaceError};
use plugix_host::plugin::Sharing;
use plugix_host::pool::Pool;
use std::time::Duration;

/// Knows version 2 alone.
fn count(words: &impl v2::WordsCalls<Error = Error>) -> Result<()> {
    assert_eq!(words.count("a b c", 3).ok(), Some(3));
    assert_matches!(words.count("a b c", 2), Err(CallError::Returned(3)));
    Ok(())
}

#[test]
fn a_plugin_of_the_first_version_works_as_one_of_the_second() -> Result<()> {
    guest("evolve").info().check_interface::<Words>()?;
    let plugin = evolve()?;
    count(&plugin.bind::<Words>()?)?;
    count(&plugin.within(Duration::from_secs(60)).bind::<Words>()?)?;
    let shared = plugin.into_shared(&Sharing::new().workers(2))?;
    count(&shared.bind::<Words>()?)?;
    let awaited = shared.bind_async::<Words>()?;
    let counted = block_on(awaited.call(|words| words.count("a b", 9)));
    assert_eq!(counted.ok(), Some(2));
    count(&evolve()?.into_client::<Words>()?)
}

#[test]
fn a_pool_has_it_as_well() -> Result<()> {
    let pool = Pool::builder(engine(), evolve).build()?;
    count(&pool.take()?.bind::<Words>()?)
}

#[test]
fn the_newer_one_needs_no_adapter() -> Result<()> {
    let plugin = evolve()?;
    let words = plugin.bind::<FirstWords>()?;
    assert_matches!(words, Either::New(_));
    assert_eq!(words.count("a b")?, 2);
    Ok(())
}

#[test]
fn a_plugin_of_neither_version_is_refused() -> Result<()> {
    let version = |major, minor| Version { major, minor, patch: 0 };
    let expected = InterfaceError::Version { interface: "Words".into(), wanted: version(2, 0), found: version(1, 3) };
    assert_eq!(guest("evolve").info().check_interface::<LaterWords>().unwrap_err(), expected);
    let plugin = evolve()?;
    assert_matches!(plugin.bind::<LaterWords>().err(), Some(Error::Interface(error)) if **error == expected);
    let shared = plugin.into_shared(&Sharing::new().workers(1))?;
    assert_matches!(shared.bind_async::<LaterWords>().err(), Some(error) if *error == expected);
    Ok(())
}

//! Host functions that the plugin calls: from several threads, and with bad manners.

use super::store::TestStore;
use super::{builder, typed};
use anyhow::{Context, Result};
use plugix_e2e::assert_matches;
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::typed::Typed;
use plugix_host::Error;
use std::sync::Arc;
use std::thread;

#[test]
fn threads_of_two_plugins_call_one_store_at_the_same_time() -> Result<()> {
    let store = TestStore::default();
    // None goes on before all are there. If they had to wait for each other, this would not end.
    store.meet(8);
    let plugins = [builder(&store).start()?, builder(&store).start()?];
    thread::scope(|scope| {
        let fill =
            |plugin| scope.spawn(move || anyhow::Ok(plugix_host::Plugin::bind::<dyn Typed>(plugin)?.fill_store(4)?));
        let calls: Vec<_> = plugins.iter().map(fill).collect();
        calls.into_iter().try_for_each(|call| {
            let keys = call.join().expect("the thread is well")?;
            assert_eq!(keys, ["key 0", "key 1", "key 2", "key 3"]);
            anyhow::Ok(())
        })
    })?;
    let lengths: Vec<_> = store.values.lock().expect("no panic").values().map(Vec::len).collect();
    assert_eq!(lengths, [0, 1000, 2000, 3000]);
    // The hooks put something, too.
    store.meet(0);
    Ok(())
}

#[test]
fn plugins_have_their_own_stores_or_share_one() -> Result<()> {
    let shared = TestStore::default();
    let own = TestStore::default();
    let one = builder(&shared).start()?;
    let other = builder(&shared).start()?;
    let alone = builder(&own).start()?;
    one.bind::<dyn Typed>()?.fill_store(2)?;
    assert_eq!(other.bind::<dyn Typed>()?.look_up("key 1")?, "Ok(1000) of Ok(2)");
    assert_eq!(
        alone.bind::<dyn Typed>()?.look_up("key 1")?,
        "Err(Returned(Missing { key: \"key 1\" })) of Ok(0)",
        "a host function's error has its type in the plugin"
    );
    Ok(())
}

#[test]
fn a_host_function_that_panics_is_an_error_for_the_plugin() -> Result<()> {
    let plugin = typed();
    let client = plugin.bind::<dyn Typed>()?;
    for _ in 0..2 {
        let [panicked, called_back, later] = client.bad_host()?.try_into().ok().context("three answers")?;
        assert!(panicked.starts_with("Err(Panicked(PanicReport { message: \"the store says no\""), "{panicked}");
        assert_eq!((called_back.as_str(), later.as_str()), ("Ok(\"nobody\")", "Ok(8)"));
    }
    Ok(())
}

#[test]
fn a_host_function_that_calls_back_is_told_that_the_plugin_is_busy() -> Result<()> {
    let store = TestStore::default();
    let plugin = Arc::new(builder(&store).start()?);
    store.plugin.get_or_init(|| Arc::downgrade(&plugin));
    let client = plugin.bind::<dyn Extra>()?;
    assert_eq!(client.call_back()?, Error::Busy.to_string());
    assert_matches!(store.called_back.get(), Some(Some(Error::Busy)));
    assert_eq!(client.text("four")?, 4);
    Ok(())
}

#[test]
fn a_host_function_can_call_another_plugin() -> Result<()> {
    let store = TestStore::default();
    let asking = builder(&store).start()?;
    let asked = Arc::new(typed());
    store.plugin.get_or_init(|| Arc::downgrade(&asked));
    assert_eq!(asking.bind::<dyn Extra>()?.call_back()?, "no error");
    Ok(())
}

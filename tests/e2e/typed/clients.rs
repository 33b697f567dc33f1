//! Clients of one plugin: side by side, on other threads, of several interfaces.

use super::store::TestStore;
use super::{builder, typed};
use anyhow::Result;
use plugix_e2e::assert_matches;
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::typed::Typed;
use plugix_host::Error;
use std::thread;

#[test]
fn clients_of_several_interfaces_side_by_side() -> Result<()> {
    let plugin = typed();
    let typed = plugin.bind::<dyn Typed>()?;
    let other = plugin.bind::<dyn Typed>()?;
    let extra = plugin.bind::<dyn Extra>()?;
    assert_eq!(typed.text("grün")?, "grün");
    assert_eq!(extra.text("grün")?, 4);
    assert_eq!(other.text("blau")?, "blau");
    let names: Vec<_> = plugin.module().info().implements.iter().map(|interface| interface.name.as_str()).collect();
    assert_eq!(names, ["Extra", "Typed"]);
    Ok(())
}

#[test]
fn a_plugin_moves_to_another_thread() -> Result<()> {
    let client = typed().into_client::<dyn Typed>()?;
    assert_eq!(client.text("here")?, "here");
    let client = thread::spawn(move || client.text("there").map(|text| (text, client)));
    let (text, client) = client.join().expect("the thread is well")?;
    assert_eq!((text.as_str(), client.text("back")?.as_str()), ("there", "back"));
    Ok(())
}

#[test]
fn threads_that_share_a_plugin_never_wait() -> Result<()> {
    // The plugin's one thread and the test meet in the host function. So the call runs until the test lets it end.
    let store = TestStore::default();
    let meeting = store.meet(2);
    let plugin = builder(&store).start()?;
    let client = plugin.bind::<dyn Typed>()?;
    thread::scope(|scope| {
        let long = scope.spawn(|| client.fill_store(1));
        let refused = loop {
            match client.text("meanwhile") {
                // The other thread hasn't begun.
                Ok(_) => thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert_matches!(refused, Error::Busy);
        assert_matches!(plugin.bind::<dyn Extra>(), Err(Error::Busy));
        meeting.wait();
        assert_eq!(long.join().expect("the thread is well")?, ["key 0"]);
        // The hook puts something, too.
        store.meet(0);
        assert_eq!(client.text("afterwards")?, "afterwards");
        anyhow::Ok(())
    })
}

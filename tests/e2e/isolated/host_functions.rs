//! What a plugin in another process asks its host.

use super::{begin, start};
use crate::typed::store::TestStore;
use anyhow::{Result, anyhow};
use plugix_e2e::{guest, wait_until};
use plugix_e2e_contract::streams::Piping;
use plugix_e2e_contract::typed::Typed;
use plugix_host::events::Event;
use plugix_host::plugin::{Cancellation, Services, Signal};
use plugix_host::policy::Stdin;
use plugix_host::{Plugin, Policy};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};

#[test]
fn functions_of_the_host_are_called_from_all_threads() -> Result<()> {
    let store = TestStore::default();
    let (here, there) = (crate::typed::builder(&TestStore::default()).start()?, begin(crate::typed::builder(&store)));
    let (here, client) = (here.bind::<dyn Typed>()?, there.bind::<dyn Typed>()?);
    // Each thread waits in the host for all others: more would have to wait for a lane.
    store.meet(8);
    assert_eq!(client.fill_store(8)?.len(), 8);
    store.meet(0);
    // More threads than lanes.
    assert_eq!(client.fill_store(20)?, here.fill_store(20)?);
    assert_eq!(store.values.lock().expect("nothing panics").len(), 20);
    for key in ["key 3", "nothing"] {
        assert_eq!(client.look_up(key)?, here.look_up(key)?);
    }
    Ok(())
}

#[test]
fn services_are_those_of_the_host() -> Result<()> {
    let said = Arc::new(Mutex::new(Vec::new()));
    let (sink, cancellation) = (said.clone(), Cancellation::new());
    let services = Services::new().cancellation(&cancellation).on_progress(move |progress| {
        sink.lock().expect("nothing panics").push((progress.plugin.to_owned(), progress.message.to_owned()));
    });
    crate::capture::listen();
    let services = services.log(tracing::Level::INFO);
    let plugin = begin(crate::typed::builder(&TestStore::default()).services(services).name("far"));
    let client = plugin.bind::<dyn Typed>()?;
    assert!(!client.services("one")?);
    cancellation.set(true);
    assert!(client.services("two")?);
    assert_eq!(crate::capture::records_of("far", "plugix::log").len(), 2);
    let said = said.lock().expect("nothing panics");
    assert!(said.len() >= 2 && said.iter().all(|(plugin, _)| plugin == "far"), "{said:?}");
    Ok(())
}

#[test]
fn streams_go_both_ways() -> Result<()> {
    let plugin = begin(crate::streams::builder(&crate::streams::Host::default()));
    let client = plugin.bind::<dyn Piping>()?;
    let told =
        |result: Result<u64, _>| result.map_err(|error: plugix_host::error::CallError<String>| anyhow!("{error}"));
    for count in [1, 1000, 100_000] {
        assert_eq!(told(client.take(count))?, (0..count).sum::<u64>());
        assert_eq!(told(client.give(count, None))?, (0..count).sum::<u64>());
    }
    let error = told(client.give(1000, Some(500))).expect_err("it breaks off");
    assert!(error.to_string().contains("broke off"), "{error}");
    Ok(())
}

#[test]
fn output_input_and_signals() -> Result<()> {
    let plugin = start("output", Policy::new());
    plugin.call_bytes("print", b"one\ntwo").map_err(|error| anyhow!("{error:?}"))?;
    plugin.call_bytes("complain", b"three").map_err(|error| anyhow!("{error:?}"))?;
    let output = plugin.take_output();
    assert_eq!(
        (output.stdout.as_slice(), output.stderr.as_slice(), output.dropped),
        (&b"one\ntwo"[..], &b"three"[..], 0)
    );
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = lines.clone();
    let policy = Policy::new().output_limit(3).on_output(move |_, line| {
        sink.lock().expect("nothing panics").push(line.to_owned());
    });
    let plugin = start("output", policy.stdin(Stdin::bytes(*b"unread")));
    plugin.call_bytes("print", b"one\ntwo\n").map_err(|error| anyhow!("{error:?}"))?;
    let output = plugin.take_output();
    assert_eq!((output.stdout.as_slice(), output.dropped), (&b"one"[..], 5));
    assert_eq!(*lines.lock().expect("nothing panics"), ["one", "two"]);
    plugin.signal(Signal::Terminate);
    wait_until("the end of the plugin", || plugin.call_bytes("print", b"").is_err());
    Ok(())
}

#[test]
fn what_is_denied_is_told() -> Result<()> {
    let (sender, events) = channel();
    let builder = Plugin::builder(&guest("hostile"));
    let plugin = begin(builder.on_event(move |_, event| drop(sender.send(event.clone()))));
    let _ = plugin.call_bytes("attack", b"connect 127.0.0.1:9");
    plugin.usage();
    let events: Vec<_> = events.try_iter().collect();
    assert!(events.iter().any(|event| matches!(event, Event::Denied { .. })), "{events:?}");
    assert!(plugin.usage().denials > 0);
    Ok(())
}

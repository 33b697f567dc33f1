//! Plugins that take over the state of others, while threads call them. The plugins are `guests/stateful` and
//! `guests/stateful-next`.

use anyhow::Result;
use plugix_e2e::{assert_matches, guest, wait_until};
use plugix_e2e_contract::counting::{Counting, Gate, Listing};
use plugix_e2e_contract::small::Small;
use plugix_host::error::{CallError, Overload, Refusal, ReplaceError, StateError};
use plugix_host::plugin::{Carry, ReplaceOptions, Replaceable, SavedState, Sharing, check_carry, is_stateful};
use plugix_host::{Error, Plugin, plugin::SharedPlugin};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, mpsc};
use std::thread;
use std::time::Duration;

/// A gate that the test opens, and how many have come to it.
#[derive(Clone, Default)]
struct Doorman(Arc<(Mutex<(bool, u32)>, Condvar)>);

impl Gate for Doorman {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.1 += 1;
        changed.notify_all();
        drop(changed.wait_while(state, |(open, _)| !*open).unwrap());
    }
}

impl Doorman {
    fn wait_for_guests(&self, count: u32) {
        let (state, changed) = &*self.0;
        drop(changed.wait_while(state.lock().unwrap(), |(_, came)| *came < count).unwrap());
    }

    fn open(&self) {
        self.0.0.lock().unwrap().0 = true;
        self.0.1.notify_all();
    }
}

fn start(guest_name: &str, refuses: &str, gate: &Doorman) -> Result<SharedPlugin> {
    let builder = Plugin::builder(&guest(guest_name)).config(refuses);
    let plugin = builder.provide(<dyn Gate>::provider(gate.clone())).start()?;
    Ok(plugin.into_shared(&Sharing::new().workers(2))?)
}

fn carried() -> ReplaceOptions {
    ReplaceOptions::new().carry(Carry::Saved)
}

#[test]
fn the_next_version_goes_on_with_the_state() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    assert_eq!((client.add(5)?, client.generation()?), (5, 1));
    let old = plugin.current();
    let replaced = plugin.replace(start("stateful-next", "", &gate)?, &carried())?;
    assert!(replaced.drained);
    assert_eq!((client.add(1)?, client.generation()?), (6, 2), "the client that there was calls the new plugin");
    // The old one is unloaded.
    assert_matches!(old.bind::<dyn Counting>().err(), Some(Error::Dead(_)));
    // And once more, from a state that is of the same type.
    plugin.replace(start("stateful-next", "", &gate)?, &carried())?;
    assert_eq!((client.add_letters("abc").ok(), plugin.replacements()), (Some(1012), 2));
    Ok(())
}

#[test]
fn a_saved_state_outlives_the_process() -> Result<()> {
    let gate = Doorman::default();
    let first = start("stateful", "", &gate)?;
    first.bind::<dyn Counting>()?.add(7)?;
    let written = serde_json::to_vec(&first.save()?)?;
    drop(first);
    let read: SavedState = serde_json::from_slice(&written)?;
    let next = start("stateful-next", "", &gate)?;
    read.check(next.module().info())?;
    next.restore(&read)?;
    assert_eq!(next.bind::<dyn Counting>()?.add(0)?, 7);
    Ok(())
}

#[test]
fn a_module_says_whether_it_keeps_a_state() {
    assert!(is_stateful(guest("stateful").info()));
    assert!(!is_stateful(guest("small").info()));
    assert!(check_carry(guest("stateful").info(), guest("stateful-next").info()).is_ok());
    // The way back fits too: the number that the older version doesn't know has a default.
    assert!(check_carry(guest("stateful-next").info(), guest("stateful").info()).is_ok());
    assert_matches!(check_carry(guest("stateful").info(), guest("small").info()), Err(StateError::Stateless));
}

#[test]
fn a_step_that_fails_leaves_the_old_plugin() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    client.add(3)?;
    let refused = plugin.replace(start("stateful-next", "restore", &gate)?, &carried());
    assert_matches!(refused, Err(ReplaceError::Restore(StateError::Refused { .. })));
    assert!(refused.unwrap_err().to_string().contains("the new plugin"));
    let small = Plugin::builder(&guest("small")).start()?.into_shared(&Sharing::new().workers(1))?;
    small.bind::<dyn Small>()?;
    assert_matches!(plugin.replace(small.clone(), &carried()), Err(ReplaceError::Restore(StateError::Stateless)));
    assert_matches!(plugin.replace(small, &ReplaceOptions::new()), Err(ReplaceError::Interface(_)));
    assert_eq!((client.add(0)?, client.generation()?, plugin.replacements()), (3, 1, 0));

    let unwilling = Replaceable::new(start("stateful", "save", &gate)?);
    let refused = unwilling.replace(start("stateful-next", "", &gate)?, &carried());
    assert_matches!(refused, Err(ReplaceError::Save(StateError::Refused { .. })));
    assert_eq!(unwilling.bind::<dyn Counting>()?.generation()?, 1);
    Ok(())
}

#[test]
fn a_call_that_does_not_end_keeps_the_old_plugin() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.wait());
        gate.wait_for_guests(1);
        let refused = plugin.replace(start("stateful-next", "", &gate)?, &carried().pause(Duration::from_millis(20)));
        assert_matches!(refused, Err(ReplaceError::Pause(Error::Overloaded(Overload::WaitedTooLong { .. }))));
        assert_eq!(client.generation()?, 1, "calls go on beside the one that waits");
        gate.open();
        assert_eq!(waiting.join().unwrap()?, 1);
        Ok(())
    })
}

/// A gate at which the host does something with the plugin that came there.
struct Back(Arc<OnceLock<Replaceable>>, Box<dyn Fn(&Replaceable) + Send + Sync>);

impl Gate for Back {
    fn pass(&self) {
        (self.1)(self.0.get().expect("it is set"));
    }
}

/// A plugin of two workers whose calls of `wait` do that.
fn start_back(back: impl Fn(&Replaceable) + Send + Sync + 'static) -> Result<Replaceable> {
    let cell = Arc::new(OnceLock::new());
    let gate = <dyn Gate>::provider(Back(cell.clone(), Box::new(back)));
    let plugin = Plugin::builder(&guest("stateful")).config("").provide(gate).start()?;
    let plugin = Replaceable::new(plugin.into_shared(&Sharing::new().workers(2))?);
    cell.set(plugin.clone()).expect("it is not set");
    Ok(plugin)
}

#[test]
fn a_call_below_a_call_is_run_before_the_replacement() -> Result<()> {
    let (begins, begun) = mpsc::channel();
    let plugin = start_back(move |plugin| {
        begins.send(()).expect("the test waits");
        // The replacement has the free worker, and waits for the one of this call.
        wait_until("the replacement", || plugin.current().waiting() == 1);
        plugin.bind::<dyn Counting>().expect("there is a worker").add(10).expect("it is run");
    })?;
    let client = plugin.bind::<dyn Counting>()?;
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.wait());
        let next = start("stateful-next", "", &Doorman::default())?;
        begun.recv()?;
        plugin.replace(next, &carried())?;
        assert_eq!(waiting.join().unwrap()?, 11);
        assert_eq!((client.add(0)?, client.generation()?), (11, 2));
        anyhow::Ok(())
    })
}

#[test]
fn a_call_does_not_replace_its_own_plugin() -> Result<()> {
    let plugin = start_back(|plugin| {
        let next = start("stateful-next", "", &Doorman::default()).expect("it starts");
        let refused = plugin.replace(next, &carried());
        assert_matches!(refused, Err(ReplaceError::Pause(Error::Overloaded(Overload::OwnCall))));
    })?;
    let client = plugin.bind::<dyn Counting>()?;
    assert_eq!((client.wait()?, client.generation()?), (1, 1));
    Ok(())
}

#[test]
fn what_cannot_be_recorded_does_not_serve() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    client.add(3)?;
    let full = || Err(Arc::new(std::io::Error::from(std::io::ErrorKind::StorageFull)) as Arc<Refusal>);
    let refused = plugin.replace_if(start("stateful-next", "", &gate)?, &carried(), |_| full()).map(drop);
    assert_matches!(refused, Err(ReplaceError::Refused(_)));
    assert_eq!((client.add(1)?, client.generation()?), (4, 1));
    let mut seen = None;
    let retiring = plugin.replace_if(start("stateful-next", "", &gate)?, &carried(), |state| {
        seen = state.cloned();
        Ok(())
    })?;
    // It serves already.
    assert_eq!((client.add(1)?, client.generation()?), (5, 2));
    assert_eq!(retiring.drain().state, seen);
    Ok(())
}

#[test]
fn without_a_state_calls_end_where_they_began() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    client.add(3)?;
    thread::scope(|scope| {
        let waiting = scope.spawn(|| client.wait());
        gate.wait_for_guests(1);
        let replacing =
            scope.spawn(|| plugin.replace(start("stateful-next", "", &gate).unwrap(), &ReplaceOptions::new()));
        while client.generation()? == 1 {
            thread::yield_now();
        }
        assert_eq!(client.add(0)?, 0, "the new one has another count");
        gate.open();
        assert_eq!(waiting.join().unwrap()?, 4, "and the call ends on the old one");
        assert!(replacing.join().unwrap()?.drained);
        Ok(())
    })
}

#[test]
fn a_stream_goes_on_until_its_end() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    client.add(100_000)?;
    let mut numbers = plugin.bind::<dyn Listing>()?.numbers()?;
    assert_eq!(numbers.next().transpose()?, Some(0));
    let replacing = {
        let (plugin, next) = (plugin.clone(), start("stateful-next", "", &gate)?);
        thread::spawn(move || plugin.replace(next, &ReplaceOptions::new()))
    };
    while client.generation()? == 1 {
        thread::yield_now();
    }
    let rest = numbers.collect::<Result<Vec<_>, _>>()?;
    assert_eq!(rest.last(), Some(&99_999));
    assert!(replacing.join().unwrap()?.drained);
    Ok(())
}

#[test]
fn no_call_is_lost_and_none_runs_twice() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let (done, calls) = (AtomicBool::new(false), AtomicU64::new(0));
    thread::scope(|scope| {
        let callers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    let client = plugin.bind::<dyn Counting>()?;
                    while !done.load(Ordering::Relaxed) {
                        client.add(1)?;
                        calls.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, Error>(())
                })
            })
            .collect();
        for _ in 0..20 {
            plugin.replace(start("stateful", "", &gate)?, &carried())?;
        }
        done.store(true, Ordering::Relaxed);
        callers.into_iter().try_for_each(|caller| caller.join().unwrap())?;
        anyhow::Ok(())
    })?;
    assert_eq!(plugin.bind::<dyn Counting>()?.add(0)?, calls.load(Ordering::Relaxed));
    Ok(())
}

#[test]
fn calls_wait_for_the_plugin_that_was_promised() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    let client = plugin.bind::<dyn Counting>()?;
    client.add(2)?;
    let state = plugin.current().save()?;
    assert_matches!(client.trap(), Err(Error::Trap(_)) | Err(Error::Exited { .. }));
    // Nobody has promised one.
    assert_matches!(client.add(1), Err(Error::Dead(_)));
    plugin.promise(Some(Duration::from_secs(60)));
    thread::scope(|scope| {
        let calling = scope.spawn(|| client.add(1));
        let options = ReplaceOptions::new().carry(Carry::Given(state));
        plugin.replace(start("stateful", "", &gate)?, &options)?;
        assert_eq!(calling.join().unwrap()?, 3);
        anyhow::Ok(())
    })?;
    // A promise that isn't kept, and one that is taken back.
    let _ = client.trap();
    plugin.promise(Some(Duration::from_millis(1)));
    assert_matches!(client.add(1), Err(Error::Overloaded(Overload::WaitedTooLong { .. })));
    plugin.promise(Some(Duration::from_secs(60)));
    thread::scope(|scope| {
        let calling = scope.spawn(|| client.add(1));
        plugin.promise(None);
        assert_matches!(calling.join().unwrap(), Err(Error::Dead(_)));
    });
    Ok(())
}

#[test]
fn awaited_and_untyped_calls_reach_the_plugin_that_serves() -> Result<()> {
    let gate = Doorman::default();
    let plugin = Replaceable::new(start("stateful", "", &gate)?);
    assert_eq!(plugin.call_json("add", &serde_json::json!([4])).ok(), Some(4.into()));
    plugin.replace(start("stateful-next", "", &gate)?, &carried())?;
    let refused: Result<_, CallError<serde_json::Value>> = plugin.call_json("add_letters", &serde_json::json!([""]));
    assert_matches!(refused, Err(CallError::Returned(_)));
    let added = plugin.run_async(|worker| worker.bind::<dyn Counting>()?.add(1));
    assert_eq!(futures::executor::block_on(added)?, 5);
    Ok(())
}

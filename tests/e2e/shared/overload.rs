//! More callers than workers.

use super::{Oracle, Shared, SharedClient, SharedGate, builder, share};
use anyhow::Result;
use plugix_e2e::{assert_matches, wait_until};
use plugix_host::Error;
use plugix_host::error::{CallError, Overload};
use plugix_host::plugin::{SharedBound, SharedPlugin, Sharing, Wait};
use std::thread;
use std::time::Duration;

#[test]
fn a_thousand_callers_and_two_workers() -> Result<()> {
    let (plugin, client) = share(builder(), 2)?;
    thread::scope(|scope| {
        let calls = || (0..5).map(|_| client.add(1)).collect::<Result<Vec<_>, _>>();
        let callers: Vec<_> = (0..1000).map(|_| scope.spawn(calls)).collect();
        let mut seen = Vec::new();
        for caller in callers {
            seen.extend(caller.join().expect("the thread is well")?);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..5000).collect::<Vec<_>>());
        assert_eq!(plugin.waiting(), 0);
        Ok(())
    })
}

/// Runs `check` while both workers run calls.
fn while_taken(queue: usize, check: impl FnOnce(&SharedPlugin, &SharedClient<SharedBound>)) -> Result<()> {
    let plugin = builder().start()?.into_shared(&Sharing::new().workers(3).queue(queue))?;
    let client = plugin.bind::<dyn Shared>()?;
    thread::scope(|scope| {
        let running: Vec<_> = (0..2).map(|_| scope.spawn(|| client.wait())).collect();
        wait_until("two calls", || client.waiting().is_ok_and(|waiting| waiting == 2));
        let third = scope.spawn(|| client.wait());
        let never = plugin.wait(Wait::Never);
        wait_until("the third", || never.call::<_, ()>("nothing", &()).is_err());
        check(&plugin, &client);
        plugin.cancel_handle().cancel();
        for call in running.into_iter().chain([third]) {
            assert_matches!(call.join().expect("the thread is well"), Err(Error::Stopped(_)));
        }
    });
    Ok(())
}

#[test]
fn who_does_not_wait_is_told_at_once() -> Result<()> {
    while_taken(10, |plugin, _| {
        let error = plugin.wait(Wait::Never).call::<_, u64>("add", &(1_u64,));
        assert_matches!(error, Err(CallError::Failed(Error::Overloaded(Overload::AllTaken { count: 3 }))));
        let error = plugin.wait(Wait::Never).bind::<dyn Shared>();
        assert_matches!(error.map(drop), Err(Error::Overloaded(Overload::AllTaken { count: 3 })));
    })
}

#[test]
fn a_limit_in_the_queue_ends_that_call_only() -> Result<()> {
    while_taken(10, |plugin, _| {
        let limit = Duration::from_millis(20);
        for impatient in [plugin.wait(Wait::AtMost(limit)), plugin.within(limit)] {
            let error = impatient.call::<_, u64>("add", &(1_u64,));
            let expected = Error::Overloaded(Overload::WaitedTooLong { count: 3, waited: limit });
            assert_matches!(error, Err(CallError::Failed(found)) if found.to_string() == expected.to_string());
        }
        assert_eq!((plugin.waiting(), plugin.live_threads()), (0, 2));
    })
}

#[test]
fn the_queue_has_an_end() -> Result<()> {
    while_taken(2, |plugin, client| {
        thread::scope(|scope| {
            let waiting: Vec<_> = (0..2).map(|_| scope.spawn(|| client.nothing())).collect();
            wait_until("two callers that wait", || plugin.waiting() == 2);
            let error = client.nothing();
            assert_matches!(error, Err(Error::Overloaded(Overload::QueueFull { count: 3, waiting: 2 })));
            plugin.cancel_handle().cancel();
            for call in waiting {
                assert_matches!(call.join().expect("the thread is well"), Err(Error::Dead(_)));
            }
        });
    })
}

#[test]
fn first_come_first_served() -> Result<()> {
    let gate = SharedGate::default();
    let (plugin, client) = share(builder().provide(<dyn Oracle>::provider(gate.clone())), 1)?;
    thread::scope(|scope| {
        let held = scope.spawn(|| client.ask(0));
        gate.wait_for(1);
        let mut callers = Vec::new();
        for came in 0..8 {
            callers.push(scope.spawn(|| client.add(1)));
            wait_until("one more", || plugin.waiting() == came + 1);
        }
        gate.open();
        held.join().expect("the thread is well").map_err(|error| anyhow::anyhow!("{error}"))?;
        for (came, caller) in (0..).zip(callers) {
            assert_eq!(caller.join().expect("the thread is well")?, came);
        }
        Ok(())
    })
}

//! What ends a shared plugin, and what its callers learn.

use super::{Oracle, Shared, SharedGate, builder, share};
use anyhow::Result;
use plugix_e2e::{assert_matches, wait_until};
use plugix_host::error::{ProtocolError, StopReason};
use plugix_host::plugin::Wait;
use plugix_host::{Error, Policy};
use std::thread;
use std::time::Duration;

const LIMIT: Duration = Duration::from_millis(100);

#[test]
fn a_trap_reaches_all_callers() -> Result<()> {
    let gate = SharedGate::default();
    let (plugin, client) = share(builder().provide(<dyn Oracle>::provider(gate.clone())), 3)?;
    thread::scope(|scope| {
        let running: Vec<_> = (0..2).map(|_| scope.spawn(|| client.wait())).collect();
        wait_until("two calls", || client.waiting().is_ok_and(|waiting| waiting == 2));
        let trapping = scope.spawn(|| client.trap());
        gate.wait_for(1);
        let waiting: Vec<_> = (0..20).map(|_| scope.spawn(|| client.waiting())).collect();
        wait_until("20 callers that wait", || plugin.waiting() == 20);
        gate.open();
        assert_matches!(trapping.join().expect("the thread is well"), Err(Error::Trap(_)));
        for call in running.into_iter().chain(waiting) {
            let error = call.join().expect("the thread is well");
            assert_matches!(error, Err(Error::Dead(cause)) if matches!(**cause, Error::Trap(_)));
        }
        Ok(())
    })
}

#[test]
fn a_deadline_names_the_call_that_was_late() -> Result<()> {
    let (plugin, client) = share(builder(), 3)?;
    let late = plugin.within(LIMIT);
    thread::scope(|scope| {
        let other = scope.spawn(|| client.wait());
        wait_until("the call", || client.waiting().is_ok_and(|waiting| waiting == 1));
        let error = late.bind::<dyn Shared>()?.spin();
        assert_matches!(error, Err(Error::Stopped(StopReason::Deadline { .. })));
        let error = other.join().expect("the thread is well");
        assert_matches!(error, Err(Error::Dead(cause)) if matches!(**cause, Error::Stopped(StopReason::Deadline { .. })));
        assert_matches!(client.nothing(), Err(Error::Dead(_)));
        Ok(())
    })
}

#[test]
fn the_policys_deadline_counts_for_each_worker() -> Result<()> {
    let (_plugin, client) = share(builder().policy(Policy::new().call_deadline(LIMIT)), 4)?;
    thread::scope(|scope| {
        let calls: Vec<_> = (0..4).map(|_| scope.spawn(|| client.spin())).collect();
        for call in calls {
            let error = call.join().expect("the thread is well");
            assert_matches!(error, Err(Error::Stopped(StopReason::Deadline { .. }) | Error::Dead(_)));
        }
        Ok(())
    })
}

#[test]
fn a_cancelled_plugin_fails_all_callers() -> Result<()> {
    let (plugin, client) = share(builder(), 2)?;
    thread::scope(|scope| {
        let calls: Vec<_> = (0..102).map(|_| scope.spawn(|| client.wait())).collect();
        wait_until("100 callers that wait", || plugin.waiting() == 100);
        plugin.cancel_handle().cancel();
        let errors: Vec<_> = calls.into_iter().map(|call| call.join().expect("the thread is well")).collect();
        let stopped = errors.iter().filter(|error| matches!(error, Err(Error::Stopped(StopReason::Cancelled)))).count();
        let dead = errors.iter().filter(|error| matches!(error, Err(Error::Dead(_)))).count();
        assert_eq!((stopped, dead), (2, 100), "{errors:?}");
        Ok(())
    })
}

#[test]
fn a_closed_plugin_ends_what_it_runs_and_nothing_else() -> Result<()> {
    let (plugin, client) = share(builder(), 2)?;
    thread::scope(|scope| {
        let running = scope.spawn(|| client.wait());
        wait_until("the call", || client.waiting().is_ok_and(|waiting| waiting == 1));
        let held = scope.spawn(|| client.wait());
        wait_until("the other call", || plugin.wait(Wait::Never).bind::<dyn Shared>().is_err());
        let waiting: Vec<_> = (0..100).map(|_| scope.spawn(|| client.nothing())).collect();
        wait_until("100 callers that wait", || plugin.waiting() == 100);
        plugin.close();
        for call in waiting {
            let error = call.join().expect("the thread is well");
            assert_matches!(error, Err(Error::Dead(cause)) if matches!(**cause, Error::Stopped(StopReason::Unloaded)));
        }
        assert_matches!(client.release(), Err(Error::Dead(_)));
        assert_matches!(plugin.bind::<dyn Shared>().map(drop), Err(Error::Dead(_)));
        // Nobody can release them any more.
        plugin.cancel_handle().cancel();
        for call in [running, held] {
            let error = call.join().expect("the thread is well");
            assert_matches!(error, Err(Error::Stopped(StopReason::Cancelled)));
        }
        Ok(())
    })
}

#[test]
fn a_thread_that_nobody_asked_for_ends_the_plugin() -> Result<()> {
    let (_plugin, client) = share(builder(), 2)?;
    assert_matches!(client.offer(), Err(Error::Protocol { error: ProtocolError::NotAsked, .. }));
    assert_matches!(client.nothing(), Err(Error::Dead(_)));
    Ok(())
}

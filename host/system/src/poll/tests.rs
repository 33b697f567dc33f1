//! Tests of polling.

use super::*;
use crate::FdFlags;
use crate::testing::{Plugin, part};
use std::thread::scope;

fn clock(nanoseconds: u64) -> Awaited {
    Awaited::Clock { clock: 1, timeout: nanoseconds, is_absolute: false }
}

fn poll(plugin: &Plugin, awaited: &[Awaited]) -> Result<Vec<PollEvent>> {
    let numbered = awaited.iter().zip(0..);
    let subscriptions: Vec<_> =
        numbered.map(|(awaited, userdata)| Subscription { userdata, awaited: *awaited }).collect();
    plugin.system.poll_oneoff(&plugin.thread, &subscriptions)
}

fn which(events: Result<Vec<PollEvent>>) -> Vec<u64> {
    events.unwrap().iter().map(|event| event.userdata).collect()
}

#[test]
fn times_of_both_clocks_come_true() {
    let plugin = Plugin::new(|_| {});
    let start = Instant::now();
    assert_eq!(which(poll(&plugin, &[clock(u64::MAX), clock(4_000_000)])), [1]);
    assert!(start.elapsed() >= Duration::from_millis(4));
    let absolute = Clock::Monotonic.now().as_nanos() as u64 + 4_000_000;
    let awaited = Awaited::Clock { clock: 1, timeout: absolute, is_absolute: true };
    let start = Instant::now();
    assert_eq!(which(poll(&plugin, &[awaited])), [0]);
    // The two clocks are read one after the other.
    assert!(start.elapsed() >= Duration::from_millis(3));
    let day = Clock::Realtime.now().as_nanos() as u64;
    for timeout in [0, day - 1, day + 1_000_000] {
        let awaited = Awaited::Clock { clock: 0, timeout, is_absolute: true };
        assert_eq!(which(poll(&plugin, &[awaited])), [0]);
    }
    let other = Awaited::Clock { clock: 2, timeout: 1, is_absolute: false };
    let events = poll(&plugin, &[clock(u64::MAX), other]).unwrap();
    assert_eq!((events.len(), events[0].error), (1, Some(Errno::Inval)));
}

/// The kernel's numbers.
const READABLE: u8 = 1;
const WRITABLE: u8 = 4;
const FAILED: u8 = 8;
const HUNG_UP: u8 = 16;

#[test]
fn all_that_is_ready_is_told_and_nothing_else() {
    let plugin = Plugin::new(|_| {});
    let system = &plugin.system;
    let [reader, writer] = system.fd_pipe().unwrap();
    let awaited = [Awaited::Read(reader), Awaited::Write(writer), Awaited::Read(0), Awaited::Write(1), clock(0)];
    // Standard input is at its end, and output never waits.
    assert_eq!(which(poll(&plugin, &awaited)), [1, 2, 3, 4]);
    system.fd_write(&plugin.thread, writer, &[part(&mut [1, 2, 3])]).unwrap();
    let events = poll(&plugin, &[Awaited::Read(reader), clock(u64::MAX)]).unwrap();
    assert_eq!((events.len(), events[0].bytes, events[0].hung_up, events[0].seen), (1, 3, false, READABLE));
    system.fd_close(writer).unwrap();
    system.fd_read(&plugin.thread, reader, &[part(&mut [0; 9])]).unwrap();
    let events = poll(&plugin, &[Awaited::Read(reader)]).unwrap();
    assert_eq!((events[0].bytes, events[0].hung_up, events[0].seen), (0, true, HUNG_UP));
    let events = poll(&plugin, &[Awaited::Write(writer), Awaited::Read(reader), clock(u64::MAX)]).unwrap();
    assert_eq!((events.len(), events[0].error, events[1].error), (2, Some(Errno::Badf), None));
    let [reader, writer] = system.fd_pipe().unwrap();
    system.fd_close(reader).unwrap();
    let events = poll(&plugin, &[Awaited::Write(writer), Awaited::Write(1)]).unwrap();
    assert_eq!((events[0].hung_up, events[0].seen, events[1].seen), (true, WRITABLE | FAILED, WRITABLE));
}

#[test]
fn how_many_there_may_be() {
    let plugin = Plugin::new(|_| {});
    assert_eq!(poll(&plugin, &[]), Err(Errno::Inval));
    assert_eq!(poll(&plugin, &vec![clock(0); MAX_SUBSCRIPTIONS]).unwrap().len(), MAX_SUBSCRIPTIONS);
    assert_eq!(poll(&plugin, &vec![clock(0); MAX_SUBSCRIPTIONS + 1]), Err(Errno::Inval));
}

#[test]
fn what_comes_later_and_the_stop_end_the_wait() {
    let plugin = Plugin::new(|_| {});
    let system = &plugin.system;
    let event = system.fd_event(0, false, FdFlags::default()).unwrap();
    let wait = || {
        let subscriptions =
            [Awaited::Read(event), clock(u64::MAX)].map(|awaited| Subscription { userdata: 5, awaited });
        system.poll_oneoff(&plugin.thread(), &subscriptions)
    };
    scope(|scope| {
        let waiting = scope.spawn(wait);
        system.fd_write(&plugin.thread, event, &[part(&mut 1u64.to_ne_bytes())]).unwrap();
        assert_eq!(which(waiting.join().unwrap()), [5]);
        system.fd_read(&plugin.thread, event, &[part(&mut [0; 8])]).unwrap();
        let waiting = scope.spawn(wait);
        system.halt().stop();
        assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
    });
}

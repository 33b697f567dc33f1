//! Deadlines of plugins whose ends take long.

use super::*;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, Sender, channel};

const SOON: Duration = Duration::from_millis(5);

/// Calls of a plugin, one of which runs all the time.
#[derive(Debug)]
struct Endless {
    number: AtomicU64,
    stopped: Sender<&'static str>,
    name: &'static str,
    /// What has to come before the stop returns.
    held: Mutex<Option<Receiver<()>>>,
}

impl Endless {
    fn new(name: &'static str, stopped: &Sender<&'static str>, held: Option<Receiver<()>>) -> Arc<Self> {
        let (stopped, held) = (stopped.clone(), Mutex::new(held));
        Arc::new(Self { number: AtomicU64::new(1), stopped, name, held })
    }
}

impl Limited for Endless {
    fn running(&self) -> Option<u64> {
        Some(self.number.load(Ordering::Relaxed))
    }

    fn is_over(&self) -> bool {
        false
    }

    fn overrun(&self, _: Duration) {
        self.stopped.send(self.name).expect("the test waits");
        if let Some(held) = &*lock(&self.held) {
            held.recv().expect("the test lets it go");
        }
    }
}

/// However long the end of one plugin takes, the deadlines of others are kept: this end waits for the test, as one would
/// that waits for a lock or for the host's callback.
#[test]
fn an_end_that_never_returns_delays_no_other() {
    let watchdog = Watchdog::default();
    let (stopped, stops) = channel();
    let mut deadlines = Vec::new();
    let mut held = Vec::new();
    for name in ["first", "second"] {
        let (release, waits) = channel();
        held.push(release);
        deadlines.extend(watchdog.limit(Endless::new(name, &stopped, Some(waits)), SOON));
        assert_eq!(stops.recv(), Ok(name));
    }
    let (release, waits) = channel();
    held.push(release);
    deadlines.push(watchdog.limit_each_call(Endless::new("third", &stopped, Some(waits)), SOON));
    assert_eq!(stops.recv(), Ok("third"));
    deadlines.push(watchdog.limit_each_call(Endless::new("fourth", &stopped, None), SOON));
    assert_eq!(stops.recv(), Ok("fourth"));
    held.iter().for_each(|release| release.send(()).expect("the end waits"));
}

/// A thread that ends a plugin looks whether the call is still the late one.
#[test]
fn what_ended_just_in_time_is_not_stopped() {
    let (stopped, stops) = channel();
    let calls = Endless::new("other", &stopped, None);
    let lifted = Arc::new(AtomicBool::new(true));
    for unless in [Unless::Over(3), Unless::Lifted(lifted.clone())] {
        Late { calls: calls.clone(), limit: SOON, unless }.stop();
    }
    assert!(stops.try_recv().is_err());
    lifted.store(false, Ordering::Relaxed);
    for unless in [Unless::Over(1), Unless::Lifted(lifted)] {
        Late { calls: calls.clone(), limit: SOON, unless }.stop();
    }
    assert_eq!((stops.try_recv(), stops.try_recv()), (Ok("other"), Ok("other")));
}

/// A late call gets one thread that ends its plugin, however often the watchdog looks meanwhile.
#[test]
fn a_late_call_is_found_once() {
    let (stopped, _stops) = channel();
    let calls = Endless::new("late", &stopped, None);
    let mut watched = Watched::new(calls.clone(), SOON);
    let start = Instant::now();
    assert!(watched.look(start).is_none());
    assert!(watched.look(start + SOON).is_some());
    assert!(watched.look(start + 2 * SOON).is_none());
    calls.number.store(3, Ordering::Relaxed);
    assert!(watched.look(start + 3 * SOON).is_none());
    assert!(watched.look(start + 4 * SOON).is_some());
}

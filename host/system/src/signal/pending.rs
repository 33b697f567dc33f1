//! Signals that were raised and not yet delivered.

use super::Signal;
use super::kind::Default as Without;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What all threads of a plugin share: signals for any of them, and whether there is a handler.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    handler: AtomicBool,
    pending: AtomicU32,
}

/// What one thread has: signals for it alone, whether it has blocked signals, and whether it runs a handler.
#[derive(Debug, Default)]
pub(crate) struct Own {
    pending: AtomicU32,
    blocked: AtomicBool,
    handling: AtomicBool,
}

/// What a thread has to do about a signal.
#[derive(Debug)]
pub enum Delivery<'a> {
    /// Call the plugin's handler, and keep the token until it returns.
    Handle(Signal, Handling<'a>),
    /// End the plugin as by this signal.
    Terminate(Signal),
}

/// Held while a handler runs: no other one runs on this thread meanwhile.
#[derive(Debug)]
pub struct Handling<'a>(&'a AtomicBool);

impl Shared {
    /// Says whether the plugin has a handler. One that it has is called for every signal, and knows itself which of
    /// them the plugin wants.
    pub(crate) fn set_handler(&self, is_set: bool) {
        self.handler.store(is_set, Ordering::SeqCst);
    }

    /// Whether a signal ends the plugin, because no handler hears of it.
    pub(crate) fn ends(&self, signal: Signal) -> bool {
        !self.has_handler(signal) && signal.default_action() == Without::Terminate
    }

    /// Marks a signal for whichever thread comes first. False if it does nothing.
    pub(crate) fn raise(&self, signal: Signal) -> bool {
        self.raise_in(&self.pending, signal)
    }

    /// Marks a signal for one thread. False if it does nothing.
    pub(crate) fn raise_for(&self, own: &Own, signal: Signal) -> bool {
        self.raise_in(&own.pending, signal)
    }

    fn raise_in(&self, pending: &AtomicU32, signal: Signal) -> bool {
        let does_something = self.has_handler(signal) || signal.default_action() == Without::Terminate;
        if does_something {
            pending.fetch_or(signal.bit(), Ordering::SeqCst);
        }
        does_something
    }

    /// Whether a wait of this thread ends now: a signal waits, and nothing keeps it from being delivered.
    #[inline]
    pub(crate) fn interrupts(&self, own: &Own) -> bool {
        let pending = self.pending.load(Ordering::SeqCst) | own.pending.load(Ordering::SeqCst);
        pending & own.open() != 0
    }

    /// Takes the next signal that does something.
    #[cfg(test)]
    pub(crate) fn take<'a>(&self, own: &'a Own) -> Option<Delivery<'a>> {
        self.take_but(own, 0)
    }

    /// Takes the next signal that does something and is not in the set. None while this thread runs a handler.
    pub(crate) fn take_but<'a>(&self, own: &'a Own, but: u32) -> Option<Delivery<'a>> {
        if !self.interrupts(own) {
            return None;
        }
        let open = own.open() & !but;
        while let Some(signal) = take_first(&own.pending, open).or_else(|| take_first(&self.pending, open)) {
            if self.has_handler(signal) && !own.is_handling() {
                own.handling.store(true, Ordering::Relaxed);
                return Some(Delivery::Handle(signal, Handling(&own.handling)));
            }
            if signal.default_action() == Without::Terminate {
                return Some(Delivery::Terminate(signal));
            }
        }
        None
    }

    fn has_handler(&self, signal: Signal) -> bool {
        signal.is_handled() && self.handler.load(Ordering::SeqCst)
    }
}

impl Own {
    /// Blocks signals, or unblocks them. Returns whether they were blocked.
    pub(crate) fn set_blocked(&self, is_blocked: bool) -> bool {
        self.blocked.swap(is_blocked, Ordering::Relaxed)
    }

    /// The signals that this thread can take. A handler is kept from running by another, which hears of no kill, and
    /// of no abort either: an abort within a handler ends the plugin. So it is while signals are blocked.
    fn open(&self) -> u32 {
        let is_closed = self.is_handling() || self.blocked.load(Ordering::Relaxed);
        if is_closed { Signal::KILL.bit() | Signal::ABORT.bit() } else { u32::MAX }
    }

    fn is_handling(&self) -> bool {
        self.handling.load(Ordering::Relaxed)
    }
}

fn take_first(pending: &AtomicU32, open: u32) -> Option<Signal> {
    loop {
        let signal = Signal::first_of(pending.load(Ordering::SeqCst) & open)?;
        // Another thread may have been first.
        if pending.fetch_and(!signal.bit(), Ordering::SeqCst) & signal.bit() != 0 {
            return Some(signal);
        }
    }
}

impl Drop for Handling<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_handler_a_signal_does_what_it_does_by_default() {
        let (shared, own) = (Shared::default(), Own::default());
        for ignored in [17, 18, 19, 20, 23, 28] {
            assert!(!shared.raise(Signal::new(ignored).unwrap()), "{ignored}");
        }
        assert!(shared.take(&own).is_none());
        assert!(shared.raise(Signal::TERMINATE));
        assert!(matches!(shared.take(&own), Some(Delivery::Terminate(Signal::TERMINATE))));
        assert!(shared.take(&own).is_none());
    }

    #[test]
    fn a_handler_never_runs_within_a_handler_on_the_same_thread() {
        let (shared, own, other) = (Shared::default(), Own::default(), Own::default());
        shared.set_handler(true);
        assert!(shared.raise(Signal::USER_1) && shared.raise(Signal::WINDOW_CHANGE));
        let Some(Delivery::Handle(Signal::USER_1, handling)) = shared.take(&own) else { panic!("no handler") };
        assert!(!shared.interrupts(&own) && shared.take(&own).is_none());
        // What ends the plugin doesn't wait for the handler.
        assert!(shared.raise_for(&own, Signal::KILL) && shared.interrupts(&own));
        assert!(matches!(shared.take(&own), Some(Delivery::Terminate(Signal::KILL))));
        // Another thread takes what waits for anybody.
        assert!(shared.interrupts(&other));
        assert!(matches!(shared.take(&other), Some(Delivery::Handle(Signal::WINDOW_CHANGE, _))));
        assert!(shared.raise_for(&own, Signal::USER_2));
        drop(handling);
        assert!(shared.interrupts(&own) && !shared.interrupts(&other));
        assert!(matches!(shared.take(&own), Some(Delivery::Handle(Signal::USER_2, _))));
    }

    #[test]
    fn a_thread_that_blocks_signals_leaves_them_to_others_and_ends_by_a_kill() {
        let (shared, own, other) = (Shared::default(), Own::default(), Own::default());
        shared.set_handler(true);
        assert!(!own.set_blocked(true));
        assert!(shared.raise(Signal::USER_1) && shared.raise_for(&own, Signal::USER_2));
        assert!(!shared.interrupts(&own) && shared.take(&own).is_none());
        assert!(matches!(shared.take(&other), Some(Delivery::Handle(Signal::USER_1, _))));
        assert!(own.set_blocked(false));
        assert!(matches!(shared.take(&own), Some(Delivery::Handle(Signal::USER_2, _))));
        own.set_blocked(true);
        assert!(shared.raise(Signal::KILL));
        assert!(matches!(shared.take(&own), Some(Delivery::Terminate(Signal::KILL))));
    }

    #[test]
    fn an_abort_within_a_handler_ends_the_plugin() {
        let (shared, own, other) = (Shared::default(), Own::default(), Own::default());
        shared.set_handler(true);
        assert!(shared.raise_for(&own, Signal::ABORT));
        let Some(Delivery::Handle(Signal::ABORT, _handling)) = shared.take(&own) else { panic!("no handler") };
        assert!(shared.take(&own).is_none());
        assert!(shared.raise_for(&own, Signal::ABORT));
        assert!(matches!(shared.take(&own), Some(Delivery::Terminate(Signal::ABORT))));
        // A thread beside it has the handler.
        assert!(shared.raise(Signal::ABORT));
        assert!(matches!(shared.take(&other), Some(Delivery::Handle(Signal::ABORT, _))));
    }

    #[test]
    fn no_handler_hears_of_a_kill_and_a_signal_is_pending_once() {
        let (shared, own) = (Shared::default(), Own::default());
        shared.set_handler(true);
        assert!(!shared.raise(Signal::new(19).unwrap()));
        assert!(shared.raise(Signal::USER_1) && shared.raise(Signal::USER_1));
        assert!(matches!(shared.take(&own), Some(Delivery::Handle(Signal::USER_1, _))));
        assert!(shared.take(&own).is_none());
        assert!(shared.raise(Signal::KILL));
        assert!(matches!(shared.take(&own), Some(Delivery::Terminate(Signal::KILL))));
    }

    #[test]
    fn numbers_that_are_no_signals_are_refused() {
        for number in [0, 32, 64, 256 + 9, u32::MAX] {
            assert!(Signal::new(number).is_err(), "{number}");
        }
        assert_eq!(Signal::new(31).unwrap().number(), 31);
    }
}

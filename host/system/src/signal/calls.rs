//! The calls about signals.

#[cfg(test)]
use super::Delivery;
use super::{Deliveries, Signal};
use crate::{System, Thread};

impl System {
    /// Says whether the plugin has a handler of signals. Where it has one, it hears of all signals but those that can't
    /// be handled, and knows itself which of them are to be ignored.
    pub fn set_signal_handler(&self, is_set: bool) {
        self.signals.set_handler(is_set);
    }

    /// Keeps signals from a thread, as a C library does where a handler may not come between. They go to other threads,
    /// or wait; a kill and an abort end the plugin nevertheless.
    pub fn block_signals(&self, thread: &Thread) {
        thread.signals().set_blocked(true);
    }

    /// Lets signals come to a thread again. Returns whether they were blocked.
    pub fn unblock_signals(&self, thread: &Thread) -> bool {
        thread.signals().set_blocked(false)
    }

    /// Sends the plugin a signal. It is delivered to whichever thread makes a system call next; if all of them wait, the
    /// wait of the oldest ends.
    pub fn signal(&self, signal: Signal) {
        if self.signals.raise(signal)
            && let Some(thread) = self.halt.find_thread(|thread| self.signals.interrupts(thread.signals()))
        {
            thread.interrupt();
        }
    }

    /// Whether a signal would end the plugin now, because no handler hears of it.
    pub fn ends_by(&self, signal: Signal) -> bool {
        self.signals.ends(signal)
    }

    /// Sends one thread of the plugin's a signal.
    pub fn signal_thread(&self, thread: &Thread, signal: Signal) {
        if self.signals.raise_for(thread.signals(), signal) && self.signals.interrupts(thread.signals()) {
            thread.interrupt();
        }
    }

    /// What the thread has to do about signals. To be asked for by the thread itself, at the begin and at the end of each
    /// system call and of each call into the plugin.
    ///
    /// Each signal comes once at most. A handler that raises its own signal is called for it again at the next system
    /// call, which doesn't wait before: it would never return to the plugin's code otherwise.
    pub fn deliveries<'a>(&'a self, thread: &'a Thread) -> Deliveries<'a> {
        Deliveries::new(&self.signals, thread)
    }

    /// Whether there is anything of that. Two or three loads are all that a system call without signals costs.
    #[inline]
    pub fn has_deliveries(&self, thread: &Thread) -> bool {
        thread.is_interrupted() || self.signals.interrupts(thread.signals())
    }

    /// The next thing that the thread has to do about signals.
    #[cfg(test)]
    pub(crate) fn next_signal<'a>(&self, thread: &'a Thread) -> Option<Delivery<'a>> {
        thread.take_interrupt();
        self.signals.take(thread.signals())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plugin;
    use crate::{Errno, Halt};
    use std::thread::scope;
    use std::time::Duration;

    #[test]
    fn a_signal_ends_one_wait_and_is_delivered_once() {
        let plugin = Plugin::new(|_| {});
        let (system, oldest) = (&plugin.system, &plugin.thread);
        system.set_signal_handler(true);
        let younger = plugin.thread();
        scope(|scope| {
            let waiting = scope.spawn(|| system.thread_sleep(oldest, Duration::MAX));
            system.signal(Signal::USER_1);
            assert_eq!(waiting.join().unwrap(), Err(Errno::Intr));
        });
        assert!(matches!(system.next_signal(oldest), Some(Delivery::Handle(Signal::USER_1, _))));
        assert!(system.next_signal(oldest).is_none() && system.next_signal(&younger).is_none());
        assert_eq!(system.thread_sleep(oldest, Duration::from_nanos(1)), Ok(()));
        system.signal_thread(&younger, Signal::USER_2);
        assert!(system.next_signal(oldest).is_none());
        assert_eq!(system.thread_sleep(&younger, Duration::MAX), Err(Errno::Intr));
        let Some(Delivery::Handle(Signal::USER_2, handling)) = system.next_signal(&younger) else { panic!("nothing") };
        // A handler may wait, and no signal that has to wait for its end ends that.
        system.signal_thread(&younger, Signal::USER_2);
        assert_eq!(system.thread_sleep(&younger, Duration::from_nanos(1)), Ok(()));
        assert!(system.next_signal(&younger).is_none());
        drop(handling);
        assert!(matches!(system.next_signal(&younger), Some(Delivery::Handle(Signal::USER_2, _))));
    }

    #[test]
    fn without_a_handler_a_wait_ends_for_a_signal_that_ends_the_plugin_only() {
        let plugin = Plugin::new(|_| {});
        let system = &plugin.system;
        system.signal(Signal::WINDOW_CHANGE);
        assert_eq!(system.thread_sleep(&plugin.thread, Duration::from_nanos(1)), Ok(()));
        system.signal(Signal::INTERRUPT);
        assert_eq!(system.thread_sleep(&plugin.thread, Duration::MAX), Err(Errno::Intr));
        assert!(matches!(system.next_signal(&plugin.thread), Some(Delivery::Terminate(Signal::INTERRUPT))));
        // A plugin without threads hears of a signal in its next call.
        let plugin = Plugin::new(|setup| setup.halt = Halt::new());
        drop(plugin.thread);
        plugin.system.signal(Signal::TERMINATE);
        let late = Thread::new(plugin.system.halt());
        assert!(matches!(plugin.system.next_signal(&late), Some(Delivery::Terminate(Signal::TERMINATE))));
    }
}

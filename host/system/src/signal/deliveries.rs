//! What a thread does about signals at one time.

use super::{Delivery, Shared};
use crate::Thread;

/// What a thread has to do about signals now: each signal once at most, whatever handlers raise. One may be dropped
/// before its end; what is left comes the next time.
#[derive(Debug)]
pub struct Deliveries<'a> {
    signals: &'a Shared,
    thread: &'a Thread,
    /// The signals whose handler was called.
    handled: u32,
}

impl<'a> Deliveries<'a> {
    pub(super) fn new(signals: &'a Shared, thread: &'a Thread) -> Self {
        thread.take_interrupt();
        Self { signals, thread, handled: 0 }
    }
}

impl<'a> Iterator for Deliveries<'a> {
    type Item = Delivery<'a>;

    fn next(&mut self) -> Option<Delivery<'a>> {
        let delivery = self.signals.take_but(self.thread.signals(), self.handled);
        if let Some(Delivery::Handle(signal, _)) = &delivery {
            self.handled |= signal.bit();
        }
        delivery
    }
}

impl Drop for Deliveries<'_> {
    fn drop(&mut self) {
        // A handler raised it, and nobody would end the next wait for it.
        if self.signals.interrupts(self.thread.signals()) {
            self.thread.interrupt();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Plugin;
    use crate::{Errno, Signal};
    use std::time::Duration;

    /// Does what a system call does about signals. Each handler raises signals; returns whose handlers were called.
    fn handled(plugin: &Plugin, raised: &[Signal]) -> Vec<Signal> {
        let handle = |delivery: Delivery<'_>| {
            let Delivery::Handle(signal, _handling) = delivery else { panic!("it ends") };
            for raised in raised {
                plugin.system.signal_thread(&plugin.thread, *raised);
            }
            // A handler makes calls itself, and no handler runs in it.
            assert_eq!(plugin.system.deliveries(&plugin.thread).count(), 0);
            assert_eq!(plugin.system.thread_sleep(&plugin.thread, Duration::from_nanos(1)), Ok(()));
            signal
        };
        plugin.system.deliveries(&plugin.thread).map(handle).collect()
    }

    #[test]
    fn a_handler_that_raises_its_own_signal_is_called_again_at_the_next_call() {
        let plugin = Plugin::new(|_| {});
        let Plugin { system, thread, .. } = &plugin;
        system.set_signal_handler(true);
        system.signal(Signal::USER_1);
        assert_eq!(handled(&plugin, &[Signal::USER_1]), [Signal::USER_1]);
        // The next call doesn't wait with a signal that is there.
        assert_eq!(system.thread_sleep(thread, Duration::MAX), Err(Errno::Intr));
        assert_eq!(handled(&plugin, &[Signal::USER_2, Signal::USER_1]), [Signal::USER_1, Signal::USER_2]);
        assert_eq!(handled(&plugin, &[]), [Signal::USER_1, Signal::USER_2]);
        assert_eq!(handled(&plugin, &[]), []);
        assert_eq!(system.thread_sleep(thread, Duration::from_nanos(1)), Ok(()));
    }

    #[test]
    fn what_ends_the_plugin_is_not_kept_by_a_handler() {
        let plugin = Plugin::new(|_| {});
        let Plugin { system, thread, .. } = &plugin;
        system.set_signal_handler(true);
        system.signal_thread(thread, Signal::USER_1);
        let mut deliveries = system.deliveries(thread);
        let Some(Delivery::Handle(Signal::USER_1, handling)) = deliveries.next() else { panic!("nothing") };
        assert!(deliveries.next().is_none());
        system.signal_thread(thread, Signal::KILL);
        assert!(matches!(deliveries.next(), Some(Delivery::Terminate(Signal::KILL))));
        drop(handling);
        // A signal that was handled ends the plugin as well, once it has no handler; not before the next call.
        system.signal_thread(thread, Signal::USER_1);
        system.set_signal_handler(false);
        assert!(deliveries.next().is_none());
        drop(deliveries);
        assert!(matches!(system.deliveries(thread).next(), Some(Delivery::Terminate(Signal::USER_1))));
    }
}

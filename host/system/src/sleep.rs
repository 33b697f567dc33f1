//! Sleeping, and letting others run.

use crate::{Result, System, Thread};
use std::time::{Duration, Instant};

impl Thread {
    /// Waits until that time.
    pub(crate) fn sleep_until(&self, deadline: Instant) -> Result<()> {
        self.sleep(Some(deadline))
    }

    fn sleep(&self, deadline: Option<Instant>) -> Result<()> {
        loop {
            self.prepare_to_park();
            // Whoever unparks it has mistaken it for a thread that waits.
            if !self.park(deadline)? {
                return Ok(());
            }
        }
    }
}

impl System {
    /// Sleeps; without a time, it lets others run.
    ///
    /// # Errors
    /// A signal has come, or the stop.
    pub fn thread_sleep(&self, thread: &Thread, time: Duration) -> Result<()> {
        if time.is_zero() {
            self.sched_yield();
            return Ok(());
        }
        // What is too long for a clock never ends.
        thread.sleep(Instant::now().checked_add(time))
    }

    /// Lets others run.
    pub fn sched_yield(&self) {
        std::thread::yield_now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Errno;
    use crate::testing::Plugin;
    use std::thread::scope;

    #[test]
    fn a_sleep_lasts_and_ends_at_the_stop() {
        let plugin = Plugin::new(|_| {});
        let system = &plugin.system;
        let start = Instant::now();
        assert_eq!(system.thread_sleep(&plugin.thread, Duration::from_millis(3)), Ok(()));
        assert!(start.elapsed() >= Duration::from_millis(3));
        assert_eq!(system.thread_sleep(&plugin.thread, Duration::ZERO), Ok(()));
        scope(|scope| {
            let sleeping = scope.spawn(|| system.thread_sleep(&plugin.thread(), Duration::MAX));
            system.halt().stop();
            assert_eq!(sleeping.join().unwrap(), Err(Errno::Canceled));
        });
    }
}

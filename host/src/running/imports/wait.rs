//! Host functions that wait for a future.

use crate::stop::Halt;
use crate::sync::block::block_on;
use futures::future::{Either, select};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::pin::pin;
use std::ptr::null;

thread_local! {
    /// The plugin whose host function the calling thread runs; null for none.
    static PLUGIN: Cell<*const Halt> = const { Cell::new(null()) };
}

/// What a host function unwinds with whose plugin was stopped.
pub(crate) struct PluginStopped;

/// Runs a host function of the plugin that `halt` stops.
#[inline]
pub(crate) fn with_halt<R>(halt: &Halt, run: impl FnOnce() -> R) -> R {
    struct Restore<'a>(&'a Cell<*const Halt>, *const Halt);

    impl Drop for Restore<'_> {
        #[inline]
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }

    // Found once for both.
    PLUGIN.with(|plugin| {
        let _restore = Restore(plugin, plugin.replace(halt));
        run()
    })
}

/// The plugin whose host function the calling thread runs.
fn current() -> Option<Halt> {
    let halt = PLUGIN.get();
    // SAFETY: the pointer is null, or that of a reference which `with_halt` has until it puts back what was there before.
    unsafe { halt.as_ref() }.cloned()
}

/// Waits for a future in a host function. The plugin's thread waits, and no worker of an executor's: a call with an
/// asynchronous client runs on a thread for itself. If the plugin is stopped meanwhile, the future is dropped and the
/// host function ends by unwinding, which its caller expects.
///
/// The future is polled here, without an executor: what needs one, as the timers of `tokio` do, is spawned there and
/// its handle waited for: `wait_for(runtime.spawn(…))`.
pub fn wait_for<F: Future>(future: F) -> F::Output {
    let Some(halt) = current() else { return block_on(future) };
    let (future, stopped) = (pin!(future), pin!(halt.stopped()));
    match block_on(select(future, stopped)) {
        Either::Left((output, _)) => output,
        Either::Right(((), _)) => resume_unwind(Box::new(PluginStopped)),
    }
}

//! Host functions that wait for a future.

use crate::stop::Halt;
use crate::sync::block::block_on;
use futures::future::{Either, select};
use std::cell::Cell;
use std::panic::resume_unwind;
use std::pin::pin;
use std::ptr::null;

thread_local! {
    /// The plugin whose host function the calling thread runs, or whose result it reads. Null if there is none.
    static PLUGIN: Cell<*const Halt> = const { Cell::new(null()) };
}

/// A host function unwinds with this when its plugin was stopped.
pub(crate) struct PluginStopped;

/// Runs what the host does for the plugin that `halt` stops: a host function, or the reading of a result.
#[inline]
pub(crate) fn with_halt<R>(halt: &Halt, run: impl FnOnce() -> R) -> R {
    struct Restore<'a>(&'a Cell<*const Halt>, *const Halt);

    impl Drop for Restore<'_> {
        #[inline]
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }

    // The thread-local is looked up once, for setting and for restoring.
    PLUGIN.with(|plugin| {
        let _restore = Restore(plugin, plugin.replace(halt));
        run()
    })
}

/// The plugin whose host function the calling thread runs.
fn current() -> Option<Halt> {
    let halt = PLUGIN.get();
    // SAFETY: the pointer is null, or it comes from the reference that `with_halt` holds. `with_halt` puts the old
    // pointer back before its reference ends.
    unsafe { halt.as_ref() }.cloned()
}

/// Whether the plugin is stopped for which the calling thread works.
pub(crate) fn is_stopped() -> bool {
    let halt = PLUGIN.get();
    // SAFETY: as in `current`.
    unsafe { halt.as_ref() }.is_some_and(Halt::is_stopped)
}

/// Waits for a future in a host function. The plugin's thread waits here, and no worker of an executor does: with an
/// asynchronous client, a call runs on a thread of its own. If the plugin is stopped meanwhile, the future is dropped.
/// The host function then ends by unwinding, and its caller expects that.
///
/// The future is polled here, without an executor. Some futures need an executor, as the timers of `tokio` do. Spawn
/// such a future on its executor, and wait for the handle: `wait_for(runtime.spawn(…))`.
pub fn wait_for<F: Future>(future: F) -> F::Output {
    let Some(halt) = current() else { return block_on(future) };
    let (future, stopped) = (pin!(future), pin!(halt.stopped()));
    match block_on(select(future, stopped)) {
        Either::Left((output, _)) => output,
        Either::Right(((), _)) => resume_unwind(Box::new(PluginStopped)),
    }
}

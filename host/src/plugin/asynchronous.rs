//! Calls that another thread can end, and those that don't block a worker of an executor: they run on threads of the engine,
//! and a future tells when they are over. These threads end when they have had nothing to do for a while.

use crate::engine::Engine;
use crate::error::{Error, StopReason};
use crate::plugin::services::Cancellation;
use crate::stop::Stopper;
use crate::sync::lock::lock;
use std::cell::RefCell;
use std::fmt;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::task::JoinHandle;

thread_local! {
    /// Tells whether the call that the calling thread runs was cancelled.
    static CURRENT: RefCell<Option<Cancellation>> = const { RefCell::new(None) };
}

/// Whether the call that the calling thread runs is to end.
pub(crate) fn is_cancelled() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(Cancellation::is_set))
}

/// Calls on one thread, which another thread can end. Clones are the same calls.
#[derive(Clone)]
pub struct RunningCall(Arc<State>);

struct State {
    engine: Engine,
    cancellation: Cancellation,
    stopper: Arc<Stopper>,
    grace: Option<Duration>,
    /// Held while the plugin is stopped, so that nobody else has the plugin then.
    over: Mutex<bool>,
}

impl RunningCall {
    /// Calls that are asked to end when they are to. If there is a `grace`, the plugin is stopped after it.
    pub(crate) fn new(engine: &Engine, stopper: Arc<Stopper>, grace: Option<Duration>) -> Self {
        let (engine, cancellation, over) = (engine.clone(), Cancellation::new(), Mutex::new(false));
        Self(Arc::new(State { engine, cancellation, stopper, grace, over }))
    }

    /// Asks the plugin to end its call (see [`Services::cancellation`](crate::plugin::Services::cancellation)), and
    /// stops it if the call hasn't ended after 100 ms. This returns at once. After the call it does nothing.
    pub fn end(&self) {
        if self.is_over() {
            return;
        }
        self.0.cancellation.set(true);
        let Some(grace) = self.0.grace else { return };
        let (call, sleep) = (self.clone(), self.0.engine.sleep(grace));
        self.0.engine.io().spawn(async move {
            sleep.await;
            let over = lock(&call.0.over);
            if !*over {
                call.0.stopper.stop(Error::Stopped(StopReason::Cancelled));
            }
        });
    }

    fn is_over(&self) -> bool {
        *lock(&self.0.over)
    }
}

impl fmt::Debug for RunningCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningCall").field("is_over", &self.is_over()).finish_non_exhaustive()
    }
}

/// What a call holds: `held` is let go when the call can't be ended any more, whether it has run or not.
pub(crate) struct Holding<H> {
    over: Over,
    held: H,
}

/// Says that a call is over.
struct Over(RunningCall);

impl Drop for Over {
    fn drop(&mut self) {
        *lock(&self.0.0.over) = true;
    }
}

impl<H> Holding<H> {
    pub(crate) fn new(call: RunningCall, held: H) -> Self {
        Self { over: Over(call), held }
    }

    /// Runs the call on this thread.
    pub(crate) fn run<R>(self, call: impl FnOnce(&H) -> R) -> R {
        CURRENT.set(Some(self.over.0.0.cancellation.clone()));
        let _reset = Reset;
        call(&self.held)
    }
}

/// Forgets the call. The thread goes on to other calls.
struct Reset;

impl Drop for Reset {
    fn drop(&mut self) {
        CURRENT.take();
    }
}

/// Calls that run on a thread of the engine. Any executor may poll this. Dropping it ends them.
pub(crate) struct Running<R> {
    job: JoinHandle<R>,
    call: RunningCall,
}

impl<R: Send + 'static> Running<R> {
    pub(crate) fn start<H: Send + 'static>(
        call: RunningCall,
        held: H,
        calls: impl FnOnce(&H) -> R + Send + 'static,
    ) -> Self {
        let holding = Holding::new(call.clone(), held);
        let job = call.0.engine.blocking().spawn_blocking(move || holding.run(calls));
        Self { job, call }
    }
}

impl<R> Future for Running<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        match ready!(Pin::new(&mut self.job).poll(context)) {
            Ok(result) => Poll::Ready(result),
            Err(error) => match error.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(error) => unreachable!("the engine lives, and nobody else has the job: {error}"),
            },
        }
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        self.call.end();
        // If the job hasn't begun, it never will.
        self.job.abort();
    }
}

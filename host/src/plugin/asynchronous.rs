//! Calls that don't block a worker of an executor. They run on threads of the engine, and a future tells when they are
//! over. These threads end when they have had nothing to do for a while.

use crate::engine::Engine;
use crate::error::{Error, StopReason};
use crate::plugin::services::Cancellation;
use crate::stop::Stopper;
use std::cell::RefCell;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::task::JoinHandle;

thread_local! {
    /// Tells whether the call that the calling thread runs was cancelled.
    static CURRENT: RefCell<Option<Cancellation>> = const { RefCell::new(None) };
}

/// Whether the future of the call that the calling thread runs was dropped.
pub(crate) fn is_cancelled() -> bool {
    CURRENT.with_borrow(|current| current.as_ref().is_some_and(Cancellation::is_set))
}

/// What happens when the future of a call is dropped: the call is asked to end. If there is a `grace`, the plugin is
/// stopped after it.
pub(crate) struct Cancel {
    pub(crate) stopper: Arc<Stopper>,
    pub(crate) grace: Option<Duration>,
}

/// Calls that run on a thread of the engine. Any executor may poll this.
pub(crate) struct Running<R> {
    job: JoinHandle<R>,
    engine: Engine,
    cancellation: Cancellation,
    cancel: Cancel,
    over: Arc<AtomicBool>,
}

/// Says that the job is over, or that it will never begin.
struct Over(Arc<AtomicBool>);

impl<R: Send + 'static> Running<R> {
    pub(crate) fn start(engine: &Engine, cancel: Cancel, calls: impl FnOnce() -> R + Send + 'static) -> Self {
        let cancellation = Cancellation::new();
        let over = Arc::<AtomicBool>::default();
        let current = cancellation.clone();
        let end = Over(over.clone());
        let job = engine.blocking().spawn_blocking(move || {
            CURRENT.set(Some(current));
            let _end = (end, Reset);
            calls()
        });
        Self { job, engine: engine.clone(), cancellation, cancel, over }
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
        if self.over.load(Ordering::Acquire) {
            return;
        }
        self.cancellation.set(true);
        // If the job hasn't begun, it never will.
        self.job.abort();
        let Some(grace) = self.cancel.grace else { return };
        let stopper = self.cancel.stopper.clone();
        let over = self.over.clone();
        let sleep = self.engine.sleep(grace);
        self.engine.io().spawn(async move {
            sleep.await;
            if !over.load(Ordering::Acquire) {
                stopper.stop(Error::Stopped(StopReason::Cancelled));
            }
        });
    }
}

impl Drop for Over {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Forgets the call. The thread goes on to other calls.
struct Reset;

impl Drop for Reset {
    fn drop(&mut self) {
        CURRENT.take();
    }
}

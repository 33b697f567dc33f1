//! Calls that another thread can end, and those that don't block a worker of an executor: they run on threads of the engine,
//! and a future tells when they are over. These threads end when they have had nothing to do for a while.

use crate::engine::Engine;
use crate::error::{Error, StopReason};
use crate::plugin::services::Cancellation;
use crate::stop::Stopper;
use crate::sync::lock::lock;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::sync::oneshot::{Receiver, channel};

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
pub(crate) struct RunningCall(Arc<State>);

struct State {
    engine: Engine,
    cancellation: Cancellation,
    stopper: Arc<Stopper>,
    grace: Option<Duration>,
    /// Locked while the plugin is stopped, so that nobody else has the plugin then.
    phase: Mutex<Phase>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waits,
    Runs,
    Over,
}

impl RunningCall {
    /// Calls that are asked to end when they are to. If there is a `grace`, the plugin is stopped after it.
    pub(crate) fn new(engine: &Engine, stopper: Arc<Stopper>, grace: Option<Duration>) -> Self {
        let (engine, cancellation, phase) = (engine.clone(), Cancellation::new(), Mutex::new(Phase::Waits));
        Self(Arc::new(State { engine, cancellation, stopper, grace, phase }))
    }

    /// Asks the plugin to end its call, and stops it if the call hasn't ended after the grace. This returns at once. After
    /// the call it does nothing.
    fn end(&self) {
        if *lock(&self.0.phase) == Phase::Over {
            return;
        }
        self.0.cancellation.set(true);
        let Some(grace) = self.0.grace else { return };
        let (call, sleep) = (self.clone(), self.0.engine.sleep(grace));
        self.0.engine.io().spawn(async move {
            sleep.await;
            let phase = lock(&call.0.phase);
            if *phase == Phase::Runs {
                call.0.stopper.stop(Error::Stopped(StopReason::Cancelled));
            }
        });
    }
}

/// What a call holds: `held` is let go when the call can't be ended any more, whether it has run or not.
struct Holding<H> {
    over: Over,
    held: H,
}

/// Says that a call is over.
struct Over(RunningCall);

impl Drop for Over {
    fn drop(&mut self) {
        *lock(&self.0.0.phase) = Phase::Over;
    }
}

impl<H> Holding<H> {
    /// Runs the call on this thread.
    fn run<R>(self, call: impl FnOnce(&H) -> R) -> R {
        let state = &self.over.0.0;
        *lock(&state.phase) = Phase::Runs;
        CURRENT.set(Some(state.cancellation.clone()));
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

/// Something that blocks the thread that runs it.
pub type Job = Box<dyn FnOnce() + Send>;

/// Calls that run on another thread. Any executor may poll this. Dropping it ends them.
pub(crate) struct Running<R> {
    result: Receiver<std::thread::Result<R>>,
    call: RunningCall,
}

impl<R: Send + 'static> Running<R> {
    /// Runs the calls on a thread of the engine.
    pub(crate) fn start<H: Send + 'static>(
        call: RunningCall,
        held: H,
        calls: impl FnOnce(&H) -> R + Send + 'static,
    ) -> Self {
        let threads = call.0.engine.blocking().clone();
        Self::start_on(|job| drop(threads.spawn_blocking(job)), call, held, calls)
    }

    /// Runs the calls where `spawn` has jobs run.
    pub(crate) fn start_on<H: Send + 'static>(
        spawn: impl FnOnce(Job),
        call: RunningCall,
        held: H,
        calls: impl FnOnce(&H) -> R + Send + 'static,
    ) -> Self {
        let (sender, result) = channel();
        let holding = Holding { over: Over(call.clone()), held };
        spawn(Box::new(move || {
            // Calls that nobody waits for don't begin.
            if !sender.is_closed() {
                let _ = sender.send(catch_unwind(AssertUnwindSafe(|| holding.run(calls))));
            }
        }));
        Self { result, call }
    }
}

impl<R> Future for Running<R> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        match ready!(Pin::new(&mut self.result).poll(context)) {
            Ok(Ok(result)) => Poll::Ready(result),
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => panic!("the job was dropped in place of being run"),
        }
    }
}

impl<R> Drop for Running<R> {
    fn drop(&mut self) {
        self.result.close();
        self.call.end();
    }
}

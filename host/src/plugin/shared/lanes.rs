//! The workers of a shared plugin, and the callers who wait for them.

use super::Wait;
use super::lease::{Lease, here};
use super::pause::Pauses;
use crate::error::{Error, Overload, StopReason};
use crate::plugin::Plugin;
use crate::plugin::inner::Inner;
use crate::plugin::stream::{GuestStreams, Pulled};
use crate::stop::{Calls, Halt};
use crate::sync::exclusive::Exclusive;
use crate::sync::line::{Line, Turn};
use crate::sync::lock::lock;
use futures::future::{Either, select};
use std::any::TypeId;
use std::cell::Cell;
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// How long a stream waits for a worker of a plugin that takes no more calls.
const LAST_CHUNK: Duration = Duration::from_secs(10);

thread_local! {
    /// The lane that the calling thread had last. The processor of the thread may still have that lane's memory in its
    /// cache.
    static LAST: Cell<usize> = const { Cell::new(0) };
}

/// What all clones of a shared plugin share.
#[derive(Debug)]
pub(crate) struct Lanes {
    pub(crate) plugin: Plugin,
    /// The main thread's lane is the last. The lanes before it have no thread of their own, and are dropped first.
    pub(super) lanes: Box<[Lane]>,
    pub(super) line: Arc<Line<Lease<Arc<Lanes>>>>,
    queue: usize,
    pub(super) pauses: Mutex<Pauses>,
    closed: Halt,
    /// The streams that the plugin's results offer.
    pub(super) streams: OnceLock<Arc<GuestStreams>>,
    /// The interfaces that were bound. A worker looks up each interface once, and keeps it at the same place.
    interfaces: Mutex<Vec<TypeId>>,
}

/// One worker. It has cache lines of its own.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Lane {
    pub(super) inner: Arc<Exclusive<Inner>>,
    pub(super) calls: Arc<Calls>,
    /// The thread of the host that runs this worker. 0 if there is none.
    pub(super) holder: AtomicUsize,
}

impl Lanes {
    pub(super) fn new(plugin: Plugin, lanes: Box<[Lane]>, queue: usize) -> Self {
        Self {
            plugin,
            lanes,
            line: Line::new(),
            queue,
            pauses: Mutex::default(),
            closed: Halt::default(),
            streams: OnceLock::new(),
            interfaces: Mutex::default(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.lanes.len()
    }

    pub(super) fn waiting(&self) -> usize {
        self.line.waiting()
    }

    pub(super) fn close(&self) {
        self.closed.stop();
    }

    /// The interface's place in the list of bound interfaces.
    pub(super) fn interface(&self, interface: TypeId) -> usize {
        let mut interfaces = lock(&self.interfaces);
        interfaces.iter().position(|known| *known == interface).unwrap_or_else(|| {
            interfaces.push(interface);
            interfaces.len() - 1
        })
    }

    /// Takes a worker, or waits for one.
    #[inline]
    pub(super) fn take(self: &Arc<Self>, wait: Wait) -> Result<Lease<&Arc<Self>>, Error> {
        if self.line.waiting() == 0
            && let Some(at) = self.find_free()
        {
            let lease = Lease::begin(self, at);
            // This comes after the worker was taken: a plugin that was replaced is closed before its workers are free again.
            if !self.closed.is_stopped() {
                return Ok(lease);
            }
        }
        self.wait(wait)
    }

    /// Takes a worker if one is free. The call runs on another thread.
    pub(super) fn take_now_async(self: &Arc<Self>) -> Option<Lease<Arc<Self>>> {
        if self.waiting() > 0 {
            return None;
        }
        let lease = self.find_free().map(|at| Lease::prepare(self.clone(), at))?;
        (!self.closed.is_stopped()).then_some(lease)
    }

    #[cold]
    fn wait(self: &Arc<Self>, wait: Wait) -> Result<Lease<&Arc<Self>>, Error> {
        let lease = crate::sync::block::block_on(self.clone().turn(wait))?;
        Ok(lease.on_this_thread(self))
    }

    /// Waits in the line for a worker.
    pub(crate) async fn turn(self: Arc<Self>, wait: Wait) -> Result<Lease<Arc<Self>>, Error> {
        self.check()?;
        let most = match wait {
            Wait::Never => 0,
            Wait::AtMost(_) | Wait::Forever => self.queue,
        };
        // A host function below a call of this plugin might wait for the end of that very call.
        let most = if self.is_below_a_call() { 0 } else { most };
        let Some(turn) = self.line.join(most) else { return self.take_now(wait) };
        self.serve_line();
        let limit = match wait {
            Wait::AtMost(limit) => Some(limit),
            Wait::Never | Wait::Forever => None,
        };
        let mut turn = pin!(turn);
        let over = pin!(self.until_over(limit));
        let lease = match select(turn.as_mut(), over).await {
            Either::Left((lease, _)) => lease,
            // A worker that was given in the last moment is taken.
            Either::Right((error, _)) => turn.try_take().ok_or(error)?,
        };
        self.check().map(|()| lease)
    }

    /// Waits in the line for a worker, also when the plugin takes no more calls. A thread that is below a call of the plugin
    /// must not wait, because it might wait for itself.
    pub(super) async fn hold(self: Arc<Self>, limit: Duration) -> Result<Lease<Arc<Lanes>>, Error> {
        if self.is_below_a_call() {
            return Err(Overload::WithinACall { count: self.count() }.into());
        }
        let turn = self.join();
        self.given(turn, limit).await
    }

    /// Joins the line, however long it is.
    pub(super) fn join(&self) -> Turn<Lease<Arc<Self>>> {
        self.line.join(usize::MAX).expect("the line has room for everybody")
    }

    /// Waits for the worker that is given to a place in the line.
    pub(super) async fn given(
        self: Arc<Self>,
        turn: Turn<Lease<Arc<Self>>>,
        limit: Duration,
    ) -> Result<Lease<Arc<Self>>, Error> {
        self.plugin.check()?;
        let mut turn = pin!(turn);
        self.serve_line();
        let stopped = pin!(self.plugin.halt().stopped());
        let late = pin!(self.plugin.module().engine().sleep(limit));
        let over = pin!(select(stopped, late));
        match select(turn.as_mut(), over).await {
            Either::Left((lease, _)) => Ok(lease),
            Either::Right((over, _)) => turn.try_take().ok_or_else(|| match (over, self.plugin.check()) {
                (_, Err(error)) => error,
                (Either::Left(_), Ok(())) => Error::Dead(Box::new(Error::Stopped(StopReason::Unloaded))),
                (Either::Right(_), Ok(())) => Overload::WaitedTooLong { count: self.count(), waited: limit }.into(),
            }),
        }
    }

    /// Waits until no stream of the plugin is open. Returns whether that came in time.
    pub(super) fn wait_for_streams(&self, limit: Duration) -> bool {
        self.streams.get().is_none_or(|streams| streams.wait_for_end(limit))
    }

    /// Takes a worker for a caller who doesn't join the line.
    fn take_now(self: &Arc<Self>, wait: Wait) -> Result<Lease<Arc<Self>>, Error> {
        let is_nested = self.is_below_a_call();
        let free = || self.find_free().or_else(|| if is_nested { self.borrow_of_pauses() } else { None });
        if (self.waiting() == 0 || is_nested)
            && let Some(at) = free()
        {
            let lease = Lease::prepare(self.clone(), at);
            return self.check().map(|()| lease);
        }
        let count = self.count();
        Err(match wait {
            _ if is_nested => Overload::WithinACall { count }.into(),
            Wait::Never => Overload::AllTaken { count }.into(),
            Wait::AtMost(_) | Wait::Forever => Overload::QueueFull { count, waiting: self.queue }.into(),
        })
    }

    /// Waits until the caller has to stop waiting, and says why.
    async fn until_over(&self, limit: Option<Duration>) -> Error {
        let (stopped, closed) = (pin!(self.plugin.halt().stopped()), pin!(self.closed.stopped()));
        let ended = pin!(select(stopped, closed));
        let limited = pin!(async {
            match limit {
                Some(limit) => self.plugin.module().engine().sleep(limit).await,
                None => pending().await,
            }
        });
        match select(ended, limited).await {
            Either::Left(_) => match self.check() {
                Err(error) => error,
                // The plugin is told to end a moment before it can say why.
                Ok(()) => Error::Dead(Box::new(Error::Stopped(StopReason::Unloaded))),
            },
            Either::Right(_) => {
                Overload::WaitedTooLong { count: self.count(), waited: limit.unwrap_or_default() }.into()
            }
        }
    }

    fn check(&self) -> Result<(), Error> {
        self.plugin.check()?;
        if self.closed.is_stopped() { Err(Error::Dead(Box::new(Error::Stopped(StopReason::Unloaded)))) } else { Ok(()) }
    }

    /// Marks a free worker as taken, and returns its place.
    #[inline]
    pub(super) fn find_free(&self) -> Option<usize> {
        let last = LAST.get();
        if self.lanes.get(last).is_some_and(|lane| lane.inner.try_mark()) {
            return Some(last);
        }
        let at = self.lanes.iter().position(|lane| lane.inner.try_mark())?;
        LAST.set(at);
        Some(at)
    }

    /// Whether the calling thread is already running a call of this plugin.
    pub(super) fn is_below_a_call(&self) -> bool {
        self.lanes.iter().any(|lane| lane.holder.load(Ordering::Relaxed) == here())
    }

    /// Gives free workers to the callers who wait.
    #[cold]
    pub(super) fn serve_line(self: &Arc<Self>) {
        self.line.serve(|| self.find_free().map(|at| Lease::prepare(self.clone(), at)));
    }
}

impl Lane {
    pub(super) fn new(inner: Arc<Exclusive<Inner>>, calls: Arc<Calls>) -> Self {
        Self { inner, calls, holder: AtomicUsize::new(0) }
    }
}

impl Pulled for Lanes {
    fn lend_to(self: Arc<Self>, wait: Wait, run: &mut dyn FnMut(&mut Inner)) -> Result<(), Error> {
        // A stream goes on when the plugin takes no more calls.
        if self.closed.is_stopped() && wait != Wait::Never {
            let lease = crate::sync::block::block_on(self.clone().hold(LAST_CHUNK))?;
            run(&mut lease.on_this_thread(&self));
            return Ok(());
        }
        let mut lease = self.take(wait)?;
        run(&mut lease);
        Ok(())
    }
}

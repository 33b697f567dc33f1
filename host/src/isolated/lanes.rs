//! Who may call next: lanes that are free, and callers that wait.

use crate::engine::Engine;
use crate::error::{Error, Overload};
use crate::plugin::Wait;
use crate::stop::{Calls, Deadline};
use crate::sync::block::block_on;
use crate::sync::line::Line;
use crate::sync::lock::lock;
use futures::future::{Either, select};
use plugix_shared::Talk;
use std::cell::Cell;
use std::future::pending;
use std::ops::{Deref, DerefMut};
use std::pin::pin;
use std::sync::atomic::{Ordering, fence};
use std::sync::{Arc, Mutex};
use std::time::Duration;

thread_local! {
    /// In how many host functions of plugins in processes the calling thread is.
    static INSIDE: Cell<usize> = const { Cell::new(0) };
}

/// Runs a host function. Calls of the plugin's in it don't wait: they might wait for themselves.
pub(super) fn inside<R>(run: impl FnOnce() -> R) -> R {
    struct Leave;

    impl Drop for Leave {
        fn drop(&mut self) {
            INSIDE.set(INSIDE.get() - 1);
        }
    }

    INSIDE.set(INSIDE.get() + 1);
    let _leave = Leave;
    run()
}

/// What one call at a time uses.
#[derive(Debug)]
pub(super) struct CallLane {
    pub(super) talk: Talk,
    /// Where results are copied that are decoded and not kept.
    pub(super) scratch: Vec<u8>,
    pub(super) calls: Arc<Calls>,
    /// The limit of each call.
    pub(super) _deadline: Option<Deadline>,
}

/// The lanes of one plugin in which its host calls it.
#[derive(Debug)]
pub(super) struct Lanes {
    free: Mutex<Vec<CallLane>>,
    line: Arc<Line<Lease>>,
    count: usize,
    queue: usize,
    engine: Engine,
}

/// The right to a lane. Dropping it gives the lane to the next caller who waits.
#[derive(Debug)]
pub(super) struct Lease {
    lanes: Arc<Lanes>,
    /// `None` once it was given back.
    lane: Option<CallLane>,
}

impl Lanes {
    pub(super) fn new(lanes: Vec<CallLane>, queue: usize, engine: &Engine) -> Arc<Self> {
        let count = lanes.len();
        Arc::new(Self { free: Mutex::new(lanes), line: Line::new(), count, queue, engine: engine.clone() })
    }

    /// How many calls can run at the same time.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether no lane is taken.
    pub(super) fn is_idle(&self) -> bool {
        lock(&self.free).len() == self.count
    }

    /// Takes a lane, or waits for one.
    pub(super) fn take(self: &Arc<Self>, wait: Wait) -> Result<Lease, Error> {
        match self.line.waiting() {
            0 => self.find_free().map_or_else(|| self.wait(wait), Ok),
            _ => self.wait(wait),
        }
    }

    fn find_free(self: &Arc<Self>) -> Option<Lease> {
        let lane = lock(&self.free).pop()?;
        Some(Lease { lanes: self.clone(), lane: Some(lane) })
    }

    #[cold]
    fn wait(self: &Arc<Self>, wait: Wait) -> Result<Lease, Error> {
        let count = self.count;
        let most = match wait {
            _ if INSIDE.get() > 0 => return self.find_free().ok_or(Overload::WithinACall { count }.into()),
            Wait::Never => return self.find_free().ok_or(Overload::AllTaken { count }.into()),
            Wait::AtMost(_) | Wait::Forever => self.queue,
        };
        let full = || Overload::QueueFull { count, waiting: self.line.waiting() };
        let turn = self.line.join(most).ok_or_else(full)?;
        self.serve();
        let limit = match wait {
            Wait::AtMost(limit) => Some(limit),
            Wait::Never | Wait::Forever => None,
        };
        block_on(async {
            let mut turn = pin!(turn);
            match select(turn.as_mut(), pin!(self.late(limit))).await {
                Either::Left((lease, _)) => Ok(lease),
                // What was given in the last moment is taken.
                Either::Right((waited, _)) => turn.try_take().ok_or(Overload::WaitedTooLong { count, waited }.into()),
            }
        })
    }

    async fn late(&self, limit: Option<Duration>) -> Duration {
        let Some(limit) = limit else { return pending().await };
        self.engine.sleep(limit).await;
        limit
    }

    /// Gives what is free to those who wait.
    fn serve(self: &Arc<Self>) {
        self.line.serve(|| self.find_free());
    }
}

impl Deref for Lease {
    type Target = CallLane;

    fn deref(&self) -> &CallLane {
        self.lane.as_ref().expect("a lane that was given back is gone")
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut CallLane {
        self.lane.as_mut().expect("a lane that was given back is gone")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(lane) = self.lane.take() else { return };
        lock(&self.lanes.free).push(lane);
        // `Line::waiting` says why this fence is here.
        fence(Ordering::SeqCst);
        if self.lanes.line.waiting() > 0 {
            self.lanes.serve();
        }
    }
}

//! A shared plugin that runs no call, while its callers wait in line.

use super::SharedPlugin;
use super::lanes::Lanes;
use super::lease::Lease;
use crate::error::{Error, Overload};
use crate::module::Module;
use crate::plugin::UNLOAD_LIMIT;
use crate::plugin::dynamic::Lend;
use crate::plugin::inner::Inner;
use crate::sync::block::block_on;
use crate::sync::line::Ticket;
use crate::sync::lock::lock;
use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The right to all workers of a shared plugin. Dropping it lets those go on who wait.
pub(crate) struct Paused {
    lanes: Arc<Lanes>,
    /// The main thread's. It goes first, so that the others find the plugin as it was.
    main: RefCell<Lease<Arc<Lanes>>>,
    _others: Vec<Lease<Arc<Lanes>>>,
}

/// The workers of those who wait until the plugin runs no call.
///
/// They don't keep them from a call that a running call makes of its own plugin: they wait for the running call anyway.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    /// The places of the workers that are there already.
    held: Vec<usize>,
    /// Those who wait in the line for the next one.
    coming: Vec<Ticket<Lease<Arc<Lanes>>>>,
}

impl SharedPlugin {
    /// Waits in line for all workers. So the calls that came before are run, and those that come later wait. A call that a
    /// running call makes of its own plugin, by way of a host function, is run as well: it takes a worker that waits here.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if they don't end in time, or if the calling thread is itself in a call of the plugin.
    /// [`Error::Dead`] if the plugin has ended.
    pub(crate) fn pause(&self, limit: Duration) -> Result<Paused, Error> {
        if self.lanes.is_below_a_call() {
            return Err(Overload::OwnCall.into());
        }
        let end = Instant::now() + limit;
        let held = Held(&self.lanes);
        let mut leases = loop {
            if let Some(all) = held.next(end)? {
                break all;
            }
        };
        // Each worker is held once, so the main thread's is among them.
        let main = leases.iter().position(|lease| lease.is_of_main_thread()).unwrap_or_default();
        let main = leases.swap_remove(main);
        Ok(Paused { lanes: self.lanes.clone(), main: RefCell::new(main), _others: leases })
    }

    /// Takes no more calls. Waits for the end of those that run, and of the streams that are open. Then the plugin's
    /// unload hook is called, and the plugin is stopped, whoever still holds it. Returns whether all of them have ended in
    /// time.
    pub fn retire(&self, limit: Duration) -> bool {
        let end = Instant::now() + limit;
        self.close();
        let left = || end.saturating_duration_since(Instant::now());
        let drained =
            !self.is_alive() || self.lanes.wait_for_streams(left()) && self.pause(left()).map(Paused::unload).is_ok();
        self.lanes.plugin.process().stopper.unload();
        drained
    }
}

/// The workers that a pause has got so far. Those that are there when it is dropped are free again.
struct Held<'l>(&'l Arc<Lanes>);

impl Held<'_> {
    /// Waits for one more worker. Returns all of them as soon as all are there. While a call runs, one at least isn't.
    fn next(&self, end: Instant) -> Result<Option<Vec<Lease<Arc<Lanes>>>>, Error> {
        let (turn, ticket) = {
            let mut pauses = lock(&self.0.pauses);
            let turn = self.0.join();
            pauses.coming.push(turn.ticket());
            let ticket = turn.ticket();
            (turn, ticket)
        };
        let given = block_on(self.0.clone().given(turn, end.saturating_duration_since(Instant::now())));
        let mut pauses = lock(&self.0.pauses);
        pauses.coming.retain(|coming| *coming != ticket);
        pauses.held.push(given?.into_place());
        Ok((pauses.held.len() == self.0.count()).then(|| self.leases(&mut pauses.held)))
    }

    fn leases(&self, places: &mut Vec<usize>) -> Vec<Lease<Arc<Lanes>>> {
        places.drain(..).map(|at| Lease::prepare(self.0.clone(), at)).collect()
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let leases = self.leases(&mut lock(&self.0.pauses).held);
        // Whoever waits gets them, and that takes other locks.
        drop(leases);
    }
}

impl Lanes {
    /// A worker that a pause has got, for a call that a running call makes of its own plugin.
    pub(super) fn borrow_of_pauses(&self) -> Option<usize> {
        loop {
            let mut pauses = lock(&self.pauses);
            if let Some(at) = pauses.held.pop() {
                return Some(at);
            }
            if pauses.coming.iter().all(|ticket| self.line.has(ticket)) {
                // A pause that failed may have given its workers back meanwhile.
                return self.find_free();
            }
            drop(pauses);
            // A worker is on its way to a pause, which needs a moment of the processor.
            std::thread::yield_now();
        }
    }
}

impl Paused {
    /// Calls the plugin's unload hook.
    fn unload(self) {
        let mut main = self.main.borrow_mut();
        main.hold_here();
        let _deadline = main.deadline(UNLOAD_LIMIT);
        main.unload();
    }
}

impl Lend for Paused {
    fn module(&self) -> &Module {
        self.lanes.plugin.module()
    }

    fn lend<R>(&self, run: impl FnOnce(&mut Inner) -> R) -> Result<R, Error> {
        let mut main = self.main.try_borrow_mut().map_err(|_| Error::Busy)?;
        main.hold_here();
        Ok(run(&mut main))
    }
}

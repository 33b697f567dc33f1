//! A shared plugin that runs no call, while its callers wait in line.

use super::SharedPlugin;
use super::lanes::Lanes;
use super::lease::Lease;
use crate::error::Error;
use crate::module::Module;
use crate::plugin::UNLOAD_LIMIT;
use crate::plugin::dynamic::Lend;
use crate::plugin::inner::Inner;
use crate::sync::block::block_on;
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

impl SharedPlugin {
    /// Waits in line for all workers. So the calls that came before are run, and those that come later wait.
    ///
    /// # Errors
    /// [`Error::Overloaded`] if they don't end in time, or if the calling thread is itself in a call of the plugin.
    /// [`Error::Dead`] if the plugin has ended.
    pub(crate) fn pause(&self, limit: Duration) -> Result<Paused, Error> {
        let end = Instant::now() + limit;
        let hold = || block_on(self.lanes.clone().hold(end.saturating_duration_since(Instant::now())));
        let mut leases = (0..self.lanes.count()).map(|_| hold()).collect::<Result<Vec<_>, _>>()?;
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

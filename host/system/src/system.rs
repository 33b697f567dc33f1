//! All that one plugin has of the operating system.

mod descriptors;
#[cfg(test)]
mod tests;

use crate::description::Description;
use crate::futex::Futexes;
use crate::input::{Input, Reader};
use crate::network::{Gate, Network};
use crate::object::Object;
use crate::report::Report;
use crate::signal::Shared as Signals;
use crate::table::{Descriptor, Table};
use crate::{FdFlags, Halt, Result, Sink};
use std::sync::Arc;

/// What a plugin gets.
#[derive(Debug)]
pub struct Setup {
    /// Its stop.
    pub halt: Halt,
    /// Who hears of what it tries in vain.
    pub report: Arc<dyn Report>,
    /// How many descriptors it may have open at once; 8 at least and 65,536 at most.
    pub max_descriptors: u32,
    /// Its standard input.
    pub stdin: Input,
    /// Its standard output.
    pub stdout: Arc<dyn Sink>,
    /// Its standard error.
    pub stderr: Arc<dyn Sink>,
    /// What it may reach over the network.
    pub network: Network,
}

/// One plugin's system calls. All its threads use it at the same time.
#[derive(Debug)]
pub struct System {
    pub(crate) halt: Halt,
    pub(crate) report: Arc<dyn Report>,
    pub(crate) table: Table,
    pub(crate) futexes: Futexes,
    pub(crate) gate: Arc<Gate>,
    pub(crate) signals: Signals,
}

/// What a plugin has open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Descriptors of all kinds.
    pub descriptors: u32,
    /// Sockets, those of pairs not counted.
    pub sockets: usize,
}

impl System {
    /// The system of a plugin that is about to start.
    ///
    /// # Errors
    /// What it gets can't be had.
    pub fn new(setup: Setup) -> Result<Arc<Self>> {
        let Setup { halt, report, max_descriptors, stdin, stdout, stderr, network } = setup;
        let table = Table::new(max_descriptors, report.clone());
        for object in [Object::Input(Reader::from(stdin)), Object::Output(stdout), Object::Output(stderr)] {
            table.insert(Descriptor::new(Arc::new(Description::new(object, FdFlags::default()))), 0)?;
        }
        let gate = Arc::new(Gate::new(network, report.clone()));
        Ok(Arc::new(Self { halt, report, table, futexes: Futexes::new(), gate, signals: Signals::default() }))
    }

    /// The plugin's stop.
    pub fn halt(&self) -> &Halt {
        &self.halt
    }

    /// What the plugin has open now.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage { sockets: self.gate.open(), ..Usage::default() };
        self.table.for_each(|_| usage.descriptors += 1);
        usage
    }

    /// Closes all that the plugin has open. To be called when none of its threads runs any more.
    pub fn close_all(&self) {
        self.table.clear();
    }
}

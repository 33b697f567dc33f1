//! All that one plugin has of the operating system.

mod change;
mod current;
mod descriptors;
mod files;
mod folders;
mod lock;
mod open;
mod paths;
mod record_lock;
#[cfg(test)]
mod tests;

use crate::description::Description;
use crate::files::{Mount, Tree};
use crate::futex::Futexes;
use crate::input::{Input, Reader};
use crate::network::{Gate, Network};
use crate::object::Object;
use crate::report::Report;
use crate::signal::Shared as Signals;
use crate::table::{Descriptor, Table};
use crate::{Errno, FdFlags, Halt, Sink};
pub use current::CURRENT;
use current::Current;
pub use lock::Lock;
pub use open::OpenFlags;
use record_lock::RecordLocks;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

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
    /// What it sees in its file system.
    pub mounts: Vec<Mount>,
    /// Its current folder, as an absolute path of its own.
    pub current_folder: PathBuf,
    /// Folders that are open from the beginning: under which name a program finds them, and where they are. One named
    /// `.` is the current folder, whichever that is.
    pub preopened: Vec<(String, PathBuf)>,
    /// Whether a path stays below the folder that it is relative to, as WASI has it, or leads wherever it leads
    /// natively.
    pub strict_paths: bool,
}

/// Why a plugin can't have the files that it is to get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetupError {
    /// The plugin's path to what can't be had.
    pub at: PathBuf,
    /// Why.
    pub error: Errno,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at.display(), self.error)
    }
}

impl std::error::Error for SetupError {}

/// One plugin's system calls. All its threads use it at the same time.
#[derive(Debug)]
pub struct System {
    pub(crate) halt: Halt,
    pub(crate) report: Arc<dyn Report>,
    pub(crate) table: Table,
    pub(crate) futexes: Futexes,
    pub(crate) gate: Arc<Gate>,
    pub(crate) signals: Signals,
    pub(crate) tree: Tree,
    record_locks: RecordLocks,
    current: RwLock<Current>,
    strict_paths: bool,
}

/// What a plugin has open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Descriptors of all kinds.
    pub descriptors: u32,
    /// Sockets, those of pairs not counted.
    pub sockets: usize,
    /// Descriptors of files and folders, but those that were open from the beginning.
    pub files: u32,
    /// Bytes that were written to mounted folders so far.
    pub written: u64,
    /// Bytes that were written to scratch folders so far.
    pub written_to_scratch: u64,
    /// Bytes that scratch folders hold now.
    pub scratch: u64,
}

impl System {
    /// The system of a plugin that is about to start.
    ///
    /// # Errors
    /// What it gets can't be had.
    pub fn new(setup: Setup) -> Result<Arc<Self>, SetupError> {
        let Setup { halt, report, max_descriptors, stdin, stdout, stderr, network, .. } = setup;
        let table = Table::new(max_descriptors, report.clone());
        let tree = Tree::new(setup.mounts, &report)?;
        let gate = Arc::new(Gate::new(network, report.clone()));
        let current = RwLock::new(Current::root(&tree));
        let (strict_paths, futexes, signals) = (setup.strict_paths, Futexes::new(), Signals::default());
        let record_locks = RecordLocks::default();
        let system = Self { halt, report, table, futexes, gate, signals, tree, record_locks, current, strict_paths };
        for object in [Object::Input(Reader::from(stdin)), Object::Output(stdout), Object::Output(stderr)] {
            let failed = |error| SetupError { at: PathBuf::new(), error };
            let descriptor = Descriptor::new(Arc::new(Description::new(object, FdFlags::default())));
            system.table.insert(descriptor, 0).map_err(failed)?;
        }
        system.open_first(&setup.current_folder, setup.preopened)?;
        Ok(Arc::new(system))
    }

    /// The plugin's stop.
    pub fn halt(&self) -> &Halt {
        &self.halt
    }

    /// Whether paths stay below the folder that they are relative to, as WASI has it.
    pub fn is_strict(&self) -> bool {
        self.strict_paths
    }

    /// What the plugin has open now.
    pub fn usage(&self) -> Usage {
        let mut usage = Usage { sockets: self.gate.open(), ..Usage::default() };
        self.tree.add_usage(&mut usage);
        self.table.for_each(|descriptor| {
            usage.descriptors += 1;
            // What was open from the beginning is nothing that the plugin has opened.
            let is_own = descriptor.preopened.is_none() && descriptor.description.object.is_file_or_folder();
            usage.files += u32::from(is_own);
        });
        usage
    }

    /// Closes all that the plugin has open. To be called when none of its threads runs any more.
    pub fn close_all(&self) {
        self.table.clear();
        self.record_locks.clear();
    }
}

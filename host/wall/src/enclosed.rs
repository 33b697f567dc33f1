//! The second step of a wall, and what it was.

use crate::condition::Network;
use crate::kernel::Kernel;
use crate::{Lack, WallError, filter};

/// A process whose files and ports are closed, and whose system calls are still open.
#[derive(Debug)]
#[must_use = "the process can still start others until it is sealed"]
pub struct Enclosed {
    network: Network,
    kernel: Kernel,
    lacks: Vec<Lack>,
}

impl Enclosed {
    pub(crate) fn new(network: Network, kernel: Kernel, lacks: Vec<Lack>) -> Self {
        Self { network, kernel, lacks }
    }

    /// What the kernel lacks. There is something only with [`Need::BestEffort`](crate::Need::BestEffort).
    pub fn lacks(&self) -> &[Lack] {
        &self.lacks
    }

    /// The second step: closes all system calls but those that running a plugin needs, on all threads, those that are there
    /// and those that come. A closed one fails with `EPERM`, and `clone3` with `ENOSYS`.
    ///
    /// From now on no machine code is added: memory can't become executable. What needs that is loaded before.
    ///
    /// # Errors
    /// The kernel refuses the filter, or a thread has another one of its own. The process may have no filter then.
    pub fn seal(self) -> Result<Raised, WallError> {
        if self.kernel.has_filters {
            filter::install(self.network)?;
        }
        Ok(Raised { lacks: self.lacks })
    }
}

/// The process is locked in.
#[derive(Clone, Debug)]
pub struct Raised {
    lacks: Vec<Lack>,
}

impl Raised {
    /// What the kernel lacks. There is something only with [`Need::BestEffort`](crate::Need::BestEffort).
    pub fn lacks(&self) -> &[Lack] {
        &self.lacks
    }
}

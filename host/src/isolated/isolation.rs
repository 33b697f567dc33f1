//! What a plugin's process is, and how strong its wall has to be.

use std::io;
use std::path::{Path, PathBuf};

/// How a plugin gets a process of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isolation {
    program: PathBuf,
    pub(super) workers: usize,
    pub(super) queue: usize,
    pub(super) required: bool,
    pub(super) memory: Option<u64>,
}

impl Isolation {
    /// Starts this program, whose `main` begins with [`run_if_child`](crate::run_if_child).
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), workers: 1, queue: 1024, required: true, memory: None }
    }

    /// Starts the program that is running now, whose `main` begins with [`run_if_child`](crate::run_if_child).
    ///
    /// # Errors
    /// If the operating system can't tell which file that is.
    pub fn this_program() -> io::Result<Self> {
        Ok(Self::new(std::env::current_exe()?))
    }

    /// Sets how many calls may run at the same time: one unless set, and 64 at most. Each call but the first is a thread of
    /// the plugin's, as the workers of a [shared plugin](crate::plugin::SharedPlugin) are.
    #[must_use]
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers.clamp(1, 64);
        self
    }

    /// Sets how many callers may wait while all workers run calls: 1,024 unless set.
    #[must_use]
    pub fn queue(mut self, callers: usize) -> Self {
        self.queue = callers;
        self
    }

    /// Starts the plugin as well where the kernel can't lock its process in as it should. Without this, such a start fails
    /// with [`LoadError::Wall`](crate::error::LoadError::Wall).
    #[must_use]
    pub fn best_effort(mut self) -> Self {
        self.required = false;
        self
    }

    /// Limits the memory of the process, in bytes. Unless set, it is what the policy's own limits come to, and 256 MiB. A
    /// process that needs more ends.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }
}

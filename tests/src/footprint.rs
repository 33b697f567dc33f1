//! What a process holds of the operating system, counted.

use anyhow::Result;
use std::fmt;
use std::fs;

use crate::process::{resident_kib, threads, wait_until};

/// What this process holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Footprint {
    /// Operating system threads.
    pub threads: usize,
    /// Open file descriptors.
    pub files: usize,
    /// Mappings of memory.
    pub mappings: usize,
    /// Memory that it occupies, in KiB.
    pub resident_kib: u64,
}

impl Footprint {
    /// Counts.
    ///
    /// # Errors
    /// Where there is no `/proc/self`.
    pub fn take() -> Result<Self> {
        let files = fs::read_dir("/proc/self/fd")?.count();
        // The one with which the folder was read.
        let files = files - 1;
        let mappings = fs::read_to_string("/proc/self/maps")?.lines().count();
        Ok(Self { threads: threads()?.len(), files, mappings, resident_kib: resident_kib()? })
    }

    /// Waits until the process has no more threads and open files than this. Threads that have ended may still be there
    /// for the operating system, for a moment.
    ///
    /// # Panics
    /// If that takes a minute.
    pub fn wait_to_return(&self) {
        wait_until(&format!("the return to {self}"), || {
            Self::take().is_ok_and(|now| now.threads <= self.threads && now.files <= self.files)
        });
    }
}

impl fmt::Display for Footprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { threads, files, mappings, resident_kib } = self;
        write!(f, "{resident_kib} KiB, {threads} threads, {files} open files, {mappings} mappings")
    }
}

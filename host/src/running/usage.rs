//! What a plugin uses: the one home of all its numbers.
//!
//! Each number is counted where it happens. Here the numbers of a plugin come together. A new number is a field of
//! [`Usage`]. It has a line in [`Process::usage`] and a line in the sum of [`Usage`], and the compiler asks for both.

use super::instance::Process;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use std::time::Duration;

/// What a plugin uses, and what it has done since its start.
///
/// The numbers are read one after the other while the plugin runs. So they need not belong to the same moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// How many plugins the numbers belong to: 1, or as many as a pool has.
    pub plugins: u64,
    /// The calls from the host, on all threads that the host calls.
    pub calls: CallUsage,
    /// The threads that the plugin has started.
    pub threads: Level,
    /// The memory that the plugin's threads share, in bytes. A memory never shrinks.
    pub memory: Level,
    /// The entries of the tables on all its threads.
    pub table_entries: u64,
    /// What the exceptions on all its threads take, in bytes of the host's memory.
    pub exceptions: u64,
    /// Files that are open.
    pub open_files: u64,
    /// Bytes that were written to mounted folders.
    pub written_to_mounts: u64,
    /// Bytes that were written to scratch folders.
    pub written_to_scratch: u64,
    /// Sockets that are open.
    pub sockets: u64,
    /// Bytes of output that the host keeps, and that nobody has taken yet.
    pub output_kept: u64,
    /// Bytes of output that were dropped, because nobody took the earlier output.
    pub output_dropped: u64,
    /// Operations that the policy denied.
    pub denials: u64,
    /// The processor time of the threads that the plugin has started, up to now. Calls run on the host's own threads,
    /// and their time is not in this number.
    pub processor_time: Duration,
    /// Panics on all threads. Panics that the plugin itself caught count as well.
    pub panics: u64,
    /// Plugins that have ended by a trap, an exit or a broken protocol, or because the host stopped them.
    pub stops: u64,
}

/// The calls from the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallUsage {
    /// Calls that are over, failed calls included. The plugin's constructor is one of them.
    pub finished: u64,
    /// Calls that failed. An error that the method itself returned is no failure.
    pub failed: u64,
    /// Calls that are running.
    pub running: u64,
}

/// An amount that goes up and down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Level {
    /// Now.
    pub now: u64,
    /// The most since the start.
    pub most: u64,
    /// The most that the policy allows.
    pub limit: u64,
}

impl AddAssign for Level {
    fn add_assign(&mut self, Self { now, most, limit }: Self) {
        self.now += now;
        self.most += most;
        self.limit += limit;
    }
}

impl AddAssign for CallUsage {
    fn add_assign(&mut self, Self { finished, failed, running }: Self) {
        self.finished += finished;
        self.failed += failed;
        self.running += running;
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        // The fields are named one by one, so that no new field is forgotten.
        let Self {
            plugins,
            calls,
            threads,
            memory,
            table_entries,
            exceptions,
            open_files,
            written_to_mounts,
            written_to_scratch,
            sockets,
            output_kept,
            output_dropped,
            denials,
            processor_time,
            panics,
            stops,
        } = other;
        self.plugins += plugins;
        self.calls += calls;
        self.threads += threads;
        self.memory += memory;
        self.table_entries += table_entries;
        self.exceptions += exceptions;
        self.open_files += open_files;
        self.written_to_mounts += written_to_mounts;
        self.written_to_scratch += written_to_scratch;
        self.sockets += sockets;
        self.output_kept += output_kept;
        self.output_dropped += output_dropped;
        self.denials += denials;
        self.processor_time += processor_time;
        self.panics += panics;
        self.stops += stops;
    }
}

impl Usage {
    /// What remains of a plugin that is gone: what it has done, and nothing that it used.
    pub(crate) fn of_the_past(self) -> Self {
        let Self { calls, written_to_mounts, written_to_scratch, output_dropped, .. } = self;
        let Self { denials, processor_time, panics, stops, .. } = self;
        let calls = CallUsage { running: 0, ..calls };
        Self {
            calls,
            written_to_mounts,
            written_to_scratch,
            output_dropped,
            denials,
            processor_time,
            panics,
            stops,
            ..Self::default()
        }
    }
}

impl Process {
    /// What the running module uses.
    pub(crate) fn usage(&self) -> Usage {
        let counts = self.events.counts();
        let (threads, most_threads) = self.tasks.counted();
        let (finished, failed, running) = self.stopper.calls();
        let memory = self.quota.used();
        let open = self.system.usage();
        Usage {
            plugins: 1,
            calls: CallUsage { finished, failed, running },
            threads: Level { now: threads as u64, most: most_threads as u64, limit: self.tasks.limit() as u64 },
            memory: Level { now: memory, most: memory, limit: self.quota.allowed() },
            table_entries: self.quota.table_entries(),
            exceptions: self.quota.exceptions().used(),
            open_files: open.files.into(),
            written_to_mounts: open.written,
            written_to_scratch: open.written_to_scratch,
            sockets: open.sockets as u64,
            output_kept: self.output.kept(),
            output_dropped: counts.output_dropped.get(),
            denials: counts.denials.get(),
            processor_time: self.tasks.time(),
            panics: self.panics.count(),
            stops: u64::from(self.stopper.cause().is_some()),
        }
    }
}

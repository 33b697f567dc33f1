//! What a plugin uses: one home for all its numbers.
//!
//! A number is counted where it happens; here the numbers of a plugin come together. A new one is a field of [`Usage`]
//! with its line in [`Process::usage`] and in [`Usage`]'s sum; the compiler asks for both.

use super::instance::Process;
use plugix_system::System;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;
use std::time::Duration;

/// What a plugin uses, and what it has done since its start.
///
/// The numbers are read one after the other while the plugin runs, so they need not be of the same moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Usage {
    /// Plugins that the numbers are of: 1, or as many as a pool has.
    pub plugins: u64,
    /// The calls from the host, on all threads that it calls.
    pub calls: CallUsage,
    /// The threads that the plugin has started.
    pub threads: Level,
    /// The memory that the plugin's threads share, in bytes. It never shrinks.
    pub memory: Level,
    /// Entries of the tables of all its threads.
    pub table_entries: u64,
    /// Files that are open.
    pub open_files: u64,
    /// Bytes that were written to mounted folders.
    pub written_to_mounts: u64,
    /// Bytes that were written to scratch folders.
    pub written_to_scratch: u64,
    /// Sockets that are open.
    pub sockets: u64,
    /// Bytes of output that are kept and that the host has not taken yet.
    pub output_kept: u64,
    /// Bytes of output that were dropped, because nobody took what had come before.
    pub output_dropped: u64,
    /// Operations that the policy denied.
    pub denials: u64,
    /// The processor time of the threads that the plugin has started, up to now. Calls run on the host's own threads
    /// and are not in it.
    pub processor_time: Duration,
    /// Panics, on all threads, those that the plugin caught itself as well.
    pub panics: u64,
    /// Plugins that have ended: by a trap, an exit, a broken protocol, or because the host stopped them.
    pub stops: u64,
}

/// The calls from the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallUsage {
    /// Calls that are over, the failed ones among them. The plugin's constructor is one.
    pub finished: u64,
    /// Calls that failed. A method's own error is no failure.
    pub failed: u64,
    /// Calls that are running.
    pub running: u64,
}

/// Something of which there is more or less.
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
        // Named one by one, so that a new field isn't forgotten.
        let Self {
            plugins,
            calls,
            threads,
            memory,
            table_entries,
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
    /// What stays of a plugin that is gone: what it has done, and nothing that it uses.
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
        let (counts, (threads, most_threads)) = (self.events.counts(), self.tasks.counted());
        let (finished, failed, running) = self.stopper.calls();
        let memory = self.quota.used();
        let [open_files, sockets, written_to_mounts, written_to_scratch] =
            match self.system.as_deref().map(System::usage) {
                Some(open) => [u64::from(open.files), open.sockets as u64, open.written, open.scratch],
                None => [
                    counts.files.get(),
                    counts.sockets.get(),
                    counts.written_to_mounts.get(),
                    counts.written_to_scratch.get(),
                ],
            };
        Usage {
            plugins: 1,
            calls: CallUsage { finished, failed, running },
            threads: Level { now: threads as u64, most: most_threads as u64, limit: self.tasks.limit() as u64 },
            memory: Level { now: memory, most: memory, limit: self.quota.allowed() },
            table_entries: self.quota.table_entries(),
            open_files,
            written_to_mounts,
            written_to_scratch,
            sockets,
            output_kept: self.output.kept(),
            output_dropped: counts.output_dropped.get(),
            denials: counts.denials.get(),
            processor_time: self.tasks.time(),
            panics: self.panics.count(),
            stops: u64::from(self.stopper.cause().is_some()),
        }
    }
}

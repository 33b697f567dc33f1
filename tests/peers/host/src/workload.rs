//! What is measured.

use serde::{Deserialize, Serialize};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Workload {
    Empty,
    Add,
    Echo64,
    Echo4K,
    Echo1M,
    Change,
    Sum,
    Points,
    Strings,
    Nested,
    HostCall,
    Compute,
    Threads2,
    Spawn,
    Parallel1,
    Parallel2,
    Parallel4,
    Shared2,
    Shared4,
    Instantiate,
    LoadCold,
    LoadWarm,
    Stop,
    Memory,
}

/// Elements of the large slice.
pub(crate) const POINTS: u32 = 1_000_000;

/// Strings in the list.
pub(crate) const STRINGS: u32 = 10_000;

/// Vectors in the vector of them.
pub(crate) const VECTORS: u32 = 1000;

/// Host calls that one call makes.
pub(crate) const HOST_CALLS: u32 = 1000;

/// Rounds of computing in one call. They take about ten milliseconds, so that starting threads hardly counts.
pub(crate) const ROUNDS: u32 = 512;

/// Rounds of computing in one of several calls at a time. They take about a tenth of a millisecond.
pub(crate) const SHORT_ROUNDS: u32 = 2;

impl Workload {
    pub(crate) const ALL: [Self; 24] = [
        Self::Empty,
        Self::Add,
        Self::Echo64,
        Self::Echo4K,
        Self::Echo1M,
        Self::Change,
        Self::Sum,
        Self::Points,
        Self::Strings,
        Self::Nested,
        Self::HostCall,
        Self::Compute,
        Self::Threads2,
        Self::Spawn,
        Self::Parallel1,
        Self::Parallel2,
        Self::Parallel4,
        Self::Shared2,
        Self::Shared4,
        Self::Instantiate,
        Self::LoadCold,
        Self::LoadWarm,
        Self::Stop,
        Self::Memory,
    ];

    /// As the table names it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Empty => "empty call",
            Self::Add => "two integers in, one out",
            Self::Echo64 => "echo of 64 B",
            Self::Echo4K => "echo of 4 KiB",
            Self::Echo1M => "echo of 1 MiB",
            Self::Change => "struct of ten fields, there and back",
            Self::Sum => "1 M structs of 16 B to the plugin",
            Self::Points => "1 M structs of 16 B from the plugin",
            Self::Strings => "10,000 strings of 20 B from the plugin",
            Self::Nested => "1000 vectors of 1 to 32 numbers, there and back",
            Self::HostCall => "host function with two integers, called by the plugin",
            Self::Compute => "computing, one thread",
            Self::Threads2 => "the same, two threads of the plugin's",
            Self::Spawn => "thread of the plugin's: spawn and join",
            Self::Parallel1 => "short computing call, 1 host thread",
            Self::Parallel2 => "the same, 2 host threads, an instance each",
            Self::Parallel4 => "the same, 4 host threads, an instance each",
            Self::Shared2 => "the same, 2 host threads, one instance",
            Self::Shared4 => "the same, 4 host threads, one instance",
            Self::Instantiate => "instantiate and call",
            Self::LoadCold => "load: compile, instantiate and call",
            Self::LoadWarm => "load compiled code, instantiate and call",
            Self::Stop => "endless loop: from the deadline to the error",
            Self::Memory => "resident memory of an idle instance",
        }
    }

    /// Whether it counts bytes, not seconds.
    pub(crate) fn is_bytes(self) -> bool {
        self == Self::Memory
    }

    /// Whether each value needs a fresh process.
    pub(crate) fn needs_fresh_process(self) -> bool {
        self == Self::Memory
    }

    /// The time of one repetition is divided into this many parts. A part is the value.
    pub(crate) fn parts(self) -> f64 {
        match self {
            Self::HostCall => f64::from(HOST_CALLS),
            _ => self.callers() as f64,
        }
    }

    /// How many host threads call at once.
    pub(crate) fn callers(self) -> usize {
        match self {
            Self::Parallel2 | Self::Shared2 => 2,
            Self::Parallel4 | Self::Shared4 => 4,
            _ => 1,
        }
    }
}

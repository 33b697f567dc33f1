//! What time it is.

use crate::{Errno, Result};
use rustix::time::{ClockId, Timespec, clock_getres, clock_gettime};
use std::time::Duration;

/// A clock, as WASI numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The time since 1970.
    Realtime,
    /// A time that never goes back.
    Monotonic,
    /// The processor time of all threads.
    Process,
    /// The processor time of the thread that asks.
    Thread,
}

impl Clock {
    /// The clock of a number.
    ///
    /// # Errors
    /// [`Errno::Inval`] if there is none.
    pub fn numbered(number: u32) -> Result<Self> {
        match number {
            0 => Ok(Self::Realtime),
            1 => Ok(Self::Monotonic),
            2 => Ok(Self::Process),
            3 => Ok(Self::Thread),
            _ => Err(Errno::Inval),
        }
    }

    /// What the host's clock shows. That of [`Process`](Self::Process) is the host's own, which no plugin may see.
    pub fn now(self) -> Duration {
        duration(clock_gettime(self.id()))
    }

    /// The least by which the clock goes on.
    pub fn resolution(self) -> Duration {
        duration(clock_getres(self.id()))
    }

    fn id(self) -> ClockId {
        match self {
            Self::Realtime => ClockId::Realtime,
            Self::Monotonic => ClockId::Monotonic,
            Self::Process => ClockId::ProcessCPUTime,
            Self::Thread => ClockId::ThreadCPUTime,
        }
    }
}

fn duration(time: Timespec) -> Duration {
    // Before 1970 is as good as 1970.
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

//! How much the process may take.

use crate::WallError;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The limits of a wall. `None` leaves the process what it has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Bytes.
    pub(crate) memory: Option<u64>,
    /// The number that descriptors stay below.
    pub(crate) open_files: Option<u64>,
    /// Bytes, of one file.
    pub(crate) file_size: Option<u64>,
    /// Seconds, of all threads.
    pub(crate) processor: Option<u64>,
}

impl Limits {
    /// Sets them, for good: the hard limits as well.
    pub(crate) fn set(&self) -> Result<(), WallError> {
        // What is only reserved doesn't count as data, such as the rest of an arena of the allocator.
        let limits = [
            (Resource::Core, Some(0), "limit core dumps"),
            (Resource::Data, self.memory, "limit the memory"),
            (Resource::Nofile, self.open_files, "limit the open files"),
            (Resource::Fsize, self.file_size, "limit the size of files"),
            (Resource::Cpu, self.processor, "limit the processor time"),
        ];
        for (resource, most, step) in limits {
            let Some(most) = most else { continue };
            // A lower limit that is there already stays.
            let most = getrlimit(resource).maximum.map_or(most, |maximum| maximum.min(most));
            let limit = Rlimit { current: Some(most), maximum: Some(most) };
            setrlimit(resource, limit).map_err(WallError::step(step))?;
        }
        Ok(())
    }
}

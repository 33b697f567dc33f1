//! The content of an open file.

use std::{fmt, io};
use virtual_fs::{Metadata, Result};

/// An open file without a position. Its calls wait for the disk at most.
pub(super) trait Content: fmt::Debug + Send + Sync {
    /// Reads as much as there is room for, or less. Returns 0 at the end of the file.
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize>;

    /// Writes as much as fits. [`io::ErrorKind::StorageFull`] if nothing fits.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize>;

    fn metadata(&self) -> Result<Metadata>;

    /// Cuts the file off, or appends zeroes.
    fn set_len(&self, len: u64) -> Result<()>;

    /// Sets times, in nanoseconds since 1970. `None` leaves a time as it is.
    fn set_times(&self, accessed: Option<u64>, modified: Option<u64>) -> Result<()>;
}

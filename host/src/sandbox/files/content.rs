//! What is in an open file.

use std::{fmt, io};
use virtual_fs::{Metadata, Result};

/// An open file without a position. None of its calls waits for anything but the disk.
pub(super) trait Content: fmt::Debug + Send + Sync {
    /// Reads at most as much as there is room for; nothing at the end.
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize>;

    /// Writes as much as fits; [`io::ErrorKind::StorageFull`] if nothing does.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize>;

    fn metadata(&self) -> Result<Metadata>;

    /// Cuts the file off, or appends zeros.
    fn set_len(&self, len: u64) -> Result<()>;

    /// Times in nanoseconds since 1970; none leaves what is.
    fn set_times(&self, accessed: Option<u64>, modified: Option<u64>) -> Result<()>;
}

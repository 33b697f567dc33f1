//! Memory that two processes share.

use crate::lane::Lane;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, fstat, ftruncate, memfd_create};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::ptr::null_mut;
use std::sync::Arc;

/// How many bytes of the segment a lane takes: a page for whose turn it is, and the room for a message. The kernel gives
/// memory for what is used.
const LANE: usize = 2 << 20;

/// The page before the room of each lane, in bytes.
const PAGE: usize = 4096;

/// How many bytes a message of one lane can have.
pub(crate) const ROOM: usize = LANE - PAGE;

/// Neither side can make the segment larger or smaller, so that no access meets a hole.
const SEALS: SealFlags = SealFlags::SHRINK.union(SealFlags::GROW).union(SealFlags::SEAL);

/// Memory that two processes share, as lanes. Clones are the same memory.
#[derive(Clone, Debug)]
pub struct Segment(Arc<Mapping>);

#[derive(Debug)]
struct Mapping {
    base: *mut u8,
    lanes: usize,
    descriptor: OwnedFd,
}

// SAFETY: the mapping is of shared memory that others write anyway. It is reached by atomic and volatile accesses alone.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Segment {
    /// Makes a segment with so many lanes.
    ///
    /// # Errors
    /// What the operating system says, if there is no memory or no descriptor for it.
    pub fn new(lanes: usize) -> io::Result<Self> {
        let descriptor = memfd_create("plugix-lanes", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        ftruncate(&descriptor, (lanes * LANE) as u64)?;
        fcntl_add_seals(&descriptor, SEALS)?;
        Self::map(descriptor, lanes)
    }

    /// The segment that another process has made.
    ///
    /// # Errors
    /// [`io::ErrorKind::InvalidData`] if the descriptor is no segment. Otherwise what the operating system says.
    pub fn open(descriptor: OwnedFd) -> io::Result<Self> {
        let len = usize::try_from(fstat(&descriptor)?.st_size).unwrap_or(0);
        if len == 0 || !len.is_multiple_of(LANE) || !fcntl_get_seals(&descriptor)?.contains(SEALS) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the descriptor is no segment of lanes"));
        }
        Self::map(descriptor, len / LANE)
    }

    fn map(descriptor: OwnedFd, lanes: usize) -> io::Result<Self> {
        let (access, fd) = (libc::PROT_READ | libc::PROT_WRITE, descriptor.as_raw_fd());
        // SAFETY: a new mapping, wherever the kernel wants to have it.
        let base = unsafe { libc::mmap(null_mut(), lanes * LANE, access, libc::MAP_SHARED, fd, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self(Arc::new(Mapping { base: base.cast(), lanes, descriptor })))
    }

    /// How many lanes there are.
    pub fn lanes(&self) -> usize {
        self.0.lanes
    }

    /// One of the lanes.
    ///
    /// # Panics
    /// If there is no such lane.
    pub fn lane(&self, at: usize) -> Lane {
        assert!(at < self.0.lanes, "there are {} lanes", self.0.lanes);
        // SAFETY: this part of the mapping is the lane's. The lane keeps the mapping, and its size is sealed.
        unsafe { Lane::new(self.0.base.add(at * LANE), PAGE, self.clone()) }
    }
}

impl AsFd for Segment {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.descriptor.as_fd()
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // SAFETY: nobody has the mapping any more: each lane keeps it. An error would only leave it where it is.
        unsafe { libc::munmap(self.base.cast(), self.lanes * LANE) };
    }
}

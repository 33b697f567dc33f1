//! An open folder.

use super::listing::{Listed, Listing};
use super::tree::{Place, Spot, Tree};
use crate::{Errno, Result};
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags, openat};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A folder that is open.
#[derive(Debug)]
pub(crate) struct OpenFolder {
    pub(crate) place: Place,
    /// The plugin's path to it when it was opened.
    pub(crate) shown: Vec<u8>,
    /// Whether it is the current folder, whichever that is.
    pub(crate) is_current: bool,
    /// The kernel's descriptor to list a host's folder with, which has a place in the list.
    readable: OnceLock<Arc<OwnedFd>>,
    listing: Mutex<Listing>,
}

impl OpenFolder {
    pub(crate) fn new(place: Place, shown: Vec<u8>) -> Self {
        Self { place, shown, is_current: false, readable: OnceLock::new(), listing: Mutex::default() }
    }

    /// A folder that was opened to be listed.
    pub(crate) fn readable(place: Place, shown: Vec<u8>, fd: Arc<OwnedFd>) -> Self {
        Self { readable: OnceLock::from(fd), ..Self::new(place, shown) }
    }

    /// The current folder, whichever that is.
    pub(crate) fn current(place: Place, shown: Vec<u8>) -> Self {
        Self { is_current: true, ..Self::new(place, shown) }
    }

    /// A descriptor of the kernel's that does more than stand there.
    pub(crate) fn fd(&self) -> Result<&OwnedFd> {
        if let Some(fd) = self.readable.get() {
            return Ok(fd);
        }
        let Spot::Host(_, fd) = &self.place.spot else { return Err(Errno::Inval) };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let fd = openat(fd.as_fd(), ".", flags, Mode::empty())?;
        Ok(self.readable.get_or_init(|| Arc::new(fd)))
    }

    /// Calls `entry` with what is in the folder from a place in the list on, until it says that it is enough.
    pub(crate) fn list(&self, tree: &Tree, from: u64, entry: &mut dyn FnMut(&Listed<'_>) -> bool) -> Result<()> {
        // Nothing panics while it holds the lock.
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        listing.list(self, tree, from, entry)
    }

    /// Brings it to the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        match self.place.spot {
            Spot::Host(..) => Ok(rustix::fs::fsync(self.fd()?)?),
            Spot::Above | Spot::Scratch(..) => Ok(()),
        }
    }
}

//! Listing folders.

use super::System;
use crate::files::{Listed, OpenFolder, Start};
use crate::object::Object;
use crate::part::Part;
use crate::{Errno, Result, Thread};

/// Bytes before an entry's name: the number of the next, the inode, the length of the name, what it is.
const HEADER: usize = 24;

impl System {
    /// Writes as much of a folder's list as there is room for, from a number on that came with an entry before, or from
    /// the beginning (0). The last entry may be cut off. Returns how many bytes were written: less than there is room
    /// for at the end of the list.
    ///
    /// # Errors
    /// As `getdents`.
    pub fn fd_readdir(&self, thread: &Thread, fd: u32, into: Part, from: u64) -> Result<usize> {
        let description = self.table.description(fd)?;
        let Object::Folder(folder) = &description.object else { return Err(Errno::Notdir) };
        let mut left = into;
        let mut stopped = Ok(());
        let mut write = |listed: &Listed<'_>| {
            stopped = thread.check_stop();
            let mut header = [0; HEADER];
            header[..8].copy_from_slice(&listed.next.to_le_bytes());
            header[8..16].copy_from_slice(&listed.inode.to_le_bytes());
            header[16..20].copy_from_slice(&(listed.name.len() as u32).to_le_bytes());
            header[20] = listed.filetype as u8;
            left = left.skip(left.write(&header));
            let written = left.write(listed.name);
            left = left.skip(written);
            written == listed.name.len() && left.len() > 0 && stopped.is_ok()
        };
        match folder.is_current {
            true => self.current_folder(fd)?.list(&self.tree, from, &mut write)?,
            false => folder.list(&self.tree, from, &mut write)?,
        }
        stopped?;
        Ok(into.len() - left.len())
    }

    /// The current folder, which each call finds anew.
    pub(super) fn current_folder(&self, fd: u32) -> Result<OpenFolder> {
        let Start { place, shown, .. } = self.start(fd)?;
        Ok(OpenFolder::new(place, shown))
    }
}

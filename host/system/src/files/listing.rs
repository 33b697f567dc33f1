//! The list of what is in an open folder.
//!
//! A plugin reads it in pieces, each from a number on that it got with the piece before. For a folder of the host's that
//! number is the kernel's own, so that the list goes on where it was while the folder changes.

use super::folder::OpenFolder;
use super::stat::Stat;
use super::tree::{Spot, Tree};
use crate::{Errno, Filetype, Result};
use rustix::fs::{RawDir, SeekFrom};
use std::mem::MaybeUninit;
use std::ops::Range;

/// Numbers from here on are those of what is mounted in the folder. The kernel's are positive as signed numbers.
const MOUNTED: u64 = 1 << 63;

/// Bytes of a list that are asked of the kernel at once.
const BUFFER: usize = 32 << 10;

/// One entry.
#[derive(Debug)]
pub(crate) struct Listed<'a> {
    /// The number of the one behind it.
    pub(crate) next: u64,
    pub(crate) inode: u64,
    pub(crate) filetype: Filetype,
    pub(crate) name: &'a [u8],
}

/// What the kernel gave and the plugin hasn't got yet.
#[derive(Debug, Default)]
pub(super) struct Listing {
    entries: Vec<Kept>,
    names: Vec<u8>,
    /// The next one to be given.
    index: usize,
    /// The number of what the kernel would give next.
    position: u64,
}

#[derive(Debug)]
struct Kept {
    start: u64,
    next: u64,
    inode: u64,
    filetype: Filetype,
    name: Range<usize>,
}

type Emit<'e> = &'e mut dyn FnMut(&Listed<'_>) -> bool;

impl Listing {
    pub(super) fn list(&mut self, folder: &OpenFolder, tree: &Tree, from: u64, entry: Emit<'_>) -> Result<()> {
        let mounted = tree.mounted_below(&folder.place);
        let hidden = |name: &[u8]| mounted.iter().any(|(mounted, ..)| mounted == name);
        if from < MOUNTED {
            let enough = match &folder.place.spot {
                Spot::Above => false,
                Spot::Host(..) => self.list_host(folder, from, &mut |listed| hidden(listed.name) || entry(listed))?,
                Spot::Scratch(scratch, node) => {
                    let mut emit = |next, inode, filetype, name: &[u8]| {
                        hidden(name) || entry(&Listed { next, inode, filetype, name })
                    };
                    scratch.list(*node, from, &mut emit)?.1
                }
            };
            if enough {
                return Ok(());
            }
        }
        let own = tree.stat(&folder.place)?.inode;
        let dots = [(b".".to_vec(), own, Filetype::Directory), (b"..".to_vec(), own, Filetype::Directory)];
        let dots = dots.into_iter().filter(|_| matches!(folder.place.spot, Spot::Above));
        let first = usize::try_from(from.saturating_sub(MOUNTED)).unwrap_or(usize::MAX);
        for (index, (name, inode, filetype)) in dots.chain(mounted.iter().cloned()).enumerate().skip(first) {
            let next = MOUNTED + index as u64 + 1;
            if !entry(&Listed { next, inode, filetype, name: &name }) {
                break;
            }
        }
        Ok(())
    }

    /// Says whether it was enough.
    fn list_host(&mut self, folder: &OpenFolder, from: u64, entry: Emit<'_>) -> Result<bool> {
        self.go_to(folder, from)?;
        loop {
            while let Some(kept) = self.entries.get(self.index) {
                let Kept { next, inode, filetype, .. } = *kept;
                if !entry(&Listed { next, inode, filetype, name: &self.names[kept.name.clone()] }) {
                    return Ok(true);
                }
                self.index += 1;
            }
            if !self.fill(folder)? {
                return Ok(false);
            }
        }
    }

    fn go_to(&mut self, folder: &OpenFolder, from: u64) -> Result<()> {
        let is_next = |kept: &Kept| kept.start == from;
        // From the beginning, a list shows what came since it was last read.
        if from != 0 && self.entries.get(self.index).is_some_and(is_next) {
            return Ok(());
        }
        let again = if from == 0 { None } else { self.entries.iter().position(is_next) };
        if let Some(index) = again {
            self.index = index;
        } else if from == self.position && from != 0 {
            self.index = self.entries.len();
        } else {
            rustix::fs::seek(folder.fd()?, SeekFrom::Start(from))?;
            (self.index, self.position) = (0, from);
            self.entries.clear();
        }
        Ok(())
    }

    /// Asks the kernel for more; `false` at the end.
    fn fill(&mut self, folder: &OpenFolder) -> Result<bool> {
        (self.index, self.entries, self.names) = (0, Vec::new(), Vec::new());
        let fd = folder.fd()?;
        let mut buffer = Vec::with_capacity(BUFFER);
        let mut raw = RawDir::new(fd, spare(&mut buffer));
        while let Some(found) = raw.next() {
            let found = found.map_err(Errno::from)?;
            let name = found.file_name().to_bytes();
            let filetype = match found.file_type() {
                rustix::fs::FileType::Unknown => match Stat::of_entry(fd, name) {
                    Ok(stat) => stat.filestat().filetype,
                    Err(_) => Filetype::Unknown,
                },
                known => known.into(),
            };
            let start = self.names.len();
            self.names.extend_from_slice(name);
            let (inode, next) = (found.ino(), found.next_entry_cookie());
            self.entries.push(Kept { start: self.position, next, inode, filetype, name: start..self.names.len() });
            self.position = next;
            if raw.is_buffer_empty() {
                break;
            }
        }
        Ok(!self.entries.is_empty())
    }
}

fn spare(buffer: &mut Vec<u8>) -> &mut [MaybeUninit<u8>] {
    buffer.spare_capacity_mut()
}

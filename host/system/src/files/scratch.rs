//! A folder in the host's memory, which is gone when its plugin is.
//!
//! Each name counts for a fixed number of bytes besides what is in the file, so that names and empty folders are limited
//! too.

mod change;
mod chunks;
mod locks;
mod memory_file;
mod node;
mod opened;

pub(crate) use opened::ScratchFile;

use super::space::Space;
use crate::{Errno, Filestat, Filetype, Result, Time};
use memory_file::MemoryFile;
use node::{FIRST, Folder, Node};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The number of the root.
pub(crate) const ROOT: u64 = 1;

/// Longest name in bytes, as in most file systems.
const MAX_NAME: usize = 255;

/// The files of one scratch folder.
#[derive(Debug)]
pub(crate) struct Scratch {
    nodes: Mutex<Nodes>,
    space: Space,
    /// What tells its files from those of other devices.
    device: u64,
    /// Where it is mounted.
    pub(crate) point: usize,
    written: AtomicU64,
}

#[derive(Debug)]
struct Nodes {
    all: HashMap<u64, Node>,
    last: u64,
}

/// Gets an entry: the number of the next one, what is at the name, and the name. Says whether it wants more.
pub(crate) type Emit<'e> = &'e mut dyn FnMut(u64, u64, Filetype, &[u8]) -> bool;

/// What is at a name.
#[derive(Debug)]
pub(crate) enum Found {
    File,
    Folder(u64),
    Link(Vec<u8>),
}

impl Scratch {
    pub(crate) fn new(space: Space, point: usize) -> Self {
        let all = HashMap::from([(ROOT, Node::Folder(Folder::new(ROOT)))]);
        // No device of the host's has such a number.
        let (nodes, device) = (Mutex::new(Nodes { all, last: ROOT }), u64::MAX - point as u64);
        Self { nodes, space, device, point, written: AtomicU64::new(0) }
    }

    /// How many bytes it takes of its limit.
    pub(crate) fn taken(&self) -> u64 {
        self.space.taken()
    }

    fn count_written(&self, bytes: usize) {
        self.written.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// How many bytes were written to its files so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// What is in a folder under a name.
    pub(crate) fn lookup(&self, folder: u64, name: &[u8]) -> Result<Found> {
        check_name(name)?;
        let nodes = self.nodes();
        let node = nodes.folder(folder)?.get(name).ok_or(Errno::Noent)?;
        Ok(match nodes.get(node)? {
            Node::File(_) => Found::File,
            Node::Folder(_) => Found::Folder(node),
            Node::Link(link) => Found::Link(link.target.to_vec()),
        })
    }

    /// Where the link under a name leads.
    pub(crate) fn read_link(&self, folder: u64, name: &[u8]) -> Result<Vec<u8>> {
        match self.lookup(folder, name)? {
            Found::Link(target) => Ok(target),
            Found::File | Found::Folder(_) => Err(Errno::Inval),
        }
    }

    /// The folder that a folder is in.
    pub(crate) fn above(&self, folder: u64) -> Result<u64> {
        Ok(self.nodes().folder(folder)?.parent)
    }

    /// Where a folder is now, from the root on: a slash before each name.
    pub(crate) fn path(&self, mut folder: u64) -> Result<Vec<u8>> {
        let nodes = self.nodes();
        let mut names = Vec::new();
        while folder != ROOT {
            let above = nodes.folder(folder)?.parent;
            let mut entries = nodes.folder(above)?.from(FIRST);
            let (_, entry) = entries.find(|(_, entry)| entry.node == folder).ok_or(Errno::Noent)?;
            names.push(&entry.name);
            folder = above;
        }
        Ok(names.iter().rev().flat_map(|name| [b"/", &***name]).flatten().copied().collect())
    }

    pub(crate) fn stat_folder(&self, folder: u64) -> Result<Filestat> {
        self.nodes().stat(folder, self.device)
    }

    pub(crate) fn stat(&self, folder: u64, name: &[u8]) -> Result<Filestat> {
        check_name(name)?;
        let nodes = self.nodes();
        let node = nodes.folder(folder)?.get(name).ok_or(Errno::Noent)?;
        nodes.stat(node, self.device)
    }

    pub(crate) fn set_folder_times(&self, folder: u64, accessed: Time, modified: Time) -> Result<()> {
        self.nodes().folder_mut(folder)?.times.set(accessed, modified);
        Ok(())
    }

    pub(crate) fn set_times(&self, folder: u64, name: &[u8], accessed: Time, modified: Time) -> Result<()> {
        check_name(name)?;
        let mut nodes = self.nodes();
        let node = nodes.folder(folder)?.get(name).ok_or(Errno::Noent)?;
        match nodes.all.get_mut(&node).ok_or(Errno::Noent)? {
            Node::File(file) => file.set_times(accessed, modified),
            Node::Folder(folder) => folder.times.set(accessed, modified),
            Node::Link(link) => link.times.set(accessed, modified),
        }
        Ok(())
    }

    /// Gives the folder's entries from a number on. Returns the number to go on from, and whether it was enough.
    pub(crate) fn list(&self, folder: u64, from: u64, entry: Emit<'_>) -> Result<(u64, bool)> {
        let nodes = self.nodes();
        let listed = nodes.folder(folder)?;
        let mut next = from;
        for (number, name, inode) in [(0, &b"."[..], folder), (1, b"..", listed.parent)] {
            if number >= from {
                if !entry(number + 1, inode, Filetype::Directory, name) {
                    return Ok((next, true));
                }
                next = number + 1;
            }
        }
        for (number, found) in listed.from(from.max(FIRST)) {
            let filetype = match nodes.get(found.node)? {
                Node::File(_) => Filetype::RegularFile,
                Node::Folder(_) => Filetype::Directory,
                Node::Link(_) => Filetype::SymbolicLink,
            };
            if !entry(number + 1, found.node, filetype, &found.name) {
                return Ok((next, true));
            }
            next = number + 1;
        }
        Ok((next, false))
    }

    fn nodes(&self) -> MutexGuard<'_, Nodes> {
        // Nothing panics while it holds the lock.
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nodes {
    /// A folder that was removed while somebody stood in it is gone.
    fn get(&self, node: u64) -> Result<&Node> {
        self.all.get(&node).ok_or(Errno::Noent)
    }

    fn folder(&self, node: u64) -> Result<&Folder> {
        match self.get(node)? {
            Node::Folder(folder) => Ok(folder),
            _ => Err(Errno::Notdir),
        }
    }

    fn folder_mut(&mut self, node: u64) -> Result<&mut Folder> {
        match self.all.get_mut(&node).ok_or(Errno::Noent)? {
            Node::Folder(folder) => Ok(folder),
            _ => Err(Errno::Notdir),
        }
    }

    fn is_folder(&self, node: u64) -> bool {
        matches!(self.all.get(&node), Some(Node::Folder(_)))
    }

    fn add(&mut self, node: impl FnOnce(u64) -> Node) -> u64 {
        self.last += 1;
        self.all.insert(self.last, node(self.last));
        self.last
    }

    fn stat(&self, node: u64, device: u64) -> Result<Filestat> {
        Ok(match self.get(node)? {
            Node::File(file) => file.stat(),
            Node::Folder(folder) => folder.times.stat(device, node, Filetype::Directory, 2 + folder.folders, 0),
            Node::Link(link) => {
                link.times.stat(device, node, Filetype::SymbolicLink, link.links, link.target.len() as u64)
            }
        })
    }

    /// Another name of a node's is gone, or has come.
    fn count_link(&mut self, node: u64, more: bool) {
        let left = match self.all.get_mut(&node) {
            Some(Node::File(file)) if more => file.links.fetch_add(1, Ordering::Relaxed) + 1,
            Some(Node::File(file)) => file.links.fetch_sub(1, Ordering::Relaxed) - 1,
            Some(Node::Link(link)) => {
                link.links = if more { link.links + 1 } else { link.links - 1 };
                link.links
            }
            _ => 0,
        };
        if left == 0 {
            self.all.remove(&node);
        }
    }
}

fn check_name(name: &[u8]) -> Result<()> {
    if name.len() > MAX_NAME { Err(Errno::Nametoolong) } else { Ok(()) }
}

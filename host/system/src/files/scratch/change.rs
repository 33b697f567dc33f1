//! What changes a scratch folder.

use super::memory_file::Times;
use super::node::{Entry, FIRST, Folder, Link, Node};
use super::{MemoryFile, Nodes, ROOT, Scratch, check_name};
use crate::files::MAX_DEPTH;
use crate::files::open::How;
use crate::files::space::{ENTRY, Taken};
use crate::{Errno, Result};
use std::sync::Arc;

impl Scratch {
    /// Opens the file under a name that is no folder and no link, or makes it.
    pub(crate) fn open(&self, folder: u64, name: &[u8], how: &How) -> Result<Arc<MemoryFile>> {
        check_name(name)?;
        let mut nodes = self.nodes();
        let file = match nodes.folder(folder)?.get(name) {
            Some(_) if how.exclusive => return Err(Errno::Exist),
            Some(found) => match nodes.get(found)? {
                Node::File(_) if how.directory => return Err(Errno::Notdir),
                Node::File(file) => file.clone(),
                Node::Folder(_) => return Err(Errno::Isdir),
                Node::Link(_) => return Err(Errno::Loop),
            },
            None if how.create => {
                let mut made = None;
                self.add(&mut nodes, folder, name, |number| {
                    let file = Arc::new(MemoryFile::new(&self.space, self.device, number));
                    made = Some(file.clone());
                    Node::File(file)
                })?;
                // Nothing is truncated that was just made: its times are those of its making.
                return made.ok_or(Errno::Io);
            }
            None => return Err(Errno::Noent),
        };
        drop(nodes);
        if how.truncate {
            file.set_len(0)?;
        }
        Ok(file)
    }

    pub(crate) fn create_folder(&self, folder: u64, name: &[u8]) -> Result<()> {
        let mut nodes = self.nodes();
        if nodes.depth(folder)? >= MAX_DEPTH {
            return Err(Errno::Nametoolong);
        }
        self.add(&mut nodes, folder, name, |_| Node::Folder(Folder::new(folder)))?;
        nodes.folder_mut(folder)?.folders += 1;
        Ok(())
    }

    pub(crate) fn create_link(&self, target: &[u8], folder: u64, name: &[u8]) -> Result<()> {
        let link = |_| Node::Link(Link { target: target.into(), times: Times::now(), links: 1 });
        self.add(&mut self.nodes(), folder, name, link)
    }

    /// Gives a file another name.
    pub(crate) fn link(&self, from: (u64, &[u8]), to: (u64, &[u8])) -> Result<()> {
        check_name(from.1).and(check_name(to.1))?;
        let mut nodes = self.nodes();
        let node = nodes.folder(from.0)?.get(from.1).ok_or(Errno::Noent)?;
        if nodes.is_folder(node) {
            return Err(Errno::Perm);
        }
        self.insert(&mut nodes, to.0, to.1, node)?;
        nodes.count_link(node, true);
        Ok(())
    }

    pub(crate) fn remove_file(&self, folder: u64, name: &[u8]) -> Result<()> {
        check_name(name)?;
        let mut nodes = self.nodes();
        let node = nodes.folder(folder)?.get(name).ok_or(Errno::Noent)?;
        if nodes.is_folder(node) {
            return Err(Errno::Isdir);
        }
        nodes.folder_mut(folder)?.remove(name)?;
        nodes.count_link(node, false);
        Ok(())
    }

    pub(crate) fn remove_folder(&self, folder: u64, name: &[u8]) -> Result<()> {
        check_name(name)?;
        let mut nodes = self.nodes();
        let node = nodes.folder(folder)?.get(name).ok_or(Errno::Noent)?;
        if !nodes.folder(node)?.is_empty() {
            return Err(Errno::Notempty);
        }
        nodes.remove_folder(folder, name, node)
    }

    pub(crate) fn rename(&self, from: (u64, &[u8]), to: (u64, &[u8])) -> Result<()> {
        check_name(from.1).and(check_name(to.1))?;
        let mut nodes = self.nodes();
        let moved = nodes.folder(from.0)?.get(from.1).ok_or(Errno::Noent)?;
        let replaced = nodes.folder(to.0)?.get(to.1);
        let moves_folder = nodes.is_folder(moved);
        if moves_folder {
            if nodes.is_in(to.0, moved)? {
                return Err(Errno::Inval);
            }
            if nodes.depth(to.0)? + nodes.height(moved)? >= MAX_DEPTH {
                return Err(Errno::Nametoolong);
            }
        }
        if let Some(replaced) = replaced
            && nodes.is_in(from.0, replaced)?
        {
            return Err(Errno::Notempty);
        }
        match replaced {
            // Two names of one file stay as they are.
            Some(replaced) if replaced == moved => return Ok(()),
            Some(replaced) => nodes.replace(to.0, to.1, replaced, moves_folder)?,
            None => {}
        }
        let Entry { node, taken, .. } = nodes.folder_mut(from.0)?.remove(from.1)?;
        nodes.folder_mut(to.0)?.insert(Entry { name: to.1.into(), node, taken });
        if moves_folder {
            nodes.folder_mut(from.0)?.folders -= 1;
            nodes.folder_mut(to.0)?.folders += 1;
            nodes.folder_mut(moved)?.parent = to.0;
        }
        Ok(())
    }

    fn add(&self, nodes: &mut Nodes, folder: u64, name: &[u8], node: impl FnOnce(u64) -> Node) -> Result<()> {
        check_name(name)?;
        if nodes.folder(folder)?.get(name).is_some() {
            return Err(Errno::Exist);
        }
        let taken = Taken::new(&self.space, ENTRY)?;
        let node = nodes.add(node);
        nodes.folder_mut(folder)?.insert(Entry { name: name.into(), node, taken });
        Ok(())
    }

    fn insert(&self, nodes: &mut Nodes, folder: u64, name: &[u8], node: u64) -> Result<()> {
        if nodes.folder(folder)?.get(name).is_some() {
            return Err(Errno::Exist);
        }
        let taken = Taken::new(&self.space, ENTRY)?;
        nodes.folder_mut(folder)?.insert(Entry { name: name.into(), node, taken });
        Ok(())
    }
}

impl Nodes {
    /// Whether a folder is another one, or lies in it.
    fn is_in(&self, mut folder: u64, other: u64) -> Result<bool> {
        loop {
            let parent = self.folder(folder)?.parent;
            match folder == other {
                true => return Ok(true),
                false if parent == folder => return Ok(false),
                false => folder = parent,
            }
        }
    }

    /// How many folders lie between the root and a folder, the folder itself included.
    fn depth(&self, mut folder: u64) -> Result<usize> {
        let mut depth = 0;
        while folder != ROOT {
            folder = self.folder(folder)?.parent;
            depth += 1;
        }
        Ok(depth)
    }

    /// How many folders lie in each other below a folder.
    fn height(&self, folder: u64) -> Result<usize> {
        let (mut level, mut height) = (vec![folder], 0);
        loop {
            let mut below = Vec::new();
            for folder in level {
                // Most folders have no folders in them.
                if self.folder(folder)?.folders > 0 {
                    let nodes = self.folder(folder)?.from(FIRST).map(|(_, entry)| entry.node);
                    below.extend(nodes.filter(|node| self.is_folder(*node)));
                }
            }
            if below.is_empty() {
                return Ok(height);
            }
            (level, height) = (below, height + 1);
        }
    }

    /// Removes what is to be replaced, if it may be.
    fn replace(&mut self, folder: u64, name: &[u8], replaced: u64, by_folder: bool) -> Result<()> {
        match (self.get(replaced)?, by_folder) {
            (Node::Folder(old), true) if old.is_empty() => self.remove_folder(folder, name, replaced),
            (Node::Folder(_), true) => Err(Errno::Notempty),
            (Node::Folder(_), false) => Err(Errno::Isdir),
            (Node::File(_) | Node::Link(_), true) => Err(Errno::Notdir),
            (Node::File(_) | Node::Link(_), false) => {
                self.folder_mut(folder)?.remove(name)?;
                self.count_link(replaced, false);
                Ok(())
            }
        }
    }

    fn remove_folder(&mut self, folder: u64, name: &[u8], node: u64) -> Result<()> {
        let parent = self.folder_mut(folder)?;
        parent.remove(name)?;
        parent.folders -= 1;
        self.all.remove(&node);
        Ok(())
    }
}

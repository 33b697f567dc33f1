//! Calls on files, as a plugin makes them.

mod arguments;
mod escapes;
mod folders;
mod ordinary;
mod quotas;
mod races;
mod random;
mod record_locks;

use crate::testing::{Plugin, part};
use crate::{Access, CURRENT, Errno, FdFlags, Filestat, Mount, OpenFlags, Result, Rights, Source, Thread};
use std::path::Path;

/// How to open a file.
#[derive(Clone, Copy)]
pub(super) enum Mode {
    Read,
    Write,
    /// Also creates.
    Create,
    New,
    Truncate,
    Append,
    Folder,
}

pub(super) fn folder(host: &Path, at: &str, access: Access) -> Mount {
    Mount { at: at.into(), source: Source::Folder { host: host.to_owned(), access, limit: None } }
}

pub(super) fn limited(host: &Path, at: &str, limit: u64) -> Mount {
    let source = Source::Folder { host: host.to_owned(), access: Access::ReadWrite, limit: Some(limit) };
    Mount { at: at.into(), source }
}

pub(super) fn scratch(at: &str, limit: u64) -> Mount {
    Mount { at: at.into(), source: Source::Scratch { limit } }
}

pub(super) fn plugin(mounts: Vec<Mount>) -> Plugin {
    Plugin::new(|setup| setup.mounts = mounts)
}

/// Calls as a C library makes them.
impl Plugin {
    pub(super) fn open_file(&self, path: &str, mode: Mode) -> Result<u32> {
        self.open_by(&self.thread, path, mode)
    }

    pub(super) fn open_by(&self, thread: &Thread, path: &str, mode: Mode) -> Result<u32> {
        let both = Rights::FD_READ.with(Rights::FD_WRITE);
        let (open, rights, fd_flags) = match mode {
            Mode::Read => (0, Rights::FD_READ, FdFlags::NONE),
            Mode::Write => (0, both, FdFlags::NONE),
            Mode::Create => (1, both, FdFlags::NONE),
            Mode::New => (5, both, FdFlags::NONE),
            Mode::Truncate => (9, both, FdFlags::NONE),
            Mode::Append => (1, Rights::FD_WRITE, FdFlags::APPEND),
            Mode::Folder => (2, Rights::FD_READ, FdFlags::NONE),
        };
        let flags = OpenFlags { follow: true, open, rights, fd_flags, ..OpenFlags::default() };
        self.system.path_open(thread, CURRENT, path.as_bytes(), flags)
    }

    pub(super) fn write(&self, fd: u32, bytes: &[u8]) -> Result<usize> {
        self.system.fd_write(&self.thread, fd, &[part(&mut bytes.to_vec())])
    }

    pub(super) fn read(&self, fd: u32, len: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; len];
        let read = self.system.fd_read(&self.thread, fd, &[part(&mut bytes)])?;
        bytes.truncate(read);
        Ok(bytes)
    }

    pub(super) fn write_file(&self, path: &str, bytes: &[u8]) -> Result<()> {
        let fd = self.open_file(path, Mode::Truncate)?;
        let written = self.write(fd, bytes);
        self.system.fd_close(fd)?;
        if written? == bytes.len() { Ok(()) } else { Err(Errno::Nospc) }
    }

    pub(super) fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        let fd = self.open_file(path, Mode::Read)?;
        let bytes = self.read(fd, 1 << 16);
        self.system.fd_close(fd)?;
        bytes
    }

    pub(super) fn stat(&self, path: &str) -> Result<Filestat> {
        self.system.path_filestat_get(&self.thread, CURRENT, true, path.as_bytes())
    }

    pub(super) fn make_folder(&self, path: &str) -> Result<()> {
        self.system.path_create_directory(&self.thread, CURRENT, path.as_bytes())
    }

    pub(super) fn remove(&self, path: &str) -> Result<()> {
        self.system.path_unlink_file(&self.thread, CURRENT, path.as_bytes())
    }

    pub(super) fn remove_folder(&self, path: &str) -> Result<()> {
        self.system.path_remove_directory(&self.thread, CURRENT, path.as_bytes())
    }

    pub(super) fn rename(&self, from: &str, to: &str) -> Result<()> {
        self.system.path_rename(&self.thread, CURRENT, from.as_bytes(), CURRENT, to.as_bytes())
    }

    pub(super) fn link(&self, from: &str, to: &str) -> Result<()> {
        self.system.path_link(&self.thread, CURRENT, false, from.as_bytes(), CURRENT, to.as_bytes())
    }

    /// Links what the first path leads to.
    pub(super) fn link_followed(&self, from: &str, to: &str) -> Result<()> {
        self.system.path_link(&self.thread, CURRENT, true, from.as_bytes(), CURRENT, to.as_bytes())
    }

    pub(super) fn symlink(&self, target: &str, path: &str) -> Result<()> {
        self.system.path_symlink(&self.thread, target.as_bytes(), CURRENT, path.as_bytes())
    }

    pub(super) fn read_link(&self, path: &str) -> Result<String> {
        let mut bytes = vec![0; 4096];
        let len = self.system.path_readlink(&self.thread, CURRENT, path.as_bytes(), part(&mut bytes))?;
        Ok(String::from_utf8_lossy(&bytes[..len]).into_owned())
    }

    /// The names in a folder, as they come.
    pub(super) fn list(&self, path: &str) -> Result<Vec<String>> {
        let fd = self.open_file(path, Mode::Folder)?;
        let mut names = Vec::new();
        let mut from = 0;
        loop {
            let page = self.page(fd, from, 4096)?;
            let Some((next, _)) = page.last() else { break };
            from = *next;
            names.extend(page.into_iter().map(|(_, name)| name));
        }
        self.system.fd_close(fd)?;
        Ok(names)
    }

    /// The whole entries of one page: the number behind each, and the name.
    pub(super) fn page(&self, fd: u32, from: u64, len: usize) -> Result<Vec<(u64, String)>> {
        let mut bytes = vec![0; len];
        let used = self.system.fd_readdir(&self.thread, fd, part(&mut bytes), from)?;
        let mut entries = Vec::new();
        let mut rest = &bytes[..used];
        while let Some((header, behind)) = rest.split_at_checked(24) {
            let number = |range: std::ops::Range<usize>| {
                header[range].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
            };
            let Some((name, behind)) = behind.split_at_checked(number(16..20) as usize) else { break };
            entries.push((number(0..8), String::from_utf8_lossy(name).into_owned()));
            rest = behind;
        }
        Ok(entries)
    }
}

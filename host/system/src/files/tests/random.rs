//! Random calls, and the same natively in another folder: the results are the same, and so are the trees.

use super::{folder, limited, plugin, scratch};
use crate::testing::{Plugin, part, temporary};
use crate::{Access, CURRENT, Errno, FdFlags, OpenFlags, Result, Rights, Time};
use proptest::prelude::*;
use rustix::fs::{AtFlags, CWD, FallocateFlags, OFlags, Timespec, Timestamps, linkat};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};

/// Nanoseconds.
const SECOND: u64 = 1_000_000_000;

/// Files that are open at the same time.
const HANDLES: usize = 3;

#[derive(Clone, Debug)]
enum Call {
    MakeFolder(String),
    RemoveFolder(String),
    Remove(String),
    Rename(String, String),
    Link(String, String, bool),
    Symlink(&'static str, String),
    ReadLink(String),
    Stat(String, bool),
    List(String),
    Open {
        handle: usize,
        path: String,
        read: bool,
        write: bool,
        append: bool,
        open: u16,
    },
    Close(usize),
    Read(usize, usize),
    Write(usize, Vec<u8>),
    ReadAt(usize, u64, usize),
    WriteAt(usize, u64, Vec<u8>),
    Seek(usize, i64, u8),
    SetLen(usize, u64),
    /// Of what a path leads to, or of the link; seconds for both.
    SetTimes(String, bool, u32),
    SetFileTimes(usize, u32),
    SetAppend(usize, bool),
    Allocate(usize, u64, u64),
    /// One more of the first, in the place of the second.
    Dup(usize, usize),
    Renumber(usize, usize),
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let name = prop_oneof![8 => Just("a"), 8 => Just("b"), 4 => Just("c"), 1 => Just("."), 2 => Just("..")];
    let path = (prop::collection::vec(name, 1..4), prop_oneof![9 => Just(""), 1 => Just("/")])
        .prop_map(|(names, slash)| format!("{}{slash}", names.join("/")))
        .prop_filter("paths go up by one at most", |path| path.matches("..").count() < 2);
    let path = || path.clone();
    let target = prop_oneof![Just("a"), Just("b/c"), Just("../r/b"), Just("../a"), Just("."), Just("c/")];
    let handle = 0..HANDLES;
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let open = (0..HANDLES, path(), any::<(bool, bool, bool)>(), 0..16u16);
    let call = prop_oneof![
        3 => path().prop_map(Call::MakeFolder),
        1 => path().prop_map(Call::RemoveFolder),
        2 => path().prop_map(Call::Remove),
        3 => (path(), path()).prop_map(|(from, to)| Call::Rename(from, to)),
        2 => (path(), path(), any::<bool>()).prop_map(|(from, to, follow)| Call::Link(from, to, follow)),
        2 => (target, path()).prop_map(|(target, path)| Call::Symlink(target, path)),
        1 => path().prop_map(Call::ReadLink),
        2 => (path(), any::<bool>()).prop_map(|(path, follow)| Call::Stat(path, follow)),
        1 => path().prop_map(Call::List),
        6 => open.prop_map(|(handle, path, (read, write, append), open)| {
            // A folder is only opened, and what is cut off is written.
            let open = if open & 2 != 0 { 2 } else if write { open } else { open & 7 };
            Call::Open { handle, path, read, write, append, open }
        }),
        1 => handle.clone().prop_map(Call::Close),
        3 => (handle.clone(), 0..40usize).prop_map(|(handle, len)| Call::Read(handle, len)),
        3 => (handle.clone(), bytes.clone()).prop_map(|(handle, bytes)| Call::Write(handle, bytes)),
        1 => (handle.clone(), 0..60u64, 0..40usize).prop_map(|(handle, at, len)| Call::ReadAt(handle, at, len)),
        1 => (handle.clone(), 0..60u64, bytes).prop_map(|(handle, at, bytes)| Call::WriteAt(handle, at, bytes)),
        1 => (handle.clone(), -60..60i64, 0..3u8).prop_map(|(handle, by, from)| Call::Seek(handle, by, from)),
        1 => (handle.clone(), 0..80u64).prop_map(|(handle, len)| Call::SetLen(handle, len)),
        1 => (path(), any::<bool>(), any::<u32>()).prop_map(|(path, follow, to)| Call::SetTimes(path, follow, to)),
        1 => (handle.clone(), any::<u32>()).prop_map(|(handle, to)| Call::SetFileTimes(handle, to)),
        1 => (handle.clone(), any::<bool>()).prop_map(|(handle, append)| Call::SetAppend(handle, append)),
        1 => (handle.clone(), 0..60u64, 0..60u64).prop_map(|(handle, at, len)| Call::Allocate(handle, at, len)),
        1 => (handle.clone(), handle.clone()).prop_map(|(from, to)| Call::Dup(from, to)),
        1 => (handle.clone(), handle).prop_map(|(from, to)| Call::Renumber(from, to)),
    ];
    prop::collection::vec(call, 1..120)
}

/// What a call returned.
#[derive(Debug, PartialEq)]
enum Outcome {
    Done,
    Number(u64),
    Bytes(Vec<u8>),
    Names(Vec<String>),
    Stat(u8, u64, u64),
    /// In nanoseconds. Looking at it changes when it was accessed.
    Modified(u64),
}

/// A folder and files that are open there.
struct Native {
    root: PathBuf,
    files: [Option<File>; HANDLES],
}

impl Native {
    fn run(&mut self, call: &Call) -> std::io::Result<Outcome> {
        // A path is joined as it is, with its `.` and its slash.
        let at = |path: &str| format!("{}/{path}", self.root.display());
        let done = |result: std::io::Result<()>| result.map(|()| Outcome::Done);
        let bad = || std::io::Error::from(rustix::io::Errno::BADF);
        let file = |handle: &usize| self.files[*handle].as_ref().ok_or_else(bad);
        match call {
            Call::MakeFolder(path) => done(fs::create_dir(at(path))),
            Call::RemoveFolder(path) => done(fs::remove_dir(at(path))),
            Call::Remove(path) => done(fs::remove_file(at(path))),
            Call::Rename(from, to) => done(fs::rename(at(from), at(to))),
            Call::Link(from, to, follow) => {
                let flags = if *follow { AtFlags::SYMLINK_FOLLOW } else { AtFlags::empty() };
                done(linkat(CWD, at(from), CWD, at(to), flags).map_err(Into::into))
            }
            Call::Symlink(target, path) => done(symlink(target, at(path))),
            Call::ReadLink(path) => {
                fs::read_link(at(path)).map(|target| Outcome::Bytes(target.display().to_string().into_bytes()))
            }
            Call::Stat(path, follow) => {
                let metadata = if *follow { fs::metadata(at(path)) } else { fs::symlink_metadata(at(path)) };
                metadata.map(|metadata| native_stat(&metadata))
            }
            Call::List(path) => {
                let names = fs::read_dir(at(path))?.map(|entry| entry.map(|entry| entry.file_name()));
                let names = names.map(|name| name.map(|name| name.display().to_string()));
                let mut names = names.collect::<std::io::Result<Vec<_>>>()?;
                names.sort();
                Ok(Outcome::Names(names))
            }
            Call::Open { handle, path, read, write, append, open } => {
                self.files[*handle] = None;
                let mut flags = if append & write { libc::O_APPEND } else { 0 };
                for (bit, flag) in [(1, libc::O_CREAT), (2, libc::O_DIRECTORY), (4, libc::O_EXCL), (8, libc::O_TRUNC)] {
                    flags |= if open & bit != 0 { flag } else { 0 };
                }
                if open & 1 == 0 {
                    flags &= !libc::O_EXCL;
                }
                let mut options = OpenOptions::new();
                options.read(*read || !write).write(*write).custom_flags(flags);
                let file = options.open(at(path))?;
                if file.metadata()?.is_file() {
                    self.files[*handle] = Some(file);
                }
                Ok(Outcome::Done)
            }
            Call::Close(handle) => self.files[*handle].take().map(|_| Outcome::Done).ok_or_else(bad),
            Call::Read(handle, len) => {
                let mut bytes = vec![0; *len];
                let read = file(handle)?.read(&mut bytes)?;
                bytes.truncate(read);
                Ok(Outcome::Bytes(bytes))
            }
            Call::Write(handle, bytes) => file(handle)?.write(bytes).map(|len| Outcome::Number(len as u64)),
            Call::ReadAt(handle, at, len) => {
                let mut bytes = vec![0; *len];
                let read = file(handle)?.read_at(&mut bytes, *at)?;
                bytes.truncate(read);
                Ok(Outcome::Bytes(bytes))
            }
            Call::WriteAt(handle, at, bytes) => {
                file(handle)?.write_at(bytes, *at).map(|len| Outcome::Number(len as u64))
            }
            Call::Seek(handle, by, from) => {
                let to = match (from, u64::try_from(*by)) {
                    (0, Ok(at)) => SeekFrom::Start(at),
                    (0, Err(_)) => return file(handle).and(Err(rustix::io::Errno::INVAL.into())),
                    (1, _) => SeekFrom::Current(*by),
                    _ => SeekFrom::End(*by),
                };
                file(handle)?.seek(to).map(Outcome::Number)
            }
            Call::SetLen(handle, len) => done(file(handle)?.set_len(*len)),
            Call::SetTimes(path, follow, to) => {
                let flags = if *follow { AtFlags::empty() } else { AtFlags::SYMLINK_NOFOLLOW };
                rustix::fs::utimensat(CWD, at(path), &timestamps(*to), flags)?;
                let metadata = if *follow { fs::metadata(at(path)) } else { fs::symlink_metadata(at(path)) }?;
                Ok(native_times(&metadata))
            }
            Call::SetFileTimes(handle, to) => {
                rustix::fs::futimens(file(handle)?, &timestamps(*to))?;
                Ok(native_times(&file(handle)?.metadata()?))
            }
            Call::SetAppend(handle, append) => {
                let mut flags = rustix::fs::fcntl_getfl(file(handle)?)?;
                flags.set(OFlags::APPEND, *append);
                done(Ok(rustix::fs::fcntl_setfl(file(handle)?, flags)?))
            }
            Call::Allocate(handle, offset, len) => {
                done(Ok(rustix::fs::fallocate(file(handle)?, FallocateFlags::empty(), *offset, *len)?))
            }
            Call::Dup(from, to) => {
                self.files[*to] = Some(file(from)?.try_clone()?);
                Ok(Outcome::Done)
            }
            Call::Renumber(from, to) => {
                file(from).and(file(to))?;
                if from != to {
                    self.files[*to] = self.files[*from].take();
                }
                Ok(Outcome::Done)
            }
        }
    }
}

/// A plugin, and files that are open there.
struct Here<'p> {
    plugin: &'p Plugin,
    files: [Option<u32>; HANDLES],
}

impl Here<'_> {
    fn run(&mut self, call: &Call) -> Result<Outcome> {
        let Plugin { system, thread, .. } = self.plugin;
        let plugin = self.plugin;
        let at = |path: &str| format!("/d/x/r/{path}");
        let done = |result: Result<()>| result.map(|()| Outcome::Done);
        let file = |handle: &usize| self.files[*handle].ok_or(Errno::Badf);
        match call {
            Call::MakeFolder(path) => done(plugin.make_folder(&at(path))),
            Call::RemoveFolder(path) => done(plugin.remove_folder(&at(path))),
            Call::Remove(path) => done(plugin.remove(&at(path))),
            Call::Rename(from, to) => done(plugin.rename(&at(from), &at(to))),
            Call::Link(from, to, true) => done(plugin.link_followed(&at(from), &at(to))),
            Call::Link(from, to, false) => done(plugin.link(&at(from), &at(to))),
            Call::Symlink(target, path) => done(plugin.symlink(target, &at(path))),
            Call::ReadLink(path) => plugin.read_link(&at(path)).map(|target| Outcome::Bytes(target.into_bytes())),
            Call::Stat(path, follow) => {
                let stat = system.path_filestat_get(thread, CURRENT, *follow, at(path).as_bytes())?;
                Ok(stat_outcome(stat.filetype as u8, stat.size, stat.links))
            }
            Call::List(path) => {
                let mut names = plugin.list(&at(path))?;
                names.retain(|name| name != "." && name != "..");
                names.sort();
                Ok(Outcome::Names(names))
            }
            Call::Open { handle, path, read, write, append, open } => {
                if let Some(old) = self.files[*handle].take() {
                    system.fd_close(old)?;
                }
                let mut rights = if *read || !write { Rights::FD_READ } else { Rights::NONE };
                if *write {
                    rights = rights.with(Rights::FD_WRITE);
                }
                let fd_flags = if append & write { FdFlags::APPEND } else { FdFlags::NONE };
                let flags = OpenFlags { follow: true, open: *open, rights, fd_flags, ..OpenFlags::default() };
                let fd = system.path_open(thread, CURRENT, at(path).as_bytes(), flags)?;
                match system.fd_filestat_get(fd)?.filetype {
                    crate::Filetype::RegularFile => self.files[*handle] = Some(fd),
                    _ => system.fd_close(fd)?,
                }
                Ok(Outcome::Done)
            }
            Call::Close(handle) => {
                let fd = self.files[*handle].take().ok_or(Errno::Badf)?;
                done(system.fd_close(fd))
            }
            Call::Read(handle, len) => plugin.read(file(handle)?, *len).map(Outcome::Bytes),
            Call::Write(handle, bytes) => plugin.write(file(handle)?, bytes).map(|len| Outcome::Number(len as u64)),
            Call::ReadAt(handle, at, len) => {
                let mut bytes = vec![0; *len];
                let read = system.fd_pread(thread, file(handle)?, &[part(&mut bytes)], *at)?;
                bytes.truncate(read);
                Ok(Outcome::Bytes(bytes))
            }
            Call::WriteAt(handle, at, bytes) => {
                let written = system.fd_pwrite(thread, file(handle)?, &[part(&mut bytes.clone())], *at)?;
                Ok(Outcome::Number(written as u64))
            }
            Call::Seek(handle, by, from) => system.fd_seek(file(handle)?, *by, *from).map(Outcome::Number),
            Call::SetLen(handle, len) => done(system.fd_filestat_set_size(file(handle)?, *len)),
            Call::SetTimes(path, follow, to) => {
                let (path, time) = (at(path), Time::At(u64::from(*to) * SECOND));
                system.path_filestat_set_times(thread, CURRENT, *follow, path.as_bytes(), time, time)?;
                let stat = system.path_filestat_get(thread, CURRENT, *follow, path.as_bytes())?;
                Ok(Outcome::Modified(stat.modified))
            }
            Call::SetFileTimes(handle, to) => {
                let time = Time::At(u64::from(*to) * SECOND);
                system.fd_filestat_set_times(file(handle)?, time, time)?;
                let stat = system.fd_filestat_get(file(handle)?)?;
                Ok(Outcome::Modified(stat.modified))
            }
            Call::SetAppend(handle, append) => {
                let flags = if *append { FdFlags::APPEND } else { FdFlags::NONE };
                done(system.fd_fdstat_set_flags(file(handle)?, flags))
            }
            Call::Allocate(handle, offset, len) => done(system.fd_allocate(thread, file(handle)?, *offset, *len)),
            Call::Dup(from, to) => {
                let from = file(from)?;
                match self.files[*to] {
                    Some(to) => system.fd_dup2(from, to, false)?,
                    None => self.files[*to] = Some(system.fd_dup(from, 0, false)?),
                }
                Ok(Outcome::Done)
            }
            Call::Renumber(from, to) => {
                system.fd_renumber(file(from)?, file(to)?)?;
                if from != to {
                    self.files[*from] = None;
                }
                Ok(Outcome::Done)
            }
        }
    }

    fn tree(&self) -> BTreeMap<String, (Outcome, Vec<u8>)> {
        let mut tree = BTreeMap::new();
        let mut left = vec![String::new()];
        while let Some(folder) = left.pop() {
            let names = self.plugin.list(&format!("/d/x/r/{folder}")).expect("it is there");
            for name in names.into_iter().filter(|name| name != "." && name != "..") {
                let path = format!("{folder}{name}");
                let at = format!("/d/x/r/{path}");
                let stat = self.plugin.system.path_filestat_get(&self.plugin.thread, CURRENT, false, at.as_bytes());
                let stat = stat.expect("it is there");
                let content = match stat.filetype {
                    crate::Filetype::RegularFile => self.plugin.read_file(&at).expect("it is there"),
                    crate::Filetype::Directory => {
                        left.push(format!("{path}/"));
                        Vec::new()
                    }
                    _ => self.plugin.read_link(&at).expect("it is there").into_bytes(),
                };
                tree.insert(path, (stat_outcome(stat.filetype as u8, stat.size, stat.links), content));
            }
        }
        tree
    }
}

fn native_tree(root: &Path) -> BTreeMap<String, (Outcome, Vec<u8>)> {
    let mut tree = BTreeMap::new();
    let mut left = vec![String::new()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(root.join(&folder)).expect("it is there").flatten() {
            let path = format!("{folder}{}", entry.file_name().display());
            let metadata = entry.metadata().expect("it is there");
            let content = if metadata.is_file() {
                fs::read(entry.path()).expect("it is there")
            } else if metadata.is_dir() {
                left.push(format!("{path}/"));
                Vec::new()
            } else {
                fs::read_link(entry.path()).expect("it is there").display().to_string().into_bytes()
            };
            tree.insert(path, (native_stat(&metadata), content));
        }
    }
    tree
}

fn native_stat(metadata: &fs::Metadata) -> Outcome {
    let kind = match metadata.file_type() {
        kind if kind.is_file() => 4,
        kind if kind.is_dir() => 3,
        _ => 7,
    };
    stat_outcome(kind, metadata.len(), metadata.nlink())
}

fn native_times(metadata: &fs::Metadata) -> Outcome {
    Outcome::Modified(metadata.mtime() as u64 * SECOND)
}

fn timestamps(seconds: u32) -> Timestamps {
    let at = Timespec { tv_sec: seconds.into(), tv_nsec: 0 };
    Timestamps { last_access: at, last_modification: at }
}

/// Folders have lengths of their own in each file system.
fn stat_outcome(kind: u8, len: u64, links: u64) -> Outcome {
    if kind == 3 { Outcome::Stat(3, 0, 0) } else { Outcome::Stat(kind, len, links) }
}

fn compare(plugin: &Plugin, calls: &[Call]) -> std::result::Result<(), TestCaseError> {
    let home = temporary();
    let root = home.path().join("d/x/r");
    fs::create_dir_all(&root)?;
    plugin.make_folder("/d/x").and(plugin.make_folder("/d/x/r")).expect("they are new");
    let mut native = Native { root: root.clone(), files: Default::default() };
    let mut here = Here { plugin, files: [None; HANDLES] };
    for (index, call) in calls.iter().enumerate() {
        let expected = native.run(call).map_err(Errno::from);
        prop_assert_eq!(here.run(call), expected, "call {}: {:?}", index, call);
    }
    prop_assert_eq!(here.tree(), native_tree(&root));
    Ok(())
}

/// Few, unless `PROPTEST_CASES` says otherwise.
fn config() -> ProptestConfig {
    let set = ProptestConfig::default();
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { set.cases } else { 64 };
    ProptestConfig { cases, failure_persistence: None, ..set }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn in_a_folder_of_the_hosts(calls in calls()) {
        let data = temporary();
        compare(&plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]), &calls)?;
    }

    #[test]
    fn in_a_folder_with_a_limit(calls in calls()) {
        let data = temporary();
        compare(&plugin(vec![limited(data.path(), "/d", 1 << 30)]), &calls)?;
    }

    #[test]
    fn in_a_scratch_folder(calls in calls()) {
        compare(&plugin(vec![scratch("/d", 1 << 30)]), &calls)?;
    }
}

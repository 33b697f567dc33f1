//! Calls on files as they are to be methods of `plugix_system::System`. A method of `System`'s own is taken in place of
//! the one here, so that each of these goes when there is one.

#![allow(dead_code, reason = "nobody reads what nothing opens")]

use super::super::context::Result;
use plugix_system::{Errno, FdFlags, Filetype, Part, Rights, System, Thread};
use std::sync::Arc;

/// How a file is opened, by WASI's numbers.
#[derive(Clone, Copy, Debug)]
pub(super) struct OpenFlags(u32);

impl OpenFlags {
    pub(super) fn new(bits: u32) -> Option<Self> {
        (bits & !15 == 0).then_some(Self(bits))
    }
}

/// What is told of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    pub(super) device: u64,
    pub(super) inode: u64,
    pub(super) filetype: Filetype,
    pub(super) links: u64,
    pub(super) size: u64,
    pub(super) accessed: u64,
    pub(super) modified: u64,
    pub(super) changed: u64,
}

/// A time that a file is to get.
#[derive(Clone, Copy, Debug)]
pub(super) enum Time {
    Keep,
    Now,
    At(u64),
}

/// What a position is counted from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whence {
    Start,
    Current,
    End,
}

/// Something in a folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry<'a> {
    /// Where the listing goes on after it.
    pub(super) next: u64,
    pub(super) inode: u64,
    pub(super) filetype: Filetype,
    pub(super) name: &'a [u8],
}

macro_rules! missing {
    ($($name:ident($($arg:ty),*) -> $result:ty = $error:ident;)*) => {
        #[allow(unused, clippy::too_many_arguments, reason = "until `System` has these calls itself")]
        pub(super) trait Files {
            $(fn $name(&self, $(_: $arg),*) -> Result<$result> {
                Err(Errno::$error)
            })*
        }
    };
}

missing! {
    fd_pread(&Thread, u32, &[Part], u64) -> usize = Spipe;
    fd_pwrite(&Thread, u32, &[Part], u64) -> usize = Spipe;
    fd_seek(u32, i64, Whence) -> u64 = Spipe;
    fd_tell(u32) -> u64 = Spipe;
    fd_sync(u32) -> () = Inval;
    fd_datasync(u32) -> () = Inval;
    fd_advise(u32, u64, u64, u32) -> () = Spipe;
    fd_allocate(u32, u64, u64) -> () = Spipe;
    fd_filestat_get(u32) -> Stat = Badf;
    fd_filestat_set_size(u32, u64) -> () = Inval;
    fd_filestat_set_times(u32, Time, Time) -> () = Inval;
    fd_readdir(u32, u64, &mut dyn FnMut(Entry<'_>) -> bool) -> () = Notdir;
    fd_prestat(u32) -> Arc<str> = Badf;
    path_open(u32, bool, &[u8], OpenFlags, Rights, Rights, FdFlags, bool) -> u32 = Notdir;
    path_create_directory(u32, &[u8]) -> () = Notdir;
    path_remove_directory(u32, &[u8]) -> () = Notdir;
    path_unlink_file(u32, &[u8]) -> () = Notdir;
    path_filestat_get(u32, bool, &[u8]) -> Stat = Notdir;
    path_filestat_set_times(u32, bool, &[u8], Time, Time) -> () = Notdir;
    path_link(u32, bool, &[u8], u32, &[u8]) -> () = Notdir;
    path_rename(u32, &[u8], u32, &[u8]) -> () = Notdir;
    path_symlink(&[u8], u32, &[u8]) -> () = Notdir;
    path_readlink(u32, &[u8]) -> Vec<u8> = Notdir;
    chdir(&[u8]) -> () = Notdir;
    getcwd() -> Vec<u8> = Notsup;
}

impl Files for System {}

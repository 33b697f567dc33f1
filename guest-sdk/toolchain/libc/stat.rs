//! What is told of files, with who may read and write them. WASI has no words for that. Plugix's host tells it where
//! WASI has padding.

use crate::calls::{CURRENT, fd_filestat_get, is_more_than_wasix, path_filestat_get};
use crate::errno::{Errno, NOTSUP, fail};
use core::ffi::{CStr, c_char, c_int, c_long};

/// What is told of a file, as WASI has it.
#[repr(C)]
#[derive(Default)]
pub(crate) struct Filestat {
    device: u64,
    inode: u64,
    kind: u8,
    /// 0 if the host doesn't tell it.
    mode: u16,
    links: u64,
    pub(crate) size: u64,
    accessed: u64,
    modified: u64,
    changed: u64,
}

/// `struct timespec`.
#[repr(C)]
#[derive(Default)]
struct Time {
    seconds: i64,
    nanoseconds: c_long,
}

/// `struct stat`.
#[repr(C)]
#[derive(Default)]
struct Stat {
    device: u64,
    inode: u64,
    links: u64,
    mode: u32,
    user: u32,
    group: u32,
    _unused: u32,
    represented: u64,
    size: i64,
    block_size: c_long,
    blocks: i64,
    accessed: Time,
    modified: Time,
    changed: Time,
    _reserved: [u64; 3],
}

const _: () = assert!(size_of::<Filestat>() == 64 && size_of::<Stat>() == 144);

/// The mode of each kind, by WASI's number.
const KINDS: [u32; 10] = [0, 0x6000, 0x2000, 0x4000, 0x8000, 0xe000, 0xe000, 0xa000, 0xe000, 0xe000];

/// Who may read, write and execute.
const PERMISSIONS: u32 = 0o7777;

const NO_FOLLOW: c_int = 1;

impl From<Filestat> for Stat {
    fn from(found: Filestat) -> Self {
        const SECOND: u64 = 1_000_000_000;
        let time = |at: u64| Time { seconds: (at / SECOND) as i64, nanoseconds: (at % SECOND) as c_long };
        let kind = KINDS.iter().nth(found.kind.into()).copied().unwrap_or(0);
        Self {
            device: found.device,
            inode: found.inode,
            links: found.links,
            mode: kind | u32::from(found.mode) & PERMISSIONS,
            size: found.size as i64,
            accessed: time(found.accessed),
            modified: time(found.modified),
            changed: time(found.changed),
            ..Self::default()
        }
    }
}

fn open_file(fd: c_int) -> Result<Stat, Errno> {
    let mut found = Filestat::default();
    // SAFETY: there is room for the answer.
    match unsafe { fd_filestat_get(fd, &mut found) } {
        0 => Ok(found.into()),
        error => Err(error),
    }
}

/// # Safety
/// The path ends with a zero.
unsafe fn entry(fd: c_int, path: *const c_char, flags: c_int) -> Result<Stat, Errno> {
    let mut found = Filestat::default();
    let follows = u32::from(flags & NO_FOLLOW == 0);
    // SAFETY: there is room for the answer, and the path has that length.
    match unsafe { path_filestat_get(fd, follows, path.cast(), CStr::from_ptr(path).count_bytes(), &mut found) } {
        0 => Ok(found.into()),
        error => Err(error),
    }
}

/// # Safety
/// There is room.
unsafe fn tell(found: Result<Stat, Errno>, into: *mut Stat) -> c_int {
    match found {
        // SAFETY: there is room.
        Ok(stat) => unsafe { into.write(stat) },
        Err(error) => return fail(error),
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fstat(fd: c_int, into: *mut Stat) -> c_int {
    // SAFETY: the caller has room.
    unsafe { tell(open_file(fd), into) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasilibc_nocwd_fstatat(
    fd: c_int,
    path: *const c_char,
    into: *mut Stat,
    flags: c_int,
) -> c_int {
    // SAFETY: the caller has a path, and room.
    unsafe { tell(entry(fd, path, flags), into) }
}

unsafe extern "C" {
    fn fstatat(fd: c_int, path: *const c_char, into: *mut Stat, flags: c_int) -> c_int;
}

/// Nobody can change who may do what. In wasix-libc that seems to succeed.
fn unchanged(found: &Stat, mode: u32) -> c_int {
    match found.mode & PERMISSIONS == mode & PERMISSIONS || !is_more_than_wasix() {
        true => 0,
        false => fail(NOTSUP),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fchmod(fd: c_int, mode: u32) -> c_int {
    match open_file(fd) {
        Ok(found) => unchanged(&found, mode),
        Err(error) => fail(error),
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_fchmodat(fd: c_int, path: *const c_char, mode: u32, flags: c_int) -> c_int {
    let mut found = Stat::default();
    // SAFETY: the caller has a path.
    match unsafe { fstatat(fd, path, &mut found, flags) } {
        0 => unchanged(&found, mode),
        failed => failed,
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_chmod(path: *const c_char, mode: u32) -> c_int {
    // SAFETY: the caller has a path.
    unsafe { __wrap_fchmodat(CURRENT, path, mode, 0) }
}

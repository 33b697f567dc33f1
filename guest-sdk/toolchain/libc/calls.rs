//! The imports that the functions here call, and whether there is more than those.

use crate::epoll::WasixEvent;
use crate::errno::Errno;
use crate::options::OptionTime;
use crate::poll::{Event, Subscription};
use crate::stat::Filestat;
use core::sync::atomic::{AtomicU8, Ordering};

/// In the place of a descriptor: a path is relative to the current folder. It is the C library's `AT_FDCWD`.
pub(crate) const CURRENT: i32 = -2;

/// What is told of a descriptor.
#[repr(C)]
struct Fdstat {
    kind: u8,
    flags: u16,
    rights: u64,
    inheriting: u64,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
unsafe extern "C" {
    pub(crate) fn fd_advise(fd: i32, offset: u64, len: u64, advice: u32) -> Errno;
    fn fd_fdstat_get(fd: i32, stat: *mut Fdstat) -> Errno;
    pub(crate) fn fd_fdstat_set_flags(fd: i32, flags: u32) -> Errno;
    pub(crate) fn fd_filestat_get(fd: i32, stat: *mut Filestat) -> Errno;
    pub(crate) fn fd_tell(fd: i32, position: *mut u64) -> Errno;
    pub(crate) fn path_filestat_get(fd: i32, follow: u32, path: *const u8, len: usize, stat: *mut Filestat) -> Errno;
    pub(crate) fn poll_oneoff(
        asked: *const Subscription,
        came: *mut Event,
        count: usize,
        happened: *mut usize,
    ) -> Errno;
}

#[link(wasm_import_module = "wasix_32v1")]
unsafe extern "C" {
    pub(crate) fn chdir(path: *const u8, len: usize) -> Errno;
    pub(crate) fn epoll_ctl(set: i32, change: i32, fd: i32, event: *const WasixEvent) -> Errno;
    pub(crate) fn epoll_wait(
        set: i32,
        events: *mut WasixEvent,
        most: usize,
        nanoseconds: u64,
        count: *mut usize,
    ) -> Errno;
    pub(crate) fn fd_fdflags_set(fd: i32, flags: u32) -> Errno;
    pub(crate) fn futex_wake(futex: *mut u32, woken: *mut u8) -> Errno;
    pub(crate) fn futex_wake_all(futex: *mut u32, woken: *mut u8) -> Errno;
    pub(crate) fn getcwd(path: *mut u8, room: *mut usize) -> Errno;
    pub(crate) fn sock_get_opt_flag(fd: i32, option: u32, on: *mut u8) -> Errno;
    pub(crate) fn sock_get_opt_size(fd: i32, option: u32, size: *mut u64) -> Errno;
    pub(crate) fn sock_get_opt_time(fd: i32, option: u32, time: *mut OptionTime) -> Errno;
    pub(crate) fn sock_join_multicast_v4(fd: i32, group: *const [u8; 4], interface: *const [u8; 4]) -> Errno;
    pub(crate) fn sock_join_multicast_v6(fd: i32, group: *const [u8; 16], interface: u32) -> Errno;
    pub(crate) fn sock_leave_multicast_v4(fd: i32, group: *const [u8; 4], interface: *const [u8; 4]) -> Errno;
    pub(crate) fn sock_leave_multicast_v6(fd: i32, group: *const [u8; 16], interface: u32) -> Errno;
    pub(crate) fn sock_set_opt_flag(fd: i32, option: u32, on: u32) -> Errno;
    pub(crate) fn sock_set_opt_size(fd: i32, option: u32, size: u64) -> Errno;
    pub(crate) fn sock_set_opt_time(fd: i32, option: u32, time: *const OptionTime) -> Errno;
}

/// Whether the host is Plugix, which has more than WASIX: it resolves paths itself, and knows further options.
pub(crate) fn is_more_than_wasix() -> bool {
    const YES: u8 = 1;
    const NO: u8 = 2;
    static KNOWN: AtomicU8 = AtomicU8::new(0);
    match KNOWN.load(Ordering::Relaxed) {
        YES => true,
        NO => false,
        _ => {
            let mut stat = Fdstat { kind: 0, flags: 0, rights: 0, inheriting: 0 };
            // SAFETY: there is room for the answer. Elsewhere this is no descriptor.
            let has_current = unsafe { fd_fdstat_get(CURRENT, &mut stat) } == 0;
            KNOWN.store(if has_current { YES } else { NO }, Ordering::Relaxed);
            has_current
        }
    }
}

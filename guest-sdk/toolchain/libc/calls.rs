//! The imports that the functions here call, and whether there is more than those.

use crate::errno::Errno;
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
    fn fd_fdstat_get(fd: i32, stat: *mut Fdstat) -> Errno;
}

#[link(wasm_import_module = "wasix_32v1")]
unsafe extern "C" {
    pub(crate) fn chdir(path: *const u8, len: usize) -> Errno;
    pub(crate) fn futex_wake(futex: *mut u32, woken: *mut u8) -> Errno;
    pub(crate) fn futex_wake_all(futex: *mut u32, woken: *mut u8) -> Errno;
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

//! What this kernel has.

use std::ptr::null;

/// What of the kernel decides about the wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kernel {
    /// The version of Landlock's interface. 0 if there is none, or if it is switched off.
    pub(crate) landlock: u32,
    /// Whether there are filters of system calls, and for all threads at once.
    pub(crate) has_filters: bool,
}

impl Kernel {
    /// Asks, and changes nothing.
    pub(crate) fn ask() -> Self {
        Self { landlock: landlock(), has_filters: has_filters() }
    }
}

fn landlock() -> u32 {
    const NO_SIZE: usize = 0;
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the call takes no pointer, and returns a number.
    let version = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, null::<libc::c_void>(), NO_SIZE, VERSION) };
    u32::try_from(version).unwrap_or(0)
}

fn has_filters() -> bool {
    // SAFETY: the kernel refuses the null pointer before it changes anything.
    let refused = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_TSYNC,
            null::<libc::c_void>(),
        )
    };
    // A kernel that knows the flag comes as far as the pointer.
    refused == -1 && std::io::Error::last_os_error().raw_os_error() == Some(libc::EFAULT)
}

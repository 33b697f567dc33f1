//! The processor time that threads take.

use std::thread::JoinHandle;
use std::time::Duration;

/// The processor time of a thread that was not joined yet. Zero where the operating system doesn't tell.
#[cfg(unix)]
pub(super) fn of_thread(thread: &JoinHandle<()>) -> Duration {
    use std::os::unix::thread::JoinHandleExt as _;

    let mut clock = 0;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the thread's handle exists, so the thread was neither joined nor detached. `clock` is valid for a write.
    let found = unsafe { libc::pthread_getcpuclockid(thread.as_pthread_t(), &mut clock) };
    // SAFETY: `time` is valid for a write. If the clock's thread has ended, the call returns an error and does nothing
    // else.
    if found != 0 || unsafe { libc::clock_gettime(clock, &mut time) } != 0 {
        return Duration::ZERO;
    }
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(not(unix))]
pub(super) fn of_thread(_: &JoinHandle<()>) -> Duration {
    Duration::ZERO
}

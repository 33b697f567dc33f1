//! Writes to what nobody reads are errors, and no signal that ends the host.

use rustix::io::Errno as Os;
use std::mem::MaybeUninit;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// Makes a call that raises SIGPIPE where nobody reads. Rust's programs ignore it; in others, such as one that loads
/// Plugix as a library, it would end the process, so that it is held back during the call. Which of both this is, is
/// looked at once.
pub(crate) fn without_signal<R>(call: impl FnOnce() -> R) -> R {
    static IS_DEADLY: OnceLock<bool> = OnceLock::new();
    if *IS_DEADLY.get_or_init(is_deadly) { blocked(call) } else { call() }
}

fn is_deadly() -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with no new action it only writes the present one to where there is room for it.
    let failed = unsafe { libc::sigaction(libc::SIGPIPE, null(), action.as_mut_ptr()) } != 0;
    // SAFETY: all bytes are initialized, and each pattern is a value of its fields.
    failed || unsafe { action.assume_init() }.sa_sigaction == libc::SIG_DFL
}

/// Blocks the signal for this thread, makes the call, and takes the signal if the call raised it.
fn blocked<R>(call: impl FnOnce() -> R) -> R {
    let mut pipe = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut before = MaybeUninit::<libc::sigset_t>::zeroed();
    let mut pending = MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: the sets have room, and are written by the first calls before others read them.
    let was_pending = unsafe {
        libc::sigemptyset(pipe.as_mut_ptr());
        libc::sigaddset(pipe.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, pipe.as_ptr(), before.as_mut_ptr());
        libc::sigpending(pending.as_mut_ptr());
        libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    };
    let result = call();
    if !was_pending {
        let none = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the set is initialized, and nobody wants to know more of the signal.
        while unsafe { libc::sigtimedwait(pipe.as_ptr(), null_mut(), &none) } == -1
            && crate::transfer::last_error() == Os::INTR
        {}
    }
    // SAFETY: the set is what the thread had before.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut()) };
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_a_call_raises_is_gone_afterwards() {
        let is_pending = || {
            let mut pending = MaybeUninit::<libc::sigset_t>::zeroed();
            // SAFETY: the set has room, and is written before it is read.
            unsafe {
                libc::sigpending(pending.as_mut_ptr());
                libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
            }
        };
        // SAFETY: the signal is blocked for this thread, to which it is sent.
        let raised = blocked(|| unsafe { libc::pthread_kill(libc::pthread_self(), libc::SIGPIPE) });
        assert_eq!(raised, 0);
        assert!(!is_pending());
        assert_eq!(without_signal(|| 7), 7);
    }
}

//! Has the kernel run the threads that end plugins as soon as they wake up.
//!
//! Where threads of plugins keep all processors busy, Linux lets each of them run for its slice before a thread gets a
//! turn that wakes up: up to 4 ms with the usual settings. A thread with a shorter slice comes first (since Linux 6.12). It
//! gets no larger share for that.

/// Asks for the shortest slice for the calling thread, and for threads that it starts. Where the kernel has no slices, or
/// doesn't allow it, the thread waits its turn.
pub(super) fn be_prompt() {
    #[cfg(target_os = "linux")]
    linux::shorten_slice();
}

#[cfg(target_os = "linux")]
mod linux {
    use libc::sched_attr;

    /// Nanoseconds: the least that the kernel takes.
    const SLICE: u64 = 100_000;

    const OF_CALLER: libc::pid_t = 0;
    const NO_FLAGS: libc::c_uint = 0;

    pub(super) fn shorten_slice() {
        // A policy that the host's own program has chosen stays: the number means another thing there.
        let Some(mut attributes) = attributes().filter(|found| found.sched_policy == libc::SCHED_OTHER as u32) else {
            return;
        };
        attributes.sched_runtime = SLICE;
        // SAFETY: the pointer is to attributes that hold their own size.
        unsafe { libc::syscall(libc::SYS_sched_setattr, OF_CALLER, &raw const attributes, NO_FLAGS) };
    }

    /// How the calling thread is scheduled.
    fn attributes() -> Option<sched_attr> {
        let size = size_of::<sched_attr>() as libc::c_uint;
        // SAFETY: it has numbers only, for which zero is a value.
        let mut attributes: sched_attr = unsafe { std::mem::zeroed() };
        // SAFETY: the pointer is to as many bytes as the size says.
        let got = unsafe { libc::syscall(libc::SYS_sched_getattr, OF_CALLER, &raw mut attributes, size, NO_FLAGS) };
        (got == 0).then_some(attributes)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn nothing_but_the_slice_changes() {
            let Some(before) = attributes() else { return };
            shorten_slice();
            let after = attributes().expect("it was there before");
            assert_eq!(sched_attr { sched_runtime: before.sched_runtime, ..after }, before);
            // A kernel without slices tells none.
            assert!([SLICE, before.sched_runtime].contains(&after.sched_runtime), "{}", after.sched_runtime);
        }
    }
}

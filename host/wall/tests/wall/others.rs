//! Other processes, and the kernel.

use crate::Case;
use crate::calls::{call, error, returned};
use crate::place::{enclose, raise, wall};
use libc::{ENOSYS, EPERM};
use rustix::process::{Pid, test_kill_process};
use std::os::unix::process::{CommandExt as _, parent_id};
use std::process::Command;

pub(crate) const CASES: &[Case] = &[
    ("no_process_is_started", processes),
    ("no_other_process_is_reached", parent),
    ("signals_are_closed_without_the_filter", signals),
    ("the_rest_of_the_kernel_is_closed", kernel),
    ("no_code_is_added", code),
];

fn processes() {
    raise(wall().read("/"));
    // SAFETY: it fails, and a child would only end.
    let forked = unsafe { libc::fork() };
    if forked == 0 {
        // SAFETY: it ends the child.
        unsafe { libc::_exit(1) };
    }
    assert_eq!(error(returned(forked)), EPERM);
    assert_eq!(error(Command::new("/bin/true").spawn()), EPERM);
    assert_eq!(Command::new("/bin/true").exec().raw_os_error(), Some(EPERM));
    assert_eq!(error(call(libc::SYS_clone3, [0; 6])), ENOSYS);
    for flags in [libc::SIGCHLD, libc::CLONE_NEWUSER | libc::SIGCHLD, libc::CLONE_THREAD | libc::CLONE_NEWNET] {
        assert_eq!(error(call(libc::SYS_clone, [flags.into(), 0, 0, 0, 0, 0])), EPERM, "{flags:x}");
    }
    assert_eq!(error(call(libc::SYS_unshare, [libc::CLONE_NEWUSER.into(), 0, 0, 0, 0, 0])), EPERM);
    let image = call(libc::SYS_memfd_create, [c"image".as_ptr() as i64, 0, 0, 0, 0, 0]).expect("it is data");
    let (empty, path) = (libc::AT_EMPTY_PATH.into(), c"".as_ptr() as i64);
    assert_eq!(error(call(libc::SYS_execveat, [image, path, 0, 0, empty, 0])), EPERM);
}

fn parent() {
    let parent = i64::from(parent_id());
    raise(wall().read("/"));
    let signal = i64::from(libc::SIGTERM);
    for (number, arguments) in [
        (libc::SYS_ptrace, [libc::PTRACE_ATTACH.into(), parent, 0, 0, 0, 0]),
        (libc::SYS_kill, [parent, signal, 0, 0, 0, 0]),
        (libc::SYS_kill, [-1, 0, 0, 0, 0, 0]),
        (libc::SYS_tkill, [parent, signal, 0, 0, 0, 0]),
        (libc::SYS_tgkill, [parent, parent, signal, 0, 0, 0]),
        (libc::SYS_rt_tgsigqueueinfo, [parent, parent, signal, 0, 0, 0]),
        (libc::SYS_process_vm_readv, [parent, 0, 0, 0, 0, 0]),
        (libc::SYS_process_vm_writev, [parent, 0, 0, 0, 0, 0]),
        (libc::SYS_pidfd_open, [parent, 0, 0, 0, 0, 0]),
        (libc::SYS_sched_setattr, [parent, 0, 0, 0, 0, 0]),
        (libc::SYS_prlimit64, [parent, libc::RLIMIT_CORE.into(), 0, 0, 0, 0]),
        (libc::SYS_fcntl, [0, libc::F_SETOWN.into(), parent, 0, 0, 0]),
    ] {
        assert_eq!(error(call(number, arguments)), EPERM, "call {number}");
    }
    // Whatever may be read: memory of others is none of it.
    let memory = error(std::fs::File::open(format!("/proc/{parent}/mem")));
    assert!([EPERM, libc::EACCES].contains(&memory), "{memory}");
    let own = i64::from(std::process::id());
    call(libc::SYS_tgkill, [own, own, 0, 0, 0, 0]).expect("it reaches itself");
    call(libc::SYS_process_vm_readv, [own, 0, 0, 0, 0, 0]).expect("it reads itself");
}

fn signals() {
    let parent = Pid::from_raw(parent_id().cast_signed()).expect("it has a parent");
    test_kill_process(parent).expect("it could be reached");
    let plain = plugix_wall::Wall::new();
    let enclosed = enclose(plain);
    // Landlock has rules for signals since version 6, and the filter makes up for them before.
    if version() >= 6 {
        assert_eq!(test_kill_process(parent), Err(rustix::io::Errno::PERM));
    }
    enclosed.seal().expect("it is sealed");
}

fn version() -> i64 {
    call(libc::SYS_landlock_create_ruleset, [0, 0, 1, 0, 0, 0]).unwrap_or(0)
}

fn kernel() {
    let limit = libc::rlimit { rlim_cur: libc::RLIM_INFINITY, rlim_max: libc::RLIM_INFINITY };
    let limit = (&raw const limit) as i64;
    raise(wall());
    for (number, arguments) in [
        (libc::SYS_bpf, [0; 6]),
        (libc::SYS_chmod, [c"write".as_ptr() as i64, 0o777, 0, 0, 0, 0]),
        (libc::SYS_chroot, [c"write".as_ptr() as i64, 0, 0, 0, 0, 0]),
        (libc::SYS_inotify_init1, [0; 6]),
        (libc::SYS_io_uring_setup, [1, 0, 0, 0, 0, 0]),
        (libc::SYS_ioctl, [0, libc::TIOCSTI.cast_signed(), 0, 0, 0, 0]),
        (libc::SYS_keyctl, [0; 6]),
        (libc::SYS_mount, [0; 6]),
        (libc::SYS_open_by_handle_at, [0; 6]),
        (libc::SYS_perf_event_open, [0; 6]),
        (libc::SYS_personality, [0xffff_ffff, 0, 0, 0, 0, 0]),
        (libc::SYS_prctl, [libc::PR_SET_DUMPABLE.into(), 1, 0, 0, 0, 0]),
        (libc::SYS_prlimit64, [0, libc::RLIMIT_CORE.into(), limit, 0, 0, 0]),
        (libc::SYS_seccomp, [libc::SECCOMP_SET_MODE_STRICT.into(), 0, 0, 0, 0, 0]),
        (libc::SYS_setrlimit, [libc::RLIMIT_CORE.into(), limit, 0, 0, 0, 0]),
        (libc::SYS_setuid, [0; 6]),
        (libc::SYS_userfaultfd, [0; 6]),
    ] {
        assert_eq!(error(call(number, arguments)), EPERM, "call {number}");
    }
}

fn code() {
    const PAGE: i64 = 4096;
    const HIDDEN: i64 = libc::MAP_PRIVATE as i64 | libc::MAP_ANONYMOUS as i64;
    let (data, executable) = (i64::from(libc::PROT_READ | libc::PROT_WRITE), i64::from(libc::PROT_EXEC));
    raise(wall());
    let map = |protection| call(libc::SYS_mmap, [0, PAGE, protection, HIDDEN, -1, 0]);
    assert_eq!(error(map(data | executable)), EPERM);
    assert_eq!(error(map(executable)), EPERM);
    let page = map(data).expect("it is memory");
    for protection in [executable, executable | i64::from(libc::PROT_READ)] {
        assert_eq!(error(call(libc::SYS_mprotect, [page, PAGE, protection, 0, 0, 0])), EPERM);
        assert_eq!(error(call(libc::SYS_pkey_mprotect, [page, PAGE, protection, -1, 0, 0])), EPERM);
    }
    call(libc::SYS_mprotect, [page, PAGE, libc::PROT_READ.into(), 0, 0, 0]).expect("it is no code");
    call(libc::SYS_munmap, [page, PAGE, 0, 0, 0, 0]).expect("it was there");
}

//! The system calls that are left: those that the engine's threads, a plugin's system calls and the C library make.
//!
//! The list was measured: with `strace` on example plugins, on the tests of `plugix-system`, and on those of the host.
//! What isn't in it fails with `EPERM`. Of most files the kernel decides by the rules of `files`; here is why the rest is
//! harmless, or what keeps it so.

use crate::condition::Check::{Bits, Is, IsNot, IsNull, IsSelf};
use crate::condition::{Check, Way, With};

/// A system call that is open.
#[derive(Debug)]
pub(crate) struct Call {
    /// As libc calls its number.
    #[cfg_attr(not(test), expect(dead_code, reason = "it is for whoever reads the table, and for tests"))]
    pub(crate) name: &'static str,
    pub(crate) number: libc::c_long,
    /// Who needs it, or why it does no harm.
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    pub(crate) reason: &'static str,
    /// It is open if one of these holds.
    pub(crate) ways: &'static [Way],
}

macro_rules! calls {
    ($($(#[$cfg:meta])? $name:ident, $ways:expr, $reason:literal;)+) => {
        /// The table, by name.
        pub(crate) const ALLOWED: &[Call] = &[
            $($(#[$cfg])? Call { name: stringify!($name), number: libc::$name, ways: $ways, reason: $reason },)+
        ];
    };
}

calls! {
    SYS_accept4, LISTENING, "sockets that listen";
    SYS_bind, NETWORK, "sockets; Landlock knows the TCP ports";
    SYS_brk, ANY, "the allocator";
    SYS_clock_getres, ANY, "clocks";
    SYS_clock_gettime, ANY, "clocks, where the kernel's page has none; processor time";
    SYS_clock_nanosleep, ANY, "sleep";
    SYS_clone, THREADS, "threads; other processes are none";
    SYS_close, ANY, "descriptors";
    SYS_connect, NETWORK, "sockets; Landlock knows the TCP ports";
    SYS_epoll_create1, ANY, "waits";
    SYS_epoll_ctl, ANY, "waits";
    SYS_epoll_pwait, ANY, "waits of plugins";
    #[cfg(target_arch = "x86_64")] SYS_epoll_wait, ANY, "waits of the engine's input and output";
    SYS_eventfd2, ANY, "events";
    SYS_exit, ANY, "the end of a thread";
    SYS_exit_group, ANY, "the end of the process";
    SYS_fadvise64, ANY, "open files";
    SYS_fallocate, ANY, "open files";
    SYS_fcntl, DESCRIPTORS, "descriptors, locks, seals; no owner, who would get signals";
    SYS_fdatasync, ANY, "open files";
    SYS_flock, ANY, "open files";
    SYS_fstat, ANY, "open files";
    SYS_fsync, ANY, "open files";
    SYS_ftruncate, ANY, "open files";
    SYS_futex, ANY, "locks and waits";
    SYS_futex_waitv, ANY, "waits for a word or for the stop";
    SYS_getcwd, ANY, "panics, which show paths below it";
    SYS_getdents64, ANY, "open folders";
    SYS_geteuid, ANY, "whose files these are";
    SYS_getpeername, ANY, "sockets";
    SYS_getpid, ANY, "itself";
    SYS_getrandom, ANY, "random numbers";
    SYS_getsockname, ANY, "sockets";
    SYS_getsockopt, ANY, "sockets";
    SYS_gettid, ANY, "itself";
    SYS_getuid, ANY, "itself";
    SYS_ioctl, REQUESTS, "what can be read, whether it is a terminal, which pages have changed";
    SYS_linkat, ANY, "files; Landlock knows the folders";
    SYS_listen, LISTENING, "sockets that listen; without a port they get some";
    SYS_lseek, ANY, "open files";
    SYS_madvise, ANY, "memory that is given back";
    SYS_membarrier, ANY, "code that was stopped is seen by all threads";
    SYS_memfd_create, ANY, "images of memories; nothing in it can be executed";
    #[cfg(target_arch = "x86_64")] SYS_mkdir, ANY, "files; Landlock knows the folders";
    SYS_mkdirat, ANY, "files; Landlock knows the folders";
    SYS_mmap, DATA, "memory, but no code";
    SYS_mprotect, DATA, "memory, but no code";
    SYS_mremap, ANY, "memory";
    SYS_munmap, ANY, "memory";
    SYS_newfstatat, ANY, "what files are; the names of those outside can be tried out";
    #[cfg(target_arch = "x86_64")] SYS_open, ANY, "files; Landlock knows the folders";
    SYS_openat, ANY, "files; Landlock knows the folders";
    SYS_openat2, ANY, "files; Landlock knows the folders";
    SYS_pipe2, ANY, "pipes";
    #[cfg(target_arch = "x86_64")] SYS_poll, ANY, "waits";
    SYS_ppoll, ANY, "waits";
    SYS_prctl, OPTIONS, "names of threads, and what the kernel told the process at its start";
    SYS_pread64, ANY, "open files";
    SYS_preadv, ANY, "open files";
    SYS_prlimit64, ASKING, "the C library, of the stack; limits aren't set";
    SYS_process_vm_readv, OWN, "profiles, which read stacks that may have ended";
    SYS_pwrite64, ANY, "open files";
    SYS_pwritev, ANY, "open files";
    SYS_read, ANY, "open files";
    #[cfg(target_arch = "x86_64")] SYS_readlink, ANY, "where links lead, outside as well";
    SYS_readlinkat, ANY, "where links lead, outside as well";
    SYS_readv, ANY, "open files";
    SYS_recvfrom, ANY, "open sockets";
    SYS_recvmsg, ANY, "open sockets";
    #[cfg(target_arch = "x86_64")] SYS_rename, ANY, "files; Landlock knows the folders";
    SYS_renameat, ANY, "files; Landlock knows the folders";
    SYS_renameat2, ANY, "files; Landlock knows the folders";
    SYS_restart_syscall, ANY, "waits that a signal has interrupted";
    #[cfg(target_arch = "x86_64")] SYS_rmdir, ANY, "files; Landlock knows the folders";
    SYS_rseq, ANY, "the C library, in each thread";
    SYS_rt_sigaction, ANY, "its own handlers";
    SYS_rt_sigpending, ANY, "writes to what nobody reads";
    SYS_rt_sigprocmask, ANY, "its own signals";
    SYS_rt_sigreturn, ANY, "the end of a handler, such as that of traps";
    SYS_rt_sigtimedwait, ANY, "writes to what nobody reads";
    SYS_rt_tgsigqueueinfo, OWN, "profiles, which interrupt threads";
    SYS_sched_getaffinity, ANY, "the number of processors";
    SYS_sched_getattr, CALLER, "the thread that ends plugins";
    SYS_sched_setattr, CALLER, "the thread that ends plugins; no capability is left for more than a share";
    SYS_sched_yield, ANY, "locks";
    SYS_sendfile, ANY, "open files";
    SYS_sendmmsg, LOOKUPS, "the C library, which asks for addresses of names";
    SYS_sendmsg, SENDING, "open sockets; no connection on the way";
    SYS_sendto, SENDING_TO, "open sockets; no connection on the way";
    SYS_set_robust_list, ANY, "the C library, in each thread";
    SYS_setsockopt, SOCKET_OPTIONS, "sockets; no programs for the kernel, no protocols above TCP";
    SYS_shutdown, ANY, "open sockets";
    SYS_sigaltstack, ANY, "stacks for the handler of traps";
    SYS_socket, SOCKETS, "TCP and UDP; other protocols over IP would pass by Landlock's ports";
    SYS_socketpair, PAIRS, "pairs; those of datagrams could send to sockets outside";
    SYS_statx, ANY, "what files are; the names of those outside can be tried out";
    SYS_symlinkat, ANY, "files; Landlock knows the folders";
    SYS_tgkill, OWN, "signals to its own threads, as by abort";
    #[cfg(target_arch = "x86_64")] SYS_unlink, ANY, "files; Landlock knows the folders";
    SYS_unlinkat, ANY, "files; Landlock knows the folders";
    SYS_utimensat, ANY, "times of files; those outside as well, if they are the user's";
    SYS_write, ANY, "open files";
    SYS_writev, ANY, "open files";
}

/// Whatever the arguments are.
const ANY: &[Way] = &[always(&[])];
const NETWORK: &[Way] = &[Way { with: With::Network, checks: &[] }];
const LISTENING: &[Way] = &[Way { with: With::Listening, checks: &[] }];

/// The first argument is this process.
const OWN: &[Way] = &[always(&[IsSelf(0)])];
/// The first argument stands for the calling thread.
const CALLER: &[Way] = &[always(&[Is(0, 0)])];

const THREADS: &[Way] = &[always(&[Bits(0, number(libc::CLONE_THREAD) | NAMESPACES, number(libc::CLONE_THREAD))])];
const NAMESPACES: u32 = number(
    libc::CLONE_NEWNS
        | libc::CLONE_NEWCGROUP
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUSER
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNET,
);

const DATA: &[Way] = &[always(&[Bits(2, number(libc::PROT_EXEC), 0)])];
const ASKING: &[Way] = &[always(&[Is(0, 0), IsNull(2)])];

const DESCRIPTORS: &[Way] = &[
    always(&[Is(1, number(libc::F_DUPFD))]),
    always(&[Is(1, number(libc::F_DUPFD_CLOEXEC))]),
    always(&[Is(1, number(libc::F_GETFD))]),
    always(&[Is(1, number(libc::F_SETFD))]),
    always(&[Is(1, number(libc::F_GETFL))]),
    always(&[Is(1, number(libc::F_SETFL))]),
    always(&[Is(1, number(libc::F_GETLK))]),
    always(&[Is(1, number(libc::F_SETLK))]),
    always(&[Is(1, number(libc::F_SETLKW))]),
    always(&[Is(1, number(libc::F_OFD_GETLK))]),
    always(&[Is(1, number(libc::F_OFD_SETLK))]),
    always(&[Is(1, number(libc::F_OFD_SETLKW))]),
    always(&[Is(1, number(libc::F_ADD_SEALS))]),
    always(&[Is(1, number(libc::F_GET_SEALS))]),
];

/// Which pages have changed (Linux 6.7; `Documentation/admin-guide/mm/pagemap.rst`).
const PAGEMAP_SCAN: u32 = 0xc060_6610;
const REQUESTS: &[Way] = &[
    always(&[Is(1, libc::FIONREAD as u32)]),
    always(&[Is(1, libc::FIONBIO as u32)]),
    always(&[Is(1, libc::FIOCLEX as u32)]),
    always(&[Is(1, libc::TCGETS as u32)]),
    always(&[Is(1, libc::TIOCGWINSZ as u32)]),
    always(&[Is(1, PAGEMAP_SCAN)]),
];

/// Asks for what the kernel told the process at its start (Linux 6.4).
const PR_GET_AUXV: u32 = 0x4155_5856;
const OPTIONS: &[Way] = &[always(&[Is(0, number(libc::PR_SET_NAME))]), always(&[Is(0, PR_GET_AUXV)])];

/// What a socket's kind is, without how it waits.
const KIND: u32 = 0xf;
const SOCKETS: &[Way] = &[
    socket(With::Tcp, &[Is(0, V4), Bits(1, KIND, STREAM), Is(2, 0)]),
    socket(With::Tcp, &[Is(0, V4), Bits(1, KIND, STREAM), Is(2, number(libc::IPPROTO_TCP))]),
    socket(With::Tcp, &[Is(0, V6), Bits(1, KIND, STREAM), Is(2, 0)]),
    socket(With::Tcp, &[Is(0, V6), Bits(1, KIND, STREAM), Is(2, number(libc::IPPROTO_TCP))]),
    socket(With::Udp, &[Is(0, V4), Bits(1, KIND, DATAGRAM), Is(2, 0)]),
    socket(With::Udp, &[Is(0, V4), Bits(1, KIND, DATAGRAM), Is(2, number(libc::IPPROTO_UDP))]),
    socket(With::Udp, &[Is(0, V6), Bits(1, KIND, DATAGRAM), Is(2, 0)]),
    socket(With::Udp, &[Is(0, V6), Bits(1, KIND, DATAGRAM), Is(2, number(libc::IPPROTO_UDP))]),
];
const PAIRS: &[Way] = &[
    always(&[Is(0, number(libc::AF_UNIX)), Bits(1, KIND, STREAM)]),
    always(&[Is(0, number(libc::AF_UNIX)), Bits(1, KIND, number(libc::SOCK_SEQPACKET))]),
];
const V4: u32 = number(libc::AF_INET);
const V6: u32 = number(libc::AF_INET6);
const STREAM: u32 = number(libc::SOCK_STREAM);
const DATAGRAM: u32 = number(libc::SOCK_DGRAM);

/// With this flag a send connects, and Landlock isn't asked.
const FAST_OPEN: u32 = number(libc::MSG_FASTOPEN);
const SENDING: &[Way] = &[always(&[Bits(2, FAST_OPEN, 0)])];
const SENDING_TO: &[Way] = &[always(&[Bits(3, FAST_OPEN, 0)])];
const LOOKUPS: &[Way] = &[Way { with: With::Udp, checks: &[Bits(3, FAST_OPEN, 0)] }];

const SOCKET_OPTIONS: &[Way] = &[
    always(&[
        Is(1, number(libc::SOL_SOCKET)),
        IsNot(2, number(libc::SO_ATTACH_FILTER)),
        IsNot(2, number(libc::SO_ATTACH_BPF)),
        IsNot(2, number(libc::SO_ATTACH_REUSEPORT_CBPF)),
        IsNot(2, number(libc::SO_ATTACH_REUSEPORT_EBPF)),
    ]),
    Way { with: With::Network, checks: &[Is(1, number(libc::IPPROTO_IP))] },
    Way { with: With::Network, checks: &[Is(1, number(libc::IPPROTO_IPV6))] },
    Way { with: With::Tcp, checks: &[Is(1, number(libc::IPPROTO_TCP)), IsNot(2, number(libc::TCP_ULP))] },
];

const fn always(checks: &'static [Check]) -> Way {
    Way { with: With::Any, checks }
}

const fn socket(with: With, checks: &'static [Check]) -> Way {
    Way { with, checks }
}

/// A constant of the kernel's: none of these is negative.
const fn number(constant: libc::c_int) -> u32 {
    constant.cast_unsigned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_table_is_sorted_and_has_each_call_once() {
        assert!(ALLOWED.is_sorted_by(|one, next| one.name < next.name));
        let numbers: HashSet<_> = ALLOWED.iter().map(|call| call.number).collect();
        assert_eq!(numbers.len(), ALLOWED.len());
        assert!(ALLOWED.iter().all(|call| !call.reason.is_empty() && !call.ways.is_empty()));
    }

    #[test]
    fn what_reaches_others_is_not_in_it() {
        let closed = [
            libc::SYS_bpf,
            libc::SYS_clone3,
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_io_uring_setup,
            libc::SYS_kill,
            libc::SYS_mount,
            libc::SYS_open_by_handle_at,
            libc::SYS_perf_event_open,
            libc::SYS_pidfd_open,
            libc::SYS_pidfd_send_signal,
            libc::SYS_pkey_mprotect,
            libc::SYS_process_vm_writev,
            libc::SYS_ptrace,
            libc::SYS_setns,
            libc::SYS_shmat,
            libc::SYS_unshare,
            libc::SYS_userfaultfd,
        ];
        assert!(ALLOWED.iter().all(|call| !closed.contains(&call.number)));
    }
}

//! Clocks, names, pipes, events, sets, signals, locks and addresses, by C's functions.

use std::ffi::CStr;
use std::mem::{MaybeUninit, zeroed};
use std::ptr;
use std::sync::atomic::{AtomicI32, Ordering};

fn ok(result: i32) -> i32 {
    assert!(result >= 0, "{}", std::io::Error::last_os_error());
    result
}

fn clocks() {
    // SAFETY: there is room for the answer.
    let now = |clock| unsafe {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        ok(libc::clock_gettime(clock, time.as_mut_ptr()));
        time.assume_init()
    };
    assert!(now(libc::CLOCK_REALTIME).tv_sec > 1_700_000_000);
    let (one, other) = (now(libc::CLOCK_MONOTONIC), now(libc::CLOCK_MONOTONIC));
    assert!((one.tv_sec, one.tv_nsec) <= (other.tv_sec, other.tv_nsec));
}

/// `struct flock`, and Linux's numbers: the C library's headers have neither.
#[repr(C)]
struct Part {
    kind: i16,
    whence: i16,
    start: i64,
    len: i64,
    owner: i32,
}

const GET_LOCK: i32 = 12;
const SET_LOCK: i32 = 13;

fn descriptors() {
    // SAFETY: there is room for what is written, and the descriptors are this function's.
    unsafe {
        let set = ok(libc::epoll_create1(libc::EPOLL_CLOEXEC));
        let event = ok(libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC));
        let mut wanted = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 77 };
        ok(libc::epoll_ctl(set, libc::EPOLL_CTL_ADD, event, &mut wanted));
        let mut came: libc::epoll_event = zeroed();
        assert_eq!(libc::epoll_wait(set, &mut came, 1, 0), 0);
        assert_eq!(libc::write(event, 1_u64.to_ne_bytes().as_ptr().cast(), 8), 8);
        assert_eq!(libc::epoll_wait(set, &mut came, 1, -1), 1);
        assert_eq!((came.u64, came.events), (77, libc::EPOLLIN as u32));

        let mut ends = [0; 2];
        ok(libc::pipe2(ends.as_mut_ptr(), libc::O_NONBLOCK));
        let mut byte = 0_u8;
        assert_eq!(libc::read(ends[0], ptr::from_mut(&mut byte).cast(), 1), -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EAGAIN));
        let copy = ok(libc::dup(ends[1]));
        assert_eq!(libc::write(copy, b"x".as_ptr().cast(), 1), 1);
        let mut poll = libc::pollfd { fd: ends[0], events: libc::POLLIN, revents: 0 };
        assert_eq!((libc::poll(&mut poll, 1, -1), poll.revents), (1, libc::POLLIN));
        assert_eq!(libc::fcntl(ends[0], libc::F_GETFL) & libc::O_NONBLOCK, libc::O_NONBLOCK);

        ok(libc::socketpair(libc::AF_UNIX, libc::SOCK_STREAM, 0, ends.as_mut_ptr()));
        assert_eq!(libc::send(ends[0], b"pair".as_ptr().cast(), 4, libc::MSG_NOSIGNAL), 4);
        let mut text = [0_u8; 8];
        assert_eq!(libc::recv(ends[1], text.as_mut_ptr().cast(), 8, 0), 4);
        let (mut kind, mut len) = (0, 4);
        let value = ptr::from_mut(&mut kind).cast();
        ok(libc::getsockopt(ends[0], libc::SOL_SOCKET, libc::SO_TYPE, value, &mut len));
        assert_eq!(kind, libc::SOCK_STREAM);

        let file = ok(libc::open(c"/data/file".as_ptr(), libc::O_CREAT | libc::O_RDWR | libc::O_CLOEXEC, 0o600));
        ok(libc::flock(file, libc::LOCK_EX | libc::LOCK_NB));
        assert_eq!(libc::write(file, b"0123456789".as_ptr().cast(), 10), 10);
        let mut part = Part { kind: 1, whence: 2, start: 0, len: -5, owner: 0 };
        ok(libc::fcntl(file, SET_LOCK, ptr::from_mut(&mut part)));
        ok(libc::fcntl(file, GET_LOCK, ptr::from_mut(&mut part)));
        assert_eq!(part.kind, 2, "a program doesn't keep itself out");
        assert_eq!(libc::fcntl(file, SET_LOCK, &mut Part { start: -20, ..part }), -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EINVAL));
        assert_eq!(libc::fcntl(1, SET_LOCK, &mut Part { kind: 0, whence: 0, start: 0, len: 0, owner: 0 }), -1);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EBADF));
        let mut stat: libc::stat = zeroed();
        ok(libc::fstat(file, &mut stat));
        assert_eq!(stat.st_mode & libc::S_IFMT, libc::S_IFREG);
        assert_eq!(libc::isatty(file), 0);
    }
}

static CAME: AtomicI32 = AtomicI32::new(0);

extern "C" fn handler(signal: i32) {
    CAME.store(signal, Ordering::Relaxed);
}

fn signals() {
    // SAFETY: the handler only stores a number.
    unsafe {
        let mut action: libc::sigaction = zeroed();
        action.sa_sigaction = handler as extern "C" fn(i32) as usize;
        libc::sigemptyset(&mut action.sa_mask);
        ok(libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()));
        ok(libc::raise(libc::SIGUSR1));
        assert_eq!(CAME.load(Ordering::Relaxed), libc::SIGUSR1);
        libc::signal(libc::SIGUSR1, libc::SIG_IGN);
        CAME.store(0, Ordering::Relaxed);
        ok(libc::raise(libc::SIGUSR1));
        assert_eq!(CAME.load(Ordering::Relaxed), 0);
    }
}

fn names() {
    // SAFETY: there is room for what is written, and the list is freed.
    unsafe {
        let mut hints: libc::addrinfo = zeroed();
        hints.ai_socktype = libc::SOCK_STREAM;
        hints.ai_family = libc::AF_INET;
        let mut found = ptr::null_mut();
        assert_eq!(libc::getaddrinfo(c"127.0.0.1".as_ptr(), c"80".as_ptr(), &hints, &mut found), 0);
        let address = &*(*found).ai_addr.cast::<libc::sockaddr_in>();
        assert_eq!((address.sin_port, address.sin_addr.s_addr), (80_u16.to_be(), libc::INADDR_LOOPBACK.to_be()));
        libc::freeaddrinfo(found);
        let mut name: libc::utsname = zeroed();
        ok(libc::uname(&mut name));
        assert!(!CStr::from_ptr(name.sysname.as_ptr()).is_empty());
        assert!(libc::sysconf(libc::_SC_NPROCESSORS_ONLN) >= 1);
        assert_eq!(libc::sysconf(libc::_SC_PAGESIZE), 65536);
        assert!(libc::getpid() > 0);
    }
}

fn main() {
    clocks();
    descriptors();
    signals();
    names();
    println!("ok");
}

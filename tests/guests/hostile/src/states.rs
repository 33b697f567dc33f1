//! What a thread can be doing. None of these ends.

use crate::signals;
use plugix_guest::services;
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Barrier, Condvar, Mutex, Once, RwLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

const NEVER: Duration = Duration::from_secs(1 << 30);

/// Where it is, and what it takes.
pub(crate) type State = fn(&str);

pub(crate) fn by_name(name: &str) -> Option<State> {
    STATES.iter().find(|(known, _)| *known == name).map(|(_, state)| *state)
}

pub(crate) const STATES: &[(&str, State)] = &[
    // Computing.
    ("spin", |_| spin()),
    ("recursion", |_| _ = black_box(recursion(0))),
    ("exponential", |_| _ = black_box(exponential(0))),
    ("deep", |_| _ = black_box(deep(0))),
    ("bulk", |_| bulk()),
    ("atomic", |_| atomic()),
    ("allocating", |_| {
        loop {
            black_box(vec![1_u8; 1 << 20]);
        }
    }),
    // In functions of the host's.
    ("system-calls", |_| {
        loop {
            black_box(Instant::now());
        }
    }),
    ("printing", |_| {
        loop {
            println!("again");
        }
    }),
    ("reading-files", |path| {
        loop {
            let _ = std::fs::read(path);
        }
    }),
    ("stdin", |_| {
        loop {
            let _ = std::io::stdin().read(&mut [0]);
        }
    }),
    ("random", |_| system::take_random_bytes()),
    ("long-writes", |_| system::print_in_many_parts()),
    ("progress", |_| {
        let message = "again ".repeat(10_000);
        loop {
            services::progress(1, 2, &message);
        }
    }),
    ("listing", |folder| {
        loop {
            let _ = std::fs::read_dir(folder).map(Iterator::count);
        }
    }),
    ("yielding", |_| {
        loop {
            thread::yield_now();
        }
    }),
    // Waiting.
    ("sleep", |_| thread::sleep(NEVER)),
    ("mutex", |_| mutex()),
    ("rwlock", |_| rwlock()),
    ("condvar", |_| condvar()),
    ("barrier", |_| _ = Barrier::new(1000).wait()),
    ("once", |_| once()),
    ("park", |_| {
        loop {
            thread::park();
        }
    }),
    ("channel", |_| channel()),
    ("join", |_| drop(thread::spawn(|| thread::sleep(NEVER)).join())),
    ("futex", |_| system::wait_for_a_futex()),
    ("own-process", |_| system::join_own_process()),
    ("epoll", |_| system::wait_for_epoll()),
    ("pipe", |_| system::read_a_pipe()),
    ("full-pipe", |_| system::fill_a_pipe()),
    ("socket-pair", |_| system::read_a_socket_pair()),
    ("event", |_| system::read_an_event()),
    // Waiting for sockets.
    ("accept", |_| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        loop {
            let _ = listener.accept();
        }
    }),
    ("tcp-connect", |to| {
        loop {
            let _ = TcpStream::connect(to);
        }
    }),
    ("tcp-read", |to| {
        let mut stream = TcpStream::connect(to).unwrap();
        loop {
            let _ = stream.read(&mut [0]);
        }
    }),
    ("tcp-write", |to| {
        let mut stream = TcpStream::connect(to).unwrap();
        let data = vec![0; 1 << 20];
        loop {
            let _ = stream.write(&data);
        }
    }),
    ("udp-receive", |_| {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        loop {
            let _ = socket.recv(&mut [0]);
        }
    }),
    ("resolve", |name| {
        loop {
            let _ = name.to_socket_addrs();
        }
    }),
    // Panicking, ending.
    ("panics", |_| {
        loop {
            let _ = catch_unwind(|| panic!("again"));
        }
    }),
    ("panic-hook", |_| {
        std::panic::set_hook(Box::new(|_| spin()));
        panic!("for the hook");
    }),
    ("drop", |_| drop(Endless)),
    ("unwinding", |_| {
        let _endless = Endless;
        panic!("unwinds into a drop that never ends");
    }),
    ("thread-local", |_| {
        thread_local!(static LOCAL: Endless = const { Endless });
        let user = thread::spawn(|| LOCAL.with(|_| ()));
        let _ = user.join();
    }),
    // Threads and signals.
    ("spawning", |_| {
        loop {
            let _ = thread::Builder::new().spawn(|| thread::sleep(NEVER));
        }
    }),
    ("coming-and-going", |_| {
        loop {
            let _ = thread::Builder::new().spawn(|| ());
        }
    }),
    ("ignoring-signals", |_| signals::ignore_signals()),
];

fn spin() {
    loop {
        black_box(());
    }
}

/// Calls without a loop. It is never deep enough to overflow.
fn exponential(depth: u32) -> u64 {
    if depth == 500 { 1 } else { black_box(exponential(depth + 1)) ^ black_box(exponential(depth + 1)) }
}

/// Stays where the stack is deep: whoever looks at it passes all of its frames.
fn deep(depth: u32) -> u64 {
    if depth == 5_000 {
        spin();
        return 0;
    }
    black_box(deep(depth + 1)) + 1
}

/// Calls through a table.
fn recursion(depth: u32) -> u64 {
    let next: fn(u32) -> u64 = black_box(recursion);
    if depth == 500 { 1 } else { next(depth + 1) ^ next(depth + 1) }
}

fn bulk() {
    let mut memory = vec![0_u8; 16 << 20];
    loop {
        black_box(&mut memory).fill(black_box(1));
    }
}

fn mutex() {
    static LOCK: Mutex<()> = Mutex::new(());
    std::mem::forget(LOCK.lock());
    drop(LOCK.lock());
}

fn rwlock() {
    static LOCK: RwLock<()> = RwLock::new(());
    std::mem::forget(LOCK.write());
    drop(LOCK.read());
}

/// Waits for itself, or for whoever does.
fn once() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| ONCE.call_once(|| ()));
}

fn condvar() {
    let lock = Mutex::new(());
    let condvar = Condvar::new();
    let mut guard = lock.lock().unwrap();
    loop {
        guard = condvar.wait(guard).unwrap();
    }
}

fn channel() {
    let (sender, receiver) = mpsc::channel::<()>();
    let _ = receiver.recv();
    drop(sender);
}

fn atomic() {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    while NUMBER.load(Ordering::SeqCst) < u64::MAX {
        NUMBER.store(0, Ordering::SeqCst);
    }
}

struct Endless;

impl Drop for Endless {
    fn drop(&mut self) {
        spin();
    }
}

mod system {
    use crate::Part;

    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn futex_wait(futex: *const u32, expected: u32, timeout: *const [u64; 2], woken: *mut u8) -> i32;
        fn proc_id(process: *mut u32) -> i32;
        fn proc_join(process: *mut [u32; 2], flags: i32, status: *mut [u64; 4]) -> i32;
        fn epoll_create(descriptor: *mut u32) -> i32;
        fn epoll_wait(descriptor: u32, events: *mut [u64; 64], most: i32, timeout: i64, count: *mut usize) -> i32;
        fn fd_pipe(reader: *mut u32, writer: *mut u32) -> i32;
        fn fd_event(count: u64, flags: i32, descriptor: *mut u32) -> i32;
        fn sock_pair(family: i32, kind: i32, protocol: i32, one: *mut u32, other: *mut u32) -> i32;
    }

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn fd_read(descriptor: i32, parts: *const Part, count: usize, read: *mut usize) -> i32;
        fn fd_write(descriptor: i32, parts: *const Part, count: usize, written: *mut usize) -> i32;
        fn random_get(buffer: *mut u8, len: usize) -> i32;
    }

    fn read(descriptor: u32) {
        let mut room = [0; 8];
        let part = Part { start: room.as_mut_ptr(), len: room.len() };
        loop {
            // SAFETY: each pointer is to a local variable.
            unsafe { fd_read(descriptor as i32, &part, 1, &mut 0) };
        }
    }

    fn pipe() -> [u32; 2] {
        let [mut reader, mut writer] = [0; 2];
        // SAFETY: each pointer is to a local variable.
        assert_eq!(unsafe { fd_pipe(&mut reader, &mut writer) }, 0);
        [reader, writer]
    }

    pub(super) fn read_a_pipe() {
        let [reader, _] = pipe();
        read(reader);
    }

    pub(super) fn fill_a_pipe() {
        let [_, writer] = pipe();
        let bytes = [7; 4096];
        let part = Part { start: bytes.as_ptr(), len: bytes.len() };
        loop {
            // SAFETY: each pointer is to a local variable.
            unsafe { fd_write(writer as i32, &part, 1, &mut 0) };
        }
    }

    pub(super) fn read_a_socket_pair() {
        const UNIX: i32 = 3;
        const STREAM: i32 = 1;
        let [mut one, mut other] = [0; 2];
        // SAFETY: each pointer is to a local variable.
        assert_eq!(unsafe { sock_pair(UNIX, STREAM, 0, &mut one, &mut other) }, 0);
        read(one);
    }

    pub(super) fn read_an_event() {
        let mut event = 0;
        // SAFETY: the pointer is to a local variable.
        assert_eq!(unsafe { fd_event(0, 0, &mut event) }, 0);
        read(event);
    }

    /// Prints empty lines, as many as one call takes: the same memory a thousand times.
    pub(super) fn print_in_many_parts() {
        let lines = [b'\n'; 64 << 10];
        let parts = [Part { start: lines.as_ptr(), len: lines.len() }; 1024];
        loop {
            // SAFETY: each part is the lines.
            unsafe { fd_write(1, parts.as_ptr(), parts.len(), &mut 0) };
        }
    }

    pub(super) fn take_random_bytes() {
        let mut bytes = vec![0; 8 << 20];
        loop {
            // SAFETY: the pointer and the length are the vector's.
            unsafe { random_get(bytes.as_mut_ptr(), bytes.len()) };
        }
    }

    pub(super) fn wait_for_a_futex() {
        let futex = 7;
        let no_timeout = [0; 2];
        loop {
            // SAFETY: each pointer is to a local variable.
            unsafe { futex_wait(&futex, 7, &no_timeout, &mut 0) };
        }
    }

    /// A process that waits for its own end.
    pub(super) fn join_own_process() {
        let mut process = 0;
        loop {
            // SAFETY: each pointer is to a local variable with more room than is needed.
            unsafe {
                proc_id(&mut process);
                proc_join(&mut [1, process], 0, &mut [0; 4]);
            }
        }
    }

    /// Waits for something to happen to nothing.
    pub(super) fn wait_for_epoll() {
        let mut descriptor = 0;
        // SAFETY: the pointer is to a local variable.
        unsafe { epoll_create(&mut descriptor) };
        loop {
            // SAFETY: each pointer is to a local variable with more room than is needed.
            unsafe { epoll_wait(descriptor, &mut [0; 64], 1, -1, &mut 0) };
        }
    }
}

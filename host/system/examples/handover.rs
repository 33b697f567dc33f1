//! How long hand-overs between two threads take here, beside the same natively, and how soon a stop ends a wait.
//!
//! `cargo run --release -p plugix-system --example handover`

use anyhow::Context;
use plugix_system::{
    Address, Family, FdFlags, Halt, Input, Network, Part, ReceiveFlags, Setup, Sink, SocketType, System, Thread, Word,
};
use std::io::{Read, Write, pipe};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::scope;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 50_000;
const REPEATS: usize = 5;

struct Silent;

impl Sink for Silent {
    fn write(&self, _: &[u8]) {}
}

fn main() -> anyhow::Result<()> {
    let network = Network::new().connect_tcp("127.0.0.1:*")?.listen_tcp("127.0.0.1:*")?;
    let setup = Setup {
        halt: Halt::new(),
        report: Arc::new(()),
        max_descriptors: 64,
        stdin: Input::Nothing,
        stdout: Arc::new(Silent),
        stderr: Arc::new(Silent),
        network,
        mounts: Vec::new(),
        current_folder: "/".into(),
        preopened: Vec::new(),
        strict_paths: false,
    };
    let system = System::new(setup).context("the system of a plugin")?;
    row("futex, two threads in turn", || futex_here(&system), futex_natively);
    row("condition variable", || condvar_here(&system), condvar_natively);
    row("pipe, 1 byte", || pipe_here(&system), || pipe_natively().expect("there is room for pipes"));
    row("TCP, 64 bytes", || tcp_here(&system), || tcp_natively().expect("loopback is there"));
    stops(system);
    Ok(())
}

/// The fastest of some runs of each, in turn.
fn row(what: &str, here: impl Fn() -> Duration, natively: impl Fn() -> Duration) {
    let mut best = [Duration::MAX; 2];
    for _ in 0..REPEATS {
        best = [best[0].min(here()), best[1].min(natively())];
    }
    let [here, natively] = best.map(|time| time.as_secs_f64() / f64::from(ROUNDS) * 1e6);
    println!("{what}: {here:.2} µs here, {natively:.2} µs natively: {:.2} ×", here / natively);
}

/// A round is one turn of each thread.
fn in_turn(one: impl FnMut(u32) + Send, mut other: impl FnMut(u32)) -> Duration {
    let start = Instant::now();
    scope(|scope| {
        scope.spawn(move || (0..ROUNDS).for_each(one));
        (0..ROUNDS).for_each(&mut other);
    });
    start.elapsed()
}

fn word(atomic: &AtomicU32) -> Word {
    // SAFETY: the atomic lives longer than anybody waits for it.
    unsafe { Word::new(atomic.as_ptr()) }.expect("it is aligned")
}

/// Waits until the word has a value, and then gives it the next one.
fn take_turn(word: &AtomicU32, mine: u32, wait: impl Fn(u32), wake: impl Fn()) {
    loop {
        match word.load(SeqCst) {
            now if now == mine => break,
            now => wait(now),
        }
    }
    word.store(mine + 1, SeqCst);
    wake();
}

fn futex_here(system: &System) -> Duration {
    let turn = AtomicU32::new(0);
    let play = |first: u32| {
        let (turn, thread) = (&turn, Thread::new(system.halt()));
        move |round: u32| {
            let wait = |now| system.futex_wait(&thread, word(turn), now, None).map_or((), |_| ());
            take_turn(turn, round * 2 + first, wait, || system.futex_wake(word(turn), 1).map_or((), |_| ()));
        }
    };
    in_turn(play(0), play(1))
}

fn futex_natively() -> Duration {
    use rustix::thread::futex;
    let turn = AtomicU32::new(0);
    let play = |first: u32| {
        let turn = &turn;
        move |round: u32| {
            // Another value or a signal of the host's is looked at again.
            let wait = |now| futex::wait(turn, futex::Flags::PRIVATE, now, None).unwrap_or_default();
            let wake = || futex::wake(turn, futex::Flags::PRIVATE, 1).map_or((), |_| ());
            take_turn(turn, round * 2 + first, wait, wake);
        }
    };
    in_turn(play(0), play(1))
}

/// A mutex and a condition variable as standard libraries have them, on futexes of ours.
struct Pair<'a> {
    system: &'a System,
    mutex: AtomicU32,
    sequence: AtomicU32,
    turn: AtomicU32,
}

impl Pair<'_> {
    fn lock(&self, thread: &Thread) {
        if self.mutex.compare_exchange(0, 1, SeqCst, SeqCst).is_ok() {
            return;
        }
        while self.mutex.swap(2, SeqCst) != 0 {
            let _ = self.system.futex_wait(thread, word(&self.mutex), 2, None);
        }
    }

    fn unlock(&self) {
        if self.mutex.swap(0, SeqCst) == 2 {
            let _ = self.system.futex_wake(word(&self.mutex), 1);
        }
    }

    fn take_turn(&self, thread: &Thread, mine: u32) {
        self.lock(thread);
        while self.turn.load(SeqCst) != mine {
            let sequence = self.sequence.load(SeqCst);
            self.unlock();
            let _ = self.system.futex_wait(thread, word(&self.sequence), sequence, None);
            self.lock(thread);
        }
        self.turn.store(mine + 1, SeqCst);
        self.unlock();
        self.sequence.fetch_add(1, SeqCst);
        let _ = self.system.futex_wake(word(&self.sequence), 1);
    }
}

fn condvar_here(system: &System) -> Duration {
    let [mutex, sequence, turn] = [0, 0, 0].map(AtomicU32::new);
    let pair = Pair { system, mutex, sequence, turn };
    let play = |first: u32| {
        let (pair, thread) = (&pair, Thread::new(system.halt()));
        move |round: u32| pair.take_turn(&thread, round * 2 + first)
    };
    in_turn(play(0), play(1))
}

fn condvar_natively() -> Duration {
    let (turn, changed) = (Mutex::new(0), Condvar::new());
    let play = |first: u32| {
        let (turn, changed) = (&turn, &changed);
        move |round: u32| {
            let now = turn.lock().expect("nobody panics");
            let mut now = changed.wait_while(now, |now| *now != round * 2 + first).expect("nobody panics");
            *now += 1;
            drop(now);
            changed.notify_one();
        }
    };
    in_turn(play(0), play(1))
}

fn part(bytes: &mut [u8]) -> Part {
    // SAFETY: the bytes stay where they are, and are left alone, during the call.
    unsafe { Part::new(bytes.as_mut_ptr(), bytes.len()) }
}

fn pipe_here(system: &System) -> Duration {
    let [there, back] = [system.fd_pipe(), system.fd_pipe()].map(|pipe| pipe.expect("there is room for pipes"));
    let play = |from: u32, to: u32| {
        let (thread, mut byte) = (Thread::new(system.halt()), [0]);
        move |_| {
            let _ = system.fd_write(&thread, to, &[part(&mut byte)]);
            let _ = system.fd_read(&thread, from, &[part(&mut byte)]);
        }
    };
    let time = in_turn(play(back[0], there[1]), play(there[0], back[1]));
    there.into_iter().chain(back).for_each(|fd| system.fd_close(fd).unwrap_or_default());
    time
}

fn pipe_natively() -> std::io::Result<Duration> {
    fn play(mut from: impl Read, mut to: impl Write) -> impl FnMut(u32) {
        let mut byte = [0];
        move |_| drop((to.write_all(&byte), from.read_exact(&mut byte)))
    }
    let ((there, sender), (back, answerer)) = (pipe()?, pipe()?);
    Ok(in_turn(play(back, sender), play(there, answerer)))
}

fn tcp_here(system: &System) -> Duration {
    let thread = Thread::new(system.halt());
    let open = || system.sock_open(Family::Inet4, SocketType::Stream, 0, FdFlags::default()).expect("there is room");
    let (listener, client) = (open(), open());
    system.sock_bind(listener, &Address::Ip(SocketAddr::from(([127, 0, 0, 1], 0)))).expect("it is allowed");
    system.sock_listen(listener, 1).expect("it is allowed");
    let address = system.sock_addr_local(listener).expect("it has one");
    system.sock_connect(&thread, client, &address).expect("it is allowed");
    let (server, _) = system.sock_accept(&thread, listener, FdFlags::default()).expect("somebody comes");
    let play = |fd: u32, first: bool| {
        let (thread, mut bytes) = (Thread::new(system.halt()), [0; 64]);
        move |_| {
            if first {
                let _ = system.sock_send(&thread, fd, &[part(&mut bytes)], None, false);
            }
            let _ = system.sock_recv(&thread, fd, &[part(&mut bytes)], ReceiveFlags::WAIT_ALL);
            if !first {
                let _ = system.sock_send(&thread, fd, &[part(&mut bytes)], None, false);
            }
        }
    };
    let time = in_turn(play(client, true), play(server, false));
    [listener, client, server].into_iter().for_each(|fd| system.fd_close(fd).unwrap_or_default());
    time
}

fn tcp_natively() -> std::io::Result<Duration> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    let mut bytes = [[0; 64]; 2];
    let [ours, theirs] = &mut bytes;
    Ok(in_turn(
        move |_| drop((client.write_all(ours), client.read_exact(ours))),
        move |_| drop((server.read_exact(theirs), server.write_all(theirs))),
    ))
}

/// How long waits of different kinds last after the stop.
fn stops(system: Arc<System>) {
    let [reader, _writer] = system.fd_pipe().expect("there is room for pipes");
    let lock = AtomicU32::new(0);
    let waiting = AtomicU32::new(0);
    let (system, lock, waiting) = (&system, &lock, &waiting);
    scope(|scope| {
        let threads: Vec<_> = (0..32)
            .map(|number| {
                scope.spawn(move || {
                    let thread = Thread::new(system.halt());
                    waiting.fetch_add(1, SeqCst);
                    let outcome = match number % 3 {
                        0 => system.futex_wait(&thread, word(lock), 0, None).map(|_| ()),
                        1 => system.fd_read(&thread, reader, &[part(&mut [0])]).map(|_| ()),
                        _ => system.thread_sleep(&thread, Duration::MAX),
                    };
                    assert!(outcome.is_err());
                })
            })
            .collect();
        while waiting.load(SeqCst) < 32 {
            std::thread::yield_now();
        }
        std::thread::sleep(Duration::from_millis(50));
        let start = Instant::now();
        system.halt().stop();
        threads.into_iter().for_each(|thread| thread.join().expect("it ends"));
        println!("32 waits ended {:.2} ms after the stop", start.elapsed().as_secs_f64() * 1e3);
    });
}

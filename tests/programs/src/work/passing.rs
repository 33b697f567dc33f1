//! Tokens that eight threads pass to each other at random, each of whom waits in another way. A wake-up that is lost ends
//! the passing.

use super::timed;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex, PoisonError, RwLock, mpsc};
use std::thread::{self, Thread};
use std::time::Duration;

const THREADS: usize = 8;

/// Fewer than threads, so that most of them wait.
const TOKENS: usize = 3;

/// How often a token is still passed on. One that has come to its end ends the thread that takes it.
type Token = u32;

/// Where a thread waits for tokens.
enum Mailbox {
    Locked(Mutex<Vec<Token>>, Condvar),
    Channel(Mutex<mpsc::Sender<Token>>, Mutex<mpsc::Receiver<Token>>),
    /// Tokens lie behind a lock for readers and writers; who waits is parked.
    Parked(RwLock<Vec<Token>>, Mutex<Option<Thread>>),
    /// Spins a little first: what comes then meets a thread that is about to wait.
    Counted(AtomicU32, Mutex<Vec<Token>>, Condvar),
}

impl Mailbox {
    fn new(number: usize) -> Self {
        match number % 4 {
            0 => Self::Locked(Mutex::default(), Condvar::new()),
            1 => {
                let (put, take) = mpsc::channel();
                Self::Channel(Mutex::new(put), Mutex::new(take))
            }
            2 => Self::Parked(RwLock::default(), Mutex::default()),
            _ => Self::Counted(AtomicU32::new(0), Mutex::default(), Condvar::new()),
        }
    }

    fn put(&self, token: Token) {
        match self {
            Self::Locked(tokens, come) => {
                lock(tokens).push(token);
                come.notify_one();
            }
            Self::Channel(put, _) => lock(put).send(token).expect("the other end is kept"),
            Self::Parked(tokens, waiting) => {
                tokens.write().unwrap().push(token);
                if let Some(waiting) = &*lock(waiting) {
                    waiting.unpark();
                }
            }
            Self::Counted(count, tokens, come) => {
                lock(tokens).push(token);
                count.fetch_add(1, Ordering::SeqCst);
                come.notify_all();
            }
        }
    }

    fn take(&self) -> Token {
        match self {
            Self::Locked(tokens, come) => {
                let mut tokens = come.wait_while(lock(tokens), |tokens| tokens.is_empty()).unwrap();
                tokens.pop().expect("it was looked at")
            }
            Self::Channel(_, take) => lock(take).recv().expect("the other end is kept"),
            Self::Parked(tokens, waiting) => {
                lock(waiting).get_or_insert_with(thread::current);
                while tokens.read().unwrap().is_empty() {
                    thread::park();
                }
                tokens.write().unwrap().pop().expect("nobody else takes")
            }
            Self::Counted(count, tokens, come) => {
                (0..100).take_while(|_| count.load(Ordering::SeqCst) == 0).for_each(|_| thread::yield_now());
                let mut tokens = come.wait_while(lock(tokens), |tokens| tokens.is_empty()).unwrap();
                count.fetch_sub(1, Ordering::SeqCst);
                tokens.pop().expect("it was looked at")
            }
        }
    }
}

/// Each token is passed on `count` times.
pub(super) fn tokens(_: &Path, count: u32) -> io::Result<Duration> {
    let mailboxes: Vec<_> = (0..THREADS).map(Mailbox::new).collect();
    timed(1, || {
        thread::scope(|scope| {
            for own in 0..THREADS {
                let mailboxes = &mailboxes;
                scope.spawn(move || pass_on(mailboxes, own));
            }
            (0..TOKENS).for_each(|token| mailboxes[token].put(count));
        });
        Ok(())
    })
}

/// Passes on what comes, until a token has come to its end: it goes to the next thread, and ends that as well.
fn pass_on(mailboxes: &[Mailbox], own: usize) {
    let mut state = own as u64 + 1;
    loop {
        let token = mailboxes[own].take();
        if token == 0 {
            return mailboxes[(own + 1) % THREADS].put(0);
        }
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        mailboxes[(state >> 33) as usize % THREADS].put(token - 1);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

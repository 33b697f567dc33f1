//! Turns that two threads hand to each other. Each turn wakes a thread that waits.

use super::timed;
use crate::foreign::new_pipe;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::Duration;

/// A byte through one pipe and back through another.
pub(super) fn through_pipes(_: &Path, count: u32) -> io::Result<Duration> {
    let [mut from, mut there] = new_pipe()?.map(File::from);
    let [mut back, mut to] = new_pipe()?.map(File::from);
    let other = thread::spawn(move || -> io::Result<()> {
        let mut byte = [0];
        while from.read(&mut byte)? > 0 {
            to.write_all(&byte)?;
        }
        Ok(())
    });
    let mut byte = [7];
    let time = timed(count, || {
        there.write_all(&byte)?;
        back.read_exact(&mut byte)
    });
    drop(there);
    other.join().expect("nothing panics")?;
    time
}

/// Whose turn it is lies behind a lock.
pub(super) fn by_mutex(_: &Path, count: u32) -> io::Result<Duration> {
    let turn = Arc::new((Mutex::new(0), Condvar::new()));
    let take = |turn: &(Mutex<u32>, Condvar), own: u32| {
        let (number, changed) = turn;
        let mut number = changed.wait_while(number.lock().unwrap(), |number| *number % 2 != own).unwrap();
        *number += 1;
        changed.notify_one();
    };
    let others = turn.clone();
    let other = thread::spawn(move || (0..count).for_each(|_| take(&others, 1)));
    let time = timed(count, || {
        take(&turn, 0);
        Ok(())
    });
    other.join().expect("nothing panics");
    time
}

pub(super) fn by_channel(_: &Path, count: u32) -> io::Result<Duration> {
    let ((there, from), (to, back)) = (mpsc::channel(), mpsc::channel());
    let other = thread::spawn(move || from.iter().all(|number: u32| to.send(number).is_ok()));
    let time = timed(count, || {
        there.send(7).map_err(io::Error::other)?;
        back.recv().map(drop).map_err(io::Error::other)
    });
    drop(there);
    other.join().expect("nothing panics");
    time
}

/// Each thread unparks the other, and parks.
pub(super) fn by_parking(_: &Path, count: u32) -> io::Result<Duration> {
    use std::sync::atomic::{AtomicU32, Ordering};
    let turn = Arc::new(AtomicU32::new(0));
    let wait = |turn: &AtomicU32, own: u32| {
        while turn.load(Ordering::SeqCst) % 2 != own {
            thread::park();
        }
    };
    let (here, others) = (thread::current(), turn.clone());
    let other = thread::spawn(move || {
        for _ in 0..count {
            wait(&others, 1);
            others.fetch_add(1, Ordering::SeqCst);
            here.unpark();
        }
    });
    let time = timed(count, || {
        turn.fetch_add(1, Ordering::SeqCst);
        other.thread().unpark();
        wait(&turn, 0);
        Ok(())
    });
    other.join().expect("nothing panics");
    time
}

/// Eight threads in a ring, each of which wakes the next. A wake-up that is lost ends all turns.
pub(super) fn around(_: &Path, count: u32) -> io::Result<Duration> {
    const THREADS: u32 = 8;
    let turn = (Mutex::new(0), [(); THREADS as usize].map(|()| Condvar::new()));
    let (number, changed) = &turn;
    let take = |own: u32| {
        let changed_here = &changed[own as usize];
        let mut number = changed_here.wait_while(number.lock().unwrap(), |number| *number % THREADS != own).unwrap();
        *number += 1;
        changed[((own + 1) % THREADS) as usize].notify_one();
    };
    timed(1, || {
        thread::scope(|scope| {
            for own in 0..THREADS {
                scope.spawn(move || (0..count).for_each(|_| take(own)));
            }
        });
        Ok(())
    })
}

//! Locks on files, between handles of one program.

use crate::told::Told;
use std::fs::File;
use std::io;
use std::path::Path;
use std::thread;

/// Of one that has a file alone, and of those that share it.
pub fn of_two(folder: &Path) -> io::Result<String> {
    let one = File::create(folder.join("file"))?;
    let other = File::open(folder.join("file"))?;
    let mut told = Told::new();
    told.line("alone", one.lock());
    told.say("the other", other.try_lock());
    told.say("to share", other.try_lock_shared());
    told.line("a clone lets go", one.try_clone()?.unlock());
    told.say("the other", other.try_lock());
    told.say("now this one", one.try_lock_shared());
    drop(other);
    told.line("to share", one.lock_shared());
    let other = File::open(folder.join("file"))?;
    told.say("both", other.try_lock_shared());
    told.say("alone", other.try_lock());
    told.line("unlocked", one.unlock());
    told.line("unlocked again", one.unlock());
    told.say("alone", other.try_lock());
    told.end()
}

/// The others wait, one after another.
pub fn on_threads(folder: &Path) -> io::Result<String> {
    const ROUNDS: usize = 50;
    let path = folder.join("file");
    let write = |number: usize| std::fs::write(&path, number.to_string());
    let read = || Ok::<_, io::Error>(std::fs::read_to_string(&path)?.parse::<usize>().expect("a number was written"));
    let lock = folder.join("lock");
    File::create(&lock)?;
    write(0)?;
    thread::scope(|scope| {
        let count = || {
            (0..ROUNDS).try_for_each(|_| {
                let lock = File::open(&lock)?;
                lock.lock()?;
                write(read()? + 1)?;
                lock.unlock()
            })
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(count)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("a thread doesn't panic"))
    })?;
    let mut told = Told::new();
    told.line("counted", read());
    told.end()
}

//! Counts the words of a folder of texts, on several threads.

mod folder;
mod words;

use plugix_guest::{Plugin, plugin};
use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::{Mutex, mpsc};
use std::thread;
use word_count_interface::{CountError, WordCount};

struct Counter;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Counter {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl WordCount for Counter {
    fn count(&self, folder: &str, threads: u32) -> Result<BTreeMap<String, u64>, CountError> {
        let files = Mutex::new(folder::files_below(Path::new(folder))?.into_iter());
        let next_file = || files.lock().ok()?.next();
        let (sender, counts) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                let sender = sender.clone();
                scope.spawn(move || {
                    // The receiver is gone when another thread has failed. Then nobody wants this count.
                    let _ = sender.send(words::count(std::iter::from_fn(next_file)));
                });
            }
            drop(sender); // the threads have theirs: the last of them ends the iteration
            let mut total = BTreeMap::new();
            for count in counts {
                for (word, times) in count? {
                    *total.entry(word).or_default() += times;
                }
            }
            Ok(total)
        })
    }
}

//! Threads that wait for words, listed by address: for kernels that can't wait for two words.

use super::Word;
use crate::{Result, Thread};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Who waits. A thread that isn't listed any more was woken.
#[derive(Debug, Default)]
pub(crate) struct Listed(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    by_address: HashMap<usize, VecDeque<(u64, Thread)>>,
    last: u64,
}

impl Listed {
    pub(super) fn wait(&self, thread: &Thread, word: Word, expected: u32, timeout: Option<Duration>) -> Result<bool> {
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let address = word.0 as usize;
        let number = {
            let mut waiting = self.lock();
            // Whoever wakes has changed the word before, and then looks at the list.
            if word.atomic().load(Ordering::SeqCst) != expected {
                return Ok(true);
            }
            thread.prepare_to_park();
            waiting.last += 1;
            let number = waiting.last;
            waiting.by_address.entry(address).or_default().push_back((number, thread.clone()));
            number
        };
        let outcome = thread.park(deadline);
        if self.lock().remove(address, number) { outcome } else { Ok(true) }
    }

    pub(super) fn wake(&self, word: Word, most: u32) -> usize {
        let mut woken = Vec::new();
        {
            let mut waiting = self.lock();
            let address = word.0 as usize;
            let Some(queue) = waiting.by_address.get_mut(&address) else { return 0 };
            let count = queue.len().min(most as usize);
            woken.extend(queue.drain(..count));
            if queue.is_empty() {
                waiting.by_address.remove(&address);
            }
        }
        woken.iter().for_each(|(_, thread)| thread.unpark());
        woken.len()
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.lock().by_address.is_empty()
    }
}

impl Waiting {
    /// Whether it was still there.
    fn remove(&mut self, address: usize, number: u64) -> bool {
        let Some(queue) = self.by_address.get_mut(&address) else { return false };
        let before = queue.len();
        queue.retain(|(other, _)| *other != number);
        let removed = queue.len() < before;
        if queue.is_empty() {
            self.by_address.remove(&address);
        }
        removed
    }
}

//! What waits for a thread to take it.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// Jobs in the order in which they came. One thread at a time takes them.
pub(super) struct Jobs<T>(Mutex<State<T>>);

struct State<T> {
    queue: VecDeque<T>,
    waker: Option<Waker>,
    ended: bool,
}

impl<T> Default for Jobs<T> {
    fn default() -> Self {
        Self(Mutex::new(State { queue: VecDeque::new(), waker: None, ended: false }))
    }
}

impl<T> Jobs<T> {
    /// Adds a job. After the end it is dropped.
    pub(super) fn push(&self, job: T) {
        let mut state = self.lock();
        if !state.ended {
            state.queue.push_back(job);
            wake(state);
        }
    }

    /// Takes the next job, or waits for it. `None` after the end.
    pub(super) async fn next(&self) -> Option<T> {
        poll_fn(|context| {
            let mut state = self.lock();
            match state.queue.pop_front() {
                None if !state.ended => {
                    state.waker = Some(context.waker().clone());
                    Poll::Pending
                }
                job => Poll::Ready(job),
            }
        })
        .await
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().queue.is_empty()
    }

    /// Drops the jobs that wait, and those to come.
    pub(super) fn end(&self) {
        let mut state = self.lock();
        state.ended = true;
        let dropped = std::mem::take(&mut state.queue);
        wake(state);
        drop(dropped);
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes who waits for a job, without the lock.
fn wake<T>(mut state: MutexGuard<'_, State<T>>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

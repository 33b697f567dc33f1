//! Threads for what may take as long as it likes.
//!
//! A new thread waits for the kernel's lock on the process's memory, several times, and plugins that touch new memory hold
//! that lock. So a few threads are kept while deadlines are watched.

use super::prompt::be_prompt;
use crate::sync::lock::lock;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::Builder;

/// How many threads are kept that have nothing to do.
const KEPT: usize = 4;

type Job = Box<dyn FnOnce() + Send>;

/// How an idle thread is given something. A channel would yield before it waits, which the kernel counts as having run.
#[derive(Default)]
struct Slot {
    given: Mutex<Option<Given>>,
    changed: Condvar,
}

enum Given {
    Job(Job),
    /// It isn't kept any longer.
    End,
}

/// The threads of all engines.
static THREADS: Mutex<Threads> = Mutex::new(Threads { keepers: 0, idle: Vec::new() });

struct Threads {
    keepers: usize,
    /// Those that have no job.
    idle: Vec<Arc<Slot>>,
}

/// As long as this lives, threads that have nothing to do are kept.
#[derive(Debug)]
#[must_use]
pub(super) struct Keep(());

/// Runs `job` on a thread that runs nothing else meanwhile, and drops it there. No lock is shared with other jobs. Where
/// the process can't have another thread, the caller runs the job itself.
pub(super) fn aside(job: impl FnOnce() + Send + 'static) {
    let idle = threads().idle.pop();
    match idle {
        Some(thread) => thread.give(Given::Job(Box::new(job))),
        None => start(Box::new(job)),
    }
}

/// Has a few threads wait for jobs.
pub(super) fn keep() -> Keep {
    let missing = {
        let mut threads = threads();
        threads.keepers += 1;
        KEPT.saturating_sub(threads.idle.len())
    };
    (0..missing).for_each(|_| start(Box::new(|| ())));
    Keep(())
}

impl Drop for Keep {
    fn drop(&mut self) {
        let unneeded = {
            let mut threads = threads();
            threads.keepers -= 1;
            if threads.keepers == 0 { std::mem::take(&mut threads.idle) } else { Vec::new() }
        };
        unneeded.iter().for_each(|thread| thread.give(Given::End));
    }
}

impl Slot {
    fn give(&self, given: Given) {
        *lock(&self.given) = Some(given);
        self.changed.notify_one();
    }

    fn take(&self) -> Given {
        let waited = self.changed.wait_while(lock(&self.given), |given| given.is_none());
        waited.unwrap_or_else(PoisonError::into_inner).take().unwrap_or(Given::End)
    }
}

fn threads() -> MutexGuard<'static, Threads> {
    lock(&THREADS)
}

fn start(job: Job) {
    let job = Arc::new(Mutex::new(Some(job)));
    let same = job.clone();
    let started = Builder::new().name("plugix-stop".into()).spawn(move || {
        be_prompt();
        take(&same);
        let slot = Arc::new(Slot::default());
        while let Some(job) = next(&slot) {
            job();
        }
    });
    if started.is_err() {
        take(&job);
    }
}

fn take(job: &Mutex<Option<Job>>) {
    let job = lock(job).take();
    if let Some(job) = job {
        job();
    }
}

/// Waits for a job. `None` if the thread isn't kept.
fn next(slot: &Arc<Slot>) -> Option<Job> {
    {
        let mut threads = threads();
        if threads.keepers == 0 || threads.idle.len() >= KEPT {
            return None;
        }
        threads.idle.push(slot.clone());
    }
    match slot.take() {
        Given::Job(job) => Some(job),
        Given::End => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn one_job_waits_for_no_other() {
        let _keep = keep();
        let (release, held) = channel::<()>();
        let (done, jobs) = channel();
        let first = done.clone();
        aside(move || {
            held.recv().expect("the test lets it go");
            first.send(0).expect("the test waits");
        });
        // More than threads are kept, so that new ones are started, and kept ones get more than one.
        for job in 1..=3 * KEPT {
            let done = done.clone();
            aside(move || done.send(job).expect("the test waits"));
            assert_eq!(jobs.recv(), Ok(job));
        }
        release.send(()).expect("the first job waits");
        assert_eq!(jobs.recv(), Ok(0));
    }

    #[test]
    fn jobs_run_where_no_thread_is_kept() {
        let (done, jobs) = channel();
        aside(move || done.send(1).expect("the test waits"));
        assert_eq!(jobs.recv(), Ok(1));
    }
}

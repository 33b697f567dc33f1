//! Threads for what may take as long as it likes.

use crate::sync::lock::lock;
use std::sync::{Arc, Mutex};
use std::thread::Builder;

/// Runs `job` on a thread of its own, and drops it there. No lock is shared with other jobs. Where the process can't have
/// another thread, the caller runs the job itself.
pub(super) fn aside(job: impl FnOnce() + Send + 'static) {
    let job = Arc::new(Mutex::new(Some(job)));
    let same = job.clone();
    if Builder::new().name("plugix-stop".into()).spawn(move || run(&same)).is_err() {
        run(&job);
    }
}

fn run(job: &Mutex<Option<impl FnOnce()>>) {
    let job = lock(job).take();
    if let Some(job) = job {
        job();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn one_job_waits_for_no_other() {
        let (release, held) = channel::<()>();
        let (done, jobs) = channel();
        let first = done.clone();
        aside(move || {
            held.recv().expect("the test lets it go");
            first.send(1).expect("the test waits");
        });
        aside(move || done.send(2).expect("the test waits"));
        assert_eq!(jobs.recv(), Ok(2));
        release.send(()).expect("the first job waits");
        assert_eq!(jobs.recv(), Ok(1));
    }
}

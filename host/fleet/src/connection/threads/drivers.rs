//! One thread after the other drives a connection: how the place goes from one to the next.
//!
//! For a job that takes long, the driver offers its place to a thread that waits, and runs the job then. A short job tells nobody
//! of it: the driver counts a number up when it leaves its place, and comes back. One of those who wait looks at that number every
//! millisecond, and takes the place of a driver that was away at both looks. So a job that is long for the first time delays the
//! connection by two milliseconds at most.

use super::super::jobs::Jobs;
use super::Job;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// How often a thread that waits looks whether the driver is away.
const LOOK: Duration = Duration::from_millis(1);

/// How many looks in a row find nothing new until the thread sleeps. The next job wakes it.
const LOOKS: u32 = 1000;

/// How long a job is short. A hand-over takes about half of that.
const SHORT: Duration = Duration::from_micros(50);

/// How many threads wait at most. Others end when they have nothing to do.
pub(super) const KEPT: usize = 4;

/// What the threads of a connection share.
pub(super) struct Drivers {
    /// `None` after the end. A driver has it meanwhile.
    runtime: Mutex<Option<Arc<Runtime>>>,
    jobs: Jobs<Job>,
    /// Even while the driver's place is taken, or offered. Odd while the driver is away and will be back.
    place: AtomicU64,
    /// Whether the one who looks sleeps.
    pub(super) sleeps: AtomicBool,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// How many threads wait.
    threads: usize,
    /// Whether one of them looks.
    looks: bool,
    /// Whether the driver's place is offered.
    offered: bool,
    ended: bool,
}

impl Drivers {
    /// The place is free for the first thread.
    pub(super) fn new(runtime: Runtime) -> Arc<Self> {
        Arc::new(Self {
            runtime: Mutex::new(Some(Arc::new(runtime))),
            jobs: Jobs::default(),
            place: AtomicU64::new(0),
            sleeps: AtomicBool::new(false),
            waiting: Mutex::new(Waiting { offered: true, ..Waiting::default() }),
            changed: Condvar::new(),
        })
    }

    pub(super) fn push(&self, job: Job) {
        self.jobs.push(job);
    }

    /// Lets all threads end.
    pub(super) fn end(&self) {
        let runtime = lock(&self.runtime).take();
        lock(&self.waiting).ended = true;
        self.changed.notify_all();
        self.jobs.end();
        runtime.into_iter().for_each(let_go);
    }

    /// Starts one more thread.
    pub(super) fn spawn(self: &Arc<Self>) -> std::io::Result<()> {
        let drivers = self.clone();
        std::thread::Builder::new().name("plugix-fleet".into()).spawn(move || drivers.serve()).map(drop)
    }

    /// What each thread does.
    fn serve(self: Arc<Self>) {
        while self.wait() {
            while let Some(job) = self.drive()
                && self.run(job)
            {}
        }
    }

    /// Drives the runtime until there is a job. `None` after the end.
    fn drive(&self) -> Option<Job> {
        let runtime = lock(&self.runtime).clone()?;
        let job = runtime.block_on(self.jobs.next());
        let_go(runtime);
        job
    }

    /// Runs a job. Returns whether this thread is still the driver.
    fn run(self: &Arc<Self>, Job { run, was_short }: Job) -> bool {
        let away = self.place.fetch_add(1, Ordering::SeqCst) + 1;
        // Without another thread nobody would look.
        let has_company = || lock(&self.waiting).threads > 0;
        let is_short = was_short.load(Ordering::Relaxed) && self.jobs.is_empty() && has_company();
        if !is_short {
            self.offer(away);
        } else if self.sleeps.swap(false, Ordering::SeqCst) {
            drop(lock(&self.waiting));
            self.changed.notify_all();
        }
        let begun = Instant::now();
        // The job's own caller learns of a panic.
        let _ = catch_unwind(AssertUnwindSafe(run));
        was_short.store(begun.elapsed() < SHORT, Ordering::Relaxed);
        self.take_place(away)
    }

    /// Takes the place of a driver who went away with this number, unless somebody did before.
    fn take_place(&self, away: u64) -> bool {
        self.place.compare_exchange(away, away + 1, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Has another thread drive, if the process can have one.
    fn offer(self: &Arc<Self>, away: u64) {
        if lock(&self.waiting).threads == 0 && self.spawn().is_err() {
            return;
        }
        if self.take_place(away) {
            lock(&self.waiting).offered = true;
            self.changed.notify_one();
        }
    }

    /// Waits until this thread is the driver. Returns `false` if the thread isn't needed.
    fn wait(&self) -> bool {
        let mut waiting = lock(&self.waiting);
        if waiting.threads >= KEPT {
            return false;
        }
        waiting.threads += 1;
        let mut looks = 0;
        let drives = loop {
            if waiting.ended {
                break false;
            }
            if std::mem::take(&mut waiting.offered) {
                break true;
            }
            if waiting.looks {
                waiting = self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            waiting.looks = true;
            let before = self.place.load(Ordering::SeqCst);
            waiting = self.pause(waiting, looks >= LOOKS, before);
            waiting.looks = false;
            let is_same = self.place.load(Ordering::SeqCst) == before;
            looks = if is_same { looks + 1 } else { 0 };
            if is_same && !before.is_multiple_of(2) && self.take_place(before) {
                break true;
            }
        };
        waiting.threads -= 1;
        drop(waiting);
        // Another one is to look from now on.
        self.changed.notify_one();
        drives
    }

    /// Waits until the next look: for long if nothing happens.
    fn pause<'a>(&self, waiting: MutexGuard<'a, Waiting>, sleeps: bool, place: u64) -> MutexGuard<'a, Waiting> {
        if sleeps {
            self.sleeps.store(true, Ordering::SeqCst);
            // Whoever goes away from now on finds that this one sleeps.
            if place.is_multiple_of(2) && self.place.load(Ordering::SeqCst) == place {
                return self.changed.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
        }
        self.changed.wait_timeout(waiting, LOOK).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Ends the runtime with the last one who has it, on a thread that may not block.
fn let_go(runtime: Arc<Runtime>) {
    if let Some(runtime) = Arc::into_inner(runtime) {
        runtime.shutdown_background();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

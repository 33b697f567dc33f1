//! The thread that asks for samples, and sums them up.
//!
//! It looks at the processor time of each thread. A thread that has computed since the last look is asked for a sample,
//! which stands for that time. So a thread that waits is left alone, and each thread counts by what it took, however many
//! processors there are.

use super::host_calls;
use super::signal::{self, SLOTS, cpu_time};
use super::threads::{Guest, guests};
use super::{Origin, ProfileError};
use crate::sync::lock::{lock, wait};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Between two looks. It isn't a divisor of what programs do at fixed times.
const PERIOD: Duration = Duration::from_micros(4_111);

/// After how many looks the threads of the process are listed again. Those of plugins are known at once.
const LIST: u32 = 8;

/// How many different stacks are kept. The rest of the time is counted without one.
const MOST_STACKS: usize = 1 << 16;

/// How long the end waits for the last samples.
const PATIENCE: Duration = Duration::from_millis(20);

/// Where the threads of this process are listed.
const TASKS: &str = "/proc/self/task";

/// What a thread did: addresses within the instructions, innermost first, and where the host was meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Stack {
    pub(super) thread: usize,
    pub(super) addresses: Box<[usize]>,
    pub(super) host: Option<(Origin, Box<str>)>,
}

/// What was sampled.
#[derive(Debug, Default)]
pub(super) struct Sampled {
    /// How each thread is shown.
    pub(super) threads: Vec<ThreadName>,
    /// The processor time of each stack, in nanoseconds.
    pub(super) stacks: HashMap<Stack, u64>,
    /// The time of stacks that found no room.
    pub(super) other: u64,
    pub(super) samples: u64,
}

/// Whose a thread is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum ThreadName {
    /// The plugin's own, with the plugin's number.
    Guest { owner: usize, tid: u32 },
    /// The host's, with the system's number and name.
    Host(i32, String),
}

/// A sampler that runs.
#[derive(Debug)]
pub(super) struct Sampler {
    stop: Arc<(Mutex<bool>, Condvar)>,
    thread: Option<JoinHandle<Sampled>>,
}

impl Sampler {
    /// Begins to sample the code that `signal` looks for. Threads of plugins other than `owner` are left out, if there is
    /// an owner.
    pub(super) fn start(owner: Option<usize>) -> Result<Self, ProfileError> {
        let mut watch = Watch::new(owner)?;
        let stop = Arc::new((Mutex::new(false), Condvar::new()));
        let told = stop.clone();
        let body = move || {
            let (stopped, changed) = &*told;
            let mut stopped = lock(stopped);
            while !*stopped {
                watch.look(true);
                stopped = wait(changed, stopped, PERIOD);
            }
            watch.finish()
        };
        let thread = std::thread::Builder::new().name("plugix-profile".into()).spawn(body);
        let thread = thread.map_err(|source| ProfileError::io("start the profiler's thread", source))?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Ends it. Empty if it has ended before.
    pub(super) fn finish(&mut self) -> Sampled {
        *lock(&self.stop.0) = true;
        self.stop.1.notify_all();
        let thread = self.thread.take();
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    }
}

/// What the sampler knows.
struct Watch {
    owner: Option<usize>,
    own: i32,
    looks: u32,
    tasks: Vec<i32>,
    threads: HashMap<i32, Watched>,
    free: Vec<usize>,
    round: u32,
    names: HashMap<ThreadName, usize>,
    sampled: Sampled,
}

/// A thread that may be sampled.
struct Watched {
    slot: usize,
    /// Its processor time when it was asked last.
    time: Duration,
    guest: Option<Guest>,
    /// Its place among the names, once it has been found in the plugin's code.
    name: Option<usize>,
}

impl Watch {
    fn new(owner: Option<usize>) -> Result<Self, ProfileError> {
        static ROUNDS: AtomicU32 = AtomicU32::new(1);
        let mut watch = Self {
            owner,
            own: 0,
            looks: 0,
            tasks: tasks().map_err(|source| ProfileError::io("list the threads of this process", source))?,
            threads: HashMap::new(),
            free: (0..SLOTS).rev().collect(),
            round: ROUNDS.fetch_add(1, Ordering::Relaxed),
            names: HashMap::new(),
            sampled: Sampled::default(),
        };
        // What they did before is nothing to this profile.
        watch.find_threads(|thread| cpu_time(thread).unwrap_or_default());
        Ok(watch)
    }

    /// Collects the samples that have come, and asks for the next.
    fn look(&mut self, ask: bool) {
        if self.own == 0 {
            self.own = signal::own_thread();
        }
        if self.looks.is_multiple_of(LIST)
            && let Ok(tasks) = tasks()
        {
            self.tasks = tasks;
        }
        self.looks = self.looks.wrapping_add(1);
        self.find_threads(|_| Duration::ZERO);
        let threads: Vec<_> = self.threads.keys().copied().collect();
        for thread in threads {
            self.collect(thread);
            if ask && !self.ask(thread) {
                self.forget(thread);
            }
        }
        for sample in host_calls::take() {
            if let Some(name) = self.name(sample.thread) {
                let host = Some((sample.origin, sample.name.into_boxed_str()));
                self.add(Stack { thread: name, addresses: sample.addresses.into(), host }, sample.weight);
            }
        }
    }

    /// Finds threads that are new. `time` is what they had computed before.
    fn find_threads(&mut self, time: impl Fn(i32) -> Duration) {
        let guests = guests();
        let all = self.tasks.iter().copied().chain(guests.iter().map(|guest| guest.thread));
        for thread in all.collect::<Vec<_>>() {
            let guest = guests.iter().copied().find(|guest| guest.thread == thread);
            match self.threads.get_mut(&thread) {
                // A thread that ends has samples still. The system gives its number again.
                Some(watched) if guest.is_some() && watched.guest != guest => {
                    (watched.guest, watched.name) = (guest, None);
                }
                Some(_) => {}
                None => self.begin(thread, guest, time(thread)),
            }
        }
    }

    fn begin(&mut self, thread: i32, guest: Option<Guest>, time: Duration) {
        let is_other = matches!((self.owner, guest), (Some(owner), Some(guest)) if guest.owner != owner);
        if thread == self.own || is_other || cpu_time(thread).is_none() {
            return;
        }
        let Some(slot) = self.free.pop() else { return };
        signal::begin(slot, self.round);
        self.threads.insert(thread, Watched { slot, time, guest, name: None });
    }

    fn collect(&mut self, thread: i32) {
        let Some(found) = self.threads.get(&thread).and_then(|watched| signal::take(watched.slot)) else { return };
        if let Some(name) = self.name(thread) {
            let host = found.in_engine.then(|| (Origin::Engine, "".into()));
            self.add(Stack { thread: name, addresses: found.addresses.into(), host }, found.weight);
        }
    }

    /// Asks a thread for a sample, if it has computed. False if the thread is gone.
    fn ask(&mut self, thread: i32) -> bool {
        let Some(watched) = self.threads.get_mut(&thread) else { return false };
        if !signal::is_answered(watched.slot) {
            return cpu_time(thread).is_some();
        }
        let Some(time) = cpu_time(thread) else { return false };
        let computed = time.saturating_sub(watched.time);
        watched.time = time;
        computed.is_zero() || signal::ask(watched.slot, thread, computed.as_nanos() as u64).is_ok()
    }

    fn forget(&mut self, thread: i32) {
        if let Some(watched) = self.threads.remove(&thread) {
            self.free.push(watched.slot);
        }
    }

    /// The place of a thread among the names.
    fn name(&mut self, thread: i32) -> Option<usize> {
        let watched = self.threads.get_mut(&thread)?;
        if watched.name.is_none() {
            let name = match watched.guest {
                Some(Guest { owner, tid, .. }) => ThreadName::Guest { owner, tid },
                None => {
                    let name = std::fs::read_to_string(format!("{TASKS}/{thread}/comm")).unwrap_or_default();
                    ThreadName::Host(thread, name.trim_end().to_owned())
                }
            };
            let names = &mut self.sampled.threads;
            watched.name = Some(*self.names.entry(name).or_insert_with_key(|name| {
                names.push(name.clone());
                names.len() - 1
            }));
        }
        watched.name
    }

    fn add(&mut self, stack: Stack, weight: u64) {
        let Sampled { stacks, other, samples, .. } = &mut self.sampled;
        *samples += 1;
        let room = stacks.len() < MOST_STACKS;
        match stacks.entry(stack) {
            std::collections::hash_map::Entry::Occupied(mut there) => *there.get_mut() += weight,
            std::collections::hash_map::Entry::Vacant(place) if room => *place.insert(0) += weight,
            std::collections::hash_map::Entry::Vacant(_) => *other += weight,
        }
    }

    /// Collects what is still on its way.
    fn finish(mut self) -> Sampled {
        let begun = Instant::now();
        while self.threads.values().any(|watched| !signal::is_answered(watched.slot)) && begun.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_micros(200));
        }
        self.look(false);
        self.sampled
    }
}

fn tasks() -> std::io::Result<Vec<i32>> {
    let names = std::fs::read_dir(TASKS)?.map(|entry| Ok(entry?.file_name()));
    let numbers = names.map(|name: std::io::Result<_>| Ok(name?.to_str().and_then(|name| name.parse().ok())));
    Ok(numbers.collect::<std::io::Result<Vec<_>>>()?.into_iter().flatten().collect())
}

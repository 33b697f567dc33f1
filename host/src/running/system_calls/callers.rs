//! Who makes one plugin's system calls: its threads, by their number, and what they share.

use crate::sync::lock::lock;
use plugix_system::{Clock, Errno, System, Thread};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The number that wasix-libc gives the main thread.
const MAIN: u32 = 0x3fff_ffff;

/// The processor time of the threads that a plugin has started.
type ProcessorTime = dyn Fn() -> Duration + Send + Sync;

/// The threads of one plugin.
pub(in crate::running) struct Callers {
    system: Arc<System>,
    started: Box<ProcessorTime>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The plugin's own number.
    process: Option<u32>,
    threads: HashMap<u32, Thread>,
    /// The processor time of the main thread, when it last asked.
    main_time: Duration,
    /// The export that handles signals.
    handler: Option<Arc<str>>,
}

impl Callers {
    /// `started` tells the processor time of the threads that the plugin has started.
    pub(in crate::running) fn new(system: Arc<System>, started: Box<ProcessorTime>) -> Arc<Self> {
        Arc::new(Self { system, started, state: Mutex::default() })
    }

    pub(super) fn system(&self) -> &System {
        &self.system
    }

    /// Names the plugin's process and its main thread.
    pub(in crate::running) fn started(&self, process: u32, tid: u32, thread: Thread) {
        let mut state = lock(&self.state);
        state.process = Some(process);
        state.threads.insert(MAIN, thread.clone());
        state.threads.insert(tid, thread);
    }

    /// Names a thread that begins.
    pub(in crate::running) fn begin(&self, tid: u32, thread: Thread) {
        lock(&self.state).threads.insert(tid, thread);
    }

    /// Forgets a thread that is over.
    pub(in crate::running) fn end(&self, tid: u32) {
        lock(&self.state).threads.remove(&tid);
    }

    /// The thread of a number.
    pub(super) fn thread(&self, tid: u32) -> Result<Thread, Errno> {
        lock(&self.state).threads.get(&tid).cloned().ok_or(Errno::Srch)
    }

    /// The processor time of the plugin, for one of its threads. The host may call the main thread on several of its own,
    /// so that its time may stand still, but it never goes back.
    pub(super) fn processor_time(&self, thread: &Thread) -> Duration {
        let started = (self.started)();
        let mut state = lock(&self.state);
        if state.threads.get(&MAIN).is_none_or(|main| main.is(thread)) {
            state.main_time = state.main_time.max(Clock::Thread.now());
        }
        state.main_time + started
    }

    /// Whether a number is the plugin's own.
    pub(super) fn is_process(&self, number: u32) -> bool {
        lock(&self.state).process == Some(number)
    }

    pub(super) fn handler(&self) -> Option<Arc<str>> {
        lock(&self.state).handler.clone()
    }

    /// Names the export that handles signals from now on.
    pub(super) fn set_handler(&self, name: Option<&str>) {
        lock(&self.state).handler = name.map(Arc::from);
        self.system.set_signal_handler(name.is_some());
    }
}

impl fmt::Debug for Callers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callers").field("system", &self.system).field("state", &self.state).finish_non_exhaustive()
    }
}

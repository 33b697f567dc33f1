//! Who makes one plugin's system calls: its threads, by their number, and what they share.

use crate::sync::lock::lock;
use plugix_system::{Errno, System, Thread};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// The number that wasix-libc gives the main thread.
const MAIN: u32 = 0x3fff_ffff;

/// The threads of one plugin.
#[derive(Debug)]
pub(in crate::running) struct Callers {
    system: Arc<System>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The plugin's own number.
    process: Option<u32>,
    threads: HashMap<u32, Thread>,
    /// The export that handles signals.
    handler: Option<Arc<str>>,
}

impl Callers {
    pub(in crate::running) fn new(system: Arc<System>) -> Arc<Self> {
        Arc::new(Self { system, state: Mutex::default() })
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

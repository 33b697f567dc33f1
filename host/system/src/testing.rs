//! What the tests have in common.

use crate::{Halt, Input, Limit, Network, Part, Report, Setup, Sink, System, Thread};
use std::sync::{Arc, Mutex};

/// What a plugin printed.
#[derive(Default)]
pub(crate) struct Printed(pub(crate) Mutex<Vec<u8>>);

impl Sink for Printed {
    fn write(&self, _: &Thread, bytes: &[u8]) {
        self.0.lock().expect("nothing panics here").extend_from_slice(bytes);
    }
}

/// What was reported.
#[derive(Default)]
pub(crate) struct Reported(Mutex<Vec<String>>);

impl Report for Reported {
    fn denied(&self, operation: &'static str, target: &str) {
        self.0.lock().expect("nothing panics here").push(format!("{operation} {target}"));
    }

    fn limit_reached(&self, limit: Limit, allowed: u64) {
        self.0.lock().expect("nothing panics here").push(format!("{limit:?} {allowed}"));
    }
}

impl Reported {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("nothing panics here"))
    }
}

/// A plugin with one thread.
pub(crate) struct Plugin {
    pub(crate) system: Arc<System>,
    pub(crate) thread: Thread,
    pub(crate) printed: Arc<Printed>,
    pub(crate) reported: Arc<Reported>,
}

impl Plugin {
    pub(crate) fn new(change: impl FnOnce(&mut Setup)) -> Self {
        let (printed, reported) = (Arc::new(Printed::default()), Arc::new(Reported::default()));
        let mut setup = Setup {
            halt: Halt::new(),
            report: reported.clone(),
            max_descriptors: 64,
            stdin: Input::Nothing,
            stdout: printed.clone(),
            stderr: printed.clone(),
            network: Network::new(),
            mounts: Vec::new(),
            current_folder: "/".into(),
            preopened: Vec::new(),
            strict_paths: false,
        };
        change(&mut setup);
        let thread = Thread::new(&setup.halt);
        let system = System::new(setup).expect("there is nothing that could be missing");
        Self { system, thread, printed, reported }
    }

    /// Another thread.
    pub(crate) fn thread(&self) -> Thread {
        Thread::new(self.system.halt())
    }
}

/// A part of the test's memory.
pub(crate) fn part(bytes: &mut [u8]) -> Part {
    // SAFETY: the tests keep the bytes, and leave them alone, for the time of a call.
    unsafe { Part::new(bytes.as_mut_ptr(), bytes.len()) }
}

/// A folder that is gone at the end, in memory if there is such a file system.
pub(crate) fn temporary() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("there is some place")
}

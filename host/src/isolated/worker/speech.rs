//! What the process tells its host, beside calls.

use crate::events::Event;
use crate::isolated::wire::{self, Tell};
use crate::output::StandardStream;
use crate::stop::Stopper;
use crate::sync::lock::lock;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

/// Output goes in pieces of so many bytes at most.
const PIECE: usize = 64 << 10;

/// The process's end of the socket. Clones are the same end.
#[derive(Clone, Debug)]
pub(super) struct Speech(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    socket: Mutex<UnixStream>,
    stopper: OnceLock<Arc<Stopper>>,
    /// How many calls run: each of them says itself that the plugin has ended.
    calls: AtomicUsize,
}

impl Speech {
    pub(super) fn new(socket: UnixStream) -> Self {
        Self(Arc::new(Shared { socket: Mutex::new(socket), stopper: OnceLock::new(), calls: AtomicUsize::new(0) }))
    }

    /// Says whose end is to be told.
    pub(super) fn watch(&self, stopper: Arc<Stopper>) {
        // There is one plugin.
        let _ = self.0.stopper.set(stopper);
    }

    pub(super) fn say(&self, tell: &Tell) {
        if wire::send(&lock(&self.0.socket), tell).is_err() {
            // Nobody hears what this process does.
            std::process::exit(1);
        }
    }

    pub(super) fn print(&self, stream: StandardStream, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            self.say(&Tell::Output(stream, piece.to_vec()));
        }
    }

    pub(super) fn tell_event(&self, event: &Event) {
        // The host hears of the plugin's end as an error.
        if !is_end(event) {
            return self.say(&Tell::Event(event.clone()));
        }
        let cause = self.0.stopper.get().and_then(|stopper| stopper.cause());
        if let Some(cause) = cause
            && self.0.calls.load(Ordering::SeqCst) == 0
        {
            self.say(&Tell::Ended(cause.into()));
        }
    }

    /// Runs a call, which itself says how it has ended.
    pub(super) fn while_called<R>(&self, call: impl FnOnce() -> R) -> R {
        self.0.calls.fetch_add(1, Ordering::SeqCst);
        let result = call();
        self.0.calls.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

/// Whether an event is the plugin's end.
fn is_end(event: &Event) -> bool {
    matches!(event, Event::Stopped { .. } | Event::Died { .. } | Event::Exited { .. } | Event::ThreadDied { .. })
}

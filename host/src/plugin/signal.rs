//! Sends signals to a plugin, as an operating system sends them to a process.

use crate::error::Error;
use crate::running::instance::Process;
use crate::stop::Stopper;
use plugix_system::System;
use std::sync::Arc;

/// A signal that a host can send to a plugin. What it does without a handler is what it does on Linux.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signal {
    /// Ctrl-C. Without a handler it ends the plugin, with the exit code 130.
    Interrupt,
    /// The polite request to end. Without a handler it ends the plugin, with the exit code 143.
    Terminate,
    /// For the plugin's own use. Without a handler it ends the plugin, with the exit code 138.
    User1,
    /// For the plugin's own use. Without a handler it ends the plugin, with the exit code 140.
    User2,
    /// The terminal has another size. Without a handler it does nothing.
    WindowChange,
}

impl Signal {
    const ALL: [Self; 5] = [Self::Interrupt, Self::Terminate, Self::User1, Self::User2, Self::WindowChange];

    /// Its number, as WASIX has it.
    pub(crate) fn number(self) -> u8 {
        self.system().number()
    }

    /// The signal of this number, if a host can send it.
    pub(crate) fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|signal| signal.number() == number)
    }

    fn system(self) -> plugix_system::Signal {
        match self {
            Self::Interrupt => plugix_system::Signal::INTERRUPT,
            Self::Terminate => plugix_system::Signal::TERMINATE,
            Self::User1 => plugix_system::Signal::USER_1,
            Self::User2 => plugix_system::Signal::USER_2,
            Self::WindowChange => plugix_system::Signal::WINDOW_CHANGE,
        }
    }
}

/// Sends signals to one plugin. Clones are cheap and reach the same plugin. Any thread may use the handle, also after
/// the plugin is gone; then it does nothing.
#[derive(Clone, Debug)]
pub struct SignalHandle {
    stopper: Arc<Stopper>,
    system: Arc<System>,
}

impl SignalHandle {
    pub(crate) fn new(process: &Process) -> Self {
        Self { stopper: process.stopper.clone(), system: process.system().clone() }
    }

    /// Sends a signal, and returns at once. A handler of the plugin's runs at the next system call of one of its threads,
    /// and ends one wait of a system call. A signal that nobody handles does what it does by default: if it ends the
    /// plugin, that has [`Error::Exited`] with a code of 128 and the signal's number.
    pub fn send(&self, signal: Signal) {
        let signal = signal.system();
        match self.system.ends_by(signal) {
            true => self.stopper.stop(Error::Exited { code: 128 + i32::from(signal.number()) }),
            false => self.system.signal(signal),
        }
    }
}

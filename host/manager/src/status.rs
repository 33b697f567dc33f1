//! How plugins are, and what happens to them.

use plugix_host::events::Event;
use plugix_host::plugin::Usage;
use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, SystemTime};

/// How many errors of a plugin are kept.
const KEPT_ERRORS: usize = 16;

/// How a plugin is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// Its name in the manager.
    pub name: String,
    /// The version that the plugin states, or nothing.
    pub version: String,
    /// What it does, in its own words.
    pub description: String,
    /// Whether it serves.
    pub health: Health,
    /// Since when this instance serves, or when it died.
    pub since: SystemTime,
    /// How often it was started again.
    pub restarts: u64,
    /// How often it was reloaded.
    pub reloads: u64,
    /// What went wrong last. The latest comes last.
    pub errors: Vec<PastError>,
    /// The plugins that it calls, by interface.
    pub links: Vec<(String, String)>,
    /// What it uses.
    pub usage: Usage,
}

/// Whether a plugin serves.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Health {
    /// It serves.
    Serving,
    /// It died, and is started again. Calls wait for it.
    Restarting {
        /// The attempt that comes next.
        attempt: u32,
    },
    /// It died and stays so. A reload starts it again.
    Dead,
    /// It was stopped.
    Stopped,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastError {
    /// When.
    pub at: SystemTime,
    /// What, in words.
    pub error: String,
}

/// Something that happened to a plugin.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The plugin.
    pub plugin: String,
    /// What happened.
    pub what: What,
}

/// What happened to a plugin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum What {
    /// It serves for the first time.
    Started {
        /// Its version.
        version: String,
    },
    /// The host tells of it: a limit, a denial, its end.
    Event(Event),
    /// It died, and will be started again.
    Restarting {
        /// Why it died.
        cause: String,
        /// The attempt that comes next.
        attempt: u32,
        /// When it comes.
        after: Duration,
    },
    /// It serves again.
    Restarted {
        /// Whether it has the state that was saved last.
        state: bool,
    },
    /// It died and stays so.
    GivenUp {
        /// Why it died.
        cause: String,
        /// How often it had died in the time that counts.
        deaths: u32,
    },
    /// Another version took its place.
    Reloaded {
        /// The version before.
        from: String,
        /// The version now.
        to: String,
        /// How long no call could begin.
        pause: Duration,
    },
    /// Another version was to take its place, and didn't.
    NotReloaded {
        /// The step that failed, and why.
        error: String,
    },
    /// Its state was saved.
    Saved {
        /// The state's size in bytes.
        size: usize,
    },
    /// Its state was not saved.
    NotSaved {
        /// Why.
        error: String,
    },
    /// It was stopped.
    Stopped,
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.plugin, self.what)
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { version } => write!(f, "{version} serves"),
            Self::Event(event) => event.fmt(f),
            Self::Restarting { cause, attempt, after } => {
                write!(f, "died, and is started again in {after:?} (attempt {attempt}): {cause}")
            }
            Self::Restarted { state: true } => f.write_str("serves again, with its saved state"),
            Self::Restarted { state: false } => f.write_str("serves again"),
            Self::GivenUp { cause, deaths } => write!(f, "died {deaths} times and is given up: {cause}"),
            Self::Reloaded { from, to, pause } => write!(f, "{from} was replaced by {to}; calls waited {pause:?}"),
            Self::NotReloaded { error } => write!(f, "was not reloaded: {error}"),
            Self::Saved { size } => write!(f, "saved its state, {size} bytes"),
            Self::NotSaved { error } => write!(f, "didn't save its state: {error}"),
            Self::Stopped => f.write_str("was stopped"),
        }
    }
}

/// What the manager remembers of a plugin.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) health: Health,
    pub(crate) since: SystemTime,
    pub(crate) restarts: u64,
    pub(crate) reloads: u64,
    errors: VecDeque<PastError>,
}

impl Record {
    pub(crate) fn new() -> Self {
        let (health, since) = (Health::Serving, SystemTime::now());
        Self { health, since, restarts: 0, reloads: 0, errors: VecDeque::new() }
    }

    pub(crate) fn become_(&mut self, health: Health) {
        (self.health, self.since) = (health, SystemTime::now());
    }

    pub(crate) fn note(&mut self, error: impl fmt::Display) {
        if self.errors.len() == KEPT_ERRORS {
            self.errors.pop_front();
        }
        self.errors.push_back(PastError { at: SystemTime::now(), error: error.to_string() });
    }

    pub(crate) fn errors(&self) -> Vec<PastError> {
        self.errors.iter().cloned().collect()
    }
}

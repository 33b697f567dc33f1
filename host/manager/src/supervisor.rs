//! Starts plugins again that died, and has their states saved: one thread that waits, and a thread for each job.

use crate::lock::lock;
use crate::managed::Managed;
use crate::manager::Plugins;
use crate::restart::Next;
use crate::status::{Health, What};
use plugix_host::error::Chain;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// What the supervisor is told.
#[derive(Debug)]
pub(crate) enum Message {
    /// An instance died. Its number tells whether it is still the one that serves.
    Died { plugin: String, number: u64, cause: String },
    /// It is to be started again at this time.
    Restart { plugin: String, number: u64, at: Instant },
    /// A plugin was started, or reloaded: its state is to be saved so often.
    Watch { plugin: String, checkpoint: Option<Duration> },
}

/// Something that is to be done at a time.
struct Job {
    at: Instant,
    plugin: String,
    work: Work,
}

enum Work {
    Restart(u64),
    Save(Duration),
}

pub(crate) fn run(messages: &Receiver<Message>, plugins: &Weak<Plugins>) {
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        let next = jobs.iter().map(|job| job.at).min();
        let message = match next {
            Some(at) => match messages.recv_timeout(at.saturating_duration_since(Instant::now())) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return,
            },
            None => match messages.recv() {
                Ok(message) => Some(message),
                Err(_) => return,
            },
        };
        let Some(plugins) = plugins.upgrade() else { return };
        match message {
            Some(Message::Died { plugin, number, cause }) => {
                if let Some(managed) = plugins.get(&plugin) {
                    // A reload of this plugin may be under way, and others wait for nothing of it.
                    aside(&plugin, move || died(&managed, number, cause));
                }
            }
            Some(Message::Restart { plugin, number, at }) => jobs.push(Job { at, plugin, work: Work::Restart(number) }),
            Some(Message::Watch { plugin, checkpoint }) => {
                jobs.retain(|job| job.plugin != plugin || matches!(job.work, Work::Restart(_)));
                jobs.extend(checkpoint.map(|every| save_after(plugin, every)));
            }
            None => {}
        }
        let now = Instant::now();
        let due;
        (due, jobs) = jobs.into_iter().partition(|job| job.at <= now);
        for Job { plugin, work, .. } in due {
            let Some(managed) = plugins.get(&plugin) else { continue };
            match work {
                Work::Restart(number) => aside(&plugin, move || restart(&managed, number)),
                Work::Save(every) => {
                    jobs.push(save_after(plugin.clone(), every));
                    aside(&plugin, move || save(&managed));
                }
            }
        }
    }
}

fn save_after(plugin: String, every: Duration) -> Job {
    Job { at: Instant::now() + every, plugin, work: Work::Save(every) }
}

/// Decides what becomes of a plugin that died.
fn died(managed: &Managed, number: u64, cause: String) {
    let entry = &managed.0;
    lock(&entry.record).note(&cause);
    // A pool replaces its instances itself.
    if managed.replaceable().is_none() {
        return;
    }
    let restart = {
        // A reload that is under way holds this, and its outcome decides whether the death counts.
        let current = lock(&entry.current);
        if current.stopped || current.number != number {
            return;
        }
        current.spec.restart
    };
    match lock(&entry.deaths).add(&restart, Instant::now()) {
        Next::Start(after, attempt) => {
            entry.set_health(Health::Restarting { attempt });
            entry.surroundings.tell(&entry.name, What::Restarting { cause, attempt, after });
            let restart = Message::Restart { plugin: entry.name.clone(), number, at: Instant::now() + after };
            // A supervisor that is gone restarts nothing.
            let _ = entry.surroundings.supervisor.send(restart);
        }
        Next::GiveUp(deaths) => {
            entry.set_health(Health::Dead);
            entry.promise(false);
            entry.surroundings.tell(&entry.name, What::GivenUp { cause, deaths });
        }
    }
}

fn restart(managed: &Managed, number: u64) {
    let entry = &managed.0;
    match entry.restart(number) {
        Ok(Some(state)) => entry.surroundings.tell(&entry.name, What::Restarted { state }),
        Ok(None) => {}
        Err(error) => {
            // It counts as a death of the one that was to be started.
            let died =
                Message::Died { plugin: entry.name.clone(), number: entry.number(), cause: Chain(&error).to_string() };
            let _ = entry.surroundings.supervisor.send(died);
        }
    }
}

fn save(managed: &Managed) {
    if managed.status().health != Health::Serving {
        return;
    }
    if let Err(error) = managed.save() {
        let error = Chain(&error).to_string();
        lock(&managed.0.record).note(&error);
        managed.0.surroundings.tell(managed.name(), What::NotSaved { error });
    }
}

/// Does something on a thread of its own, since it may take long.
fn aside(plugin: &str, work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().name(format!("plugix {plugin}")).spawn(work);
    if let Err(error) = thread {
        tracing::error!(target: "plugix::manager", plugin, %error, "no thread could be started for the plugin");
    }
}

/// A thread that ends when nobody holds the manager, and no plugin of it.
pub(crate) fn start(messages: Receiver<Message>, plugins: &Arc<Plugins>) -> std::io::Result<()> {
    let plugins = Arc::downgrade(plugins);
    std::thread::Builder::new().name("plugix manager".to_owned()).spawn(move || run(&messages, &plugins)).map(drop)
}

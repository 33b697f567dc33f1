//! What the host hears of the process, beside calls, and what it asks.

use super::host_calls::Sides;
use super::process::PluginProcess;
use super::wire::{self, Ask, LONGEST, Tell, broken};
use crate::error::{Error, ProcessError};
use crate::events::Events;
use crate::output::{StandardStream, Streams};
use crate::plugin::{Signal, Usage};
use crate::stop::{Stopper, Target as _};
use crate::sync::lock::lock;
use plugix_system::{Halt, Sink as _, Thread};
use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// How long the process may take to say what it uses.
const PATIENCE: Duration = Duration::from_secs(1);

/// The host's end of the socket.
#[derive(Debug)]
pub(super) struct Control {
    socket: UnixStream,
    process: Arc<PluginProcess>,
    stopper: Arc<Stopper>,
    lacks: OnceLock<Vec<String>>,
    last: AtomicU64,
    /// Held while something is asked.
    asking: Mutex<()>,
    /// Who wants to know what the process uses. `None` once the process is over.
    wanted: Mutex<Option<HashMap<u64, Sender<Box<Usage>>>>>,
}

/// Where what the process says goes.
pub(super) struct Ears {
    pub(super) events: Events,
    pub(super) output: Streams,
    /// What answers the plugin's threads.
    pub(super) sides: Sides,
}

impl Control {
    pub(super) fn new(socket: UnixStream, process: Arc<PluginProcess>, stopper: &Arc<Stopper>) -> Arc<Self> {
        let wanted = Mutex::new(Some(HashMap::new()));
        let (last, lacks) = (AtomicU64::new(0), OnceLock::new());
        Arc::new(Self { socket, process, stopper: stopper.clone(), lacks, last, asking: Mutex::default(), wanted })
    }

    pub(super) fn process(&self) -> &Arc<PluginProcess> {
        &self.process
    }

    pub(super) fn socket(&self) -> &UnixStream {
        &self.socket
    }

    pub(super) fn lacks(&self) -> &[String] {
        self.lacks.get().map_or(&[], Vec::as_slice)
    }

    pub(super) fn set_lacks(&self, lacks: Vec<String>) {
        // It is said once.
        let _ = self.lacks.set(lacks);
    }

    /// What the process uses. `None` if it doesn't say so.
    pub(super) fn usage(&self) -> Option<Usage> {
        let number = self.last.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = channel();
        lock(&self.wanted).as_mut()?.insert(number, sender);
        let asked = self.ask(&Ask::Usage { number });
        let usage = asked.then(|| answer.recv_timeout(PATIENCE).ok().map(|usage| *usage)).flatten();
        lock(&self.wanted).as_mut()?.remove(&number);
        usage
    }

    pub(super) fn signal(&self, signal: Signal) {
        // A process that is over gets none.
        self.ask(&Ask::Signal { number: signal.number() });
    }

    /// Asks the process something. False if it doesn't listen: nobody waits for it.
    fn ask(&self, ask: &Ask) -> bool {
        let _asking = lock(&self.asking);
        wire::send_now(&self.socket, ask).unwrap_or_else(|_| {
            self.stopper.stop(broken("it doesn't listen"));
            false
        })
    }

    /// Hears the process until it is over. Then the plugin is over as well.
    pub(super) fn hear(&self, ears: &Ears) {
        let problem = loop {
            match wire::receive::<Tell>(&self.socket, LONGEST) {
                Ok(Some(told)) => {
                    if let Err(error) = self.told(told.message, ears) {
                        break Some(error);
                    }
                }
                Ok(None) => break None,
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                    break Some(broken(&error.to_string()));
                }
                Err(_) => break None,
            }
        };
        if let Some(problem) = problem {
            self.stopper.stop(problem);
        }
        self.bury();
    }

    /// Waits for the end of the process, which can't talk any more.
    pub(super) fn bury(&self) {
        if self.stopper.cause().is_some() {
            self.process.kill();
        }
        let (how, said) = self.process.wait_or_kill();
        self.stopper.stop(Error::Process(Box::new(ProcessError::Died { how, said })));
        self.process.kill();
        *lock(&self.wanted) = None;
    }

    pub(super) fn told(&self, told: Tell, ears: &Ears) -> Result<(), Error> {
        match told {
            Tell::Event(event) => ears.events.report(event),
            Tell::Output(StandardStream::Stdout, bytes) => ears.output.stdout.write(&nobody(), &bytes),
            Tell::Output(StandardStream::Stderr, bytes) => ears.output.stderr.write(&nobody(), &bytes),
            Tell::Usage { number, usage } => {
                let wanted = lock(&self.wanted).as_mut().and_then(|wanted| wanted.remove(&number));
                // Whoever wanted it may have lost patience.
                wanted.map(|wanted| wanted.send(usage));
            }
            Tell::Ended(failure) => self.stopper.stop(failure.into_error(&ears.sides.host().symbols)),
            Tell::Side(lane) => ears.sides.answer(lane)?,
            Tell::Started { .. } | Tell::NotStarted(_) => return Err(broken("it has started twice")),
        }
        Ok(())
    }
}

/// A thread that no stop ends: what the process prints is printed, even if the plugin is stopped meanwhile.
fn nobody() -> Thread {
    Thread::new(&Halt::new())
}

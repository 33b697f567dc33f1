//! What the plugin asks its host, in the middle of a call or on a thread of its own.

use super::lanes::inside;
use super::process::PluginProcess;
use super::wire::{LONGEST, SIDE_LANES, broken, kind};
use crate::error::{Error, ProtocolError, Site, Symbols};
use crate::plugin::Prepared;
use crate::running::imports::{HostFunctions, HostMethod, Replied};
use crate::stop::Stopper;
use plugix_abi::interface::StreamError;
use plugix_abi::services::MAX_LEN;
use plugix_abi::{Status, export};
use plugix_shared::{Message, Side, Talk, TalkError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// What the host has for one plugin in another process, whoever asks for it there.
#[derive(Debug)]
pub(super) struct Host {
    pub(super) name: Arc<str>,
    pub(super) stopper: Arc<Stopper>,
    pub(super) functions: HostFunctions,
    /// What the plugin can call, by the interfaces that its module wants.
    pub(super) methods: Vec<Vec<Option<HostMethod>>>,
    /// What finds the lines of the plugin's functions, if the host wants them.
    pub(super) symbols: Symbols,
    /// The longest message of the process, in bytes.
    pub(super) longest: usize,
}

/// The lanes in which threads of the plugin's reach the host.
pub(super) struct Sides {
    host: Arc<Host>,
    process: Arc<PluginProcess>,
    /// How many lanes are for calls.
    workers: usize,
    /// Which lanes have a thread of the host's: a bit each.
    taken: AtomicU32,
}

impl Sides {
    pub(super) fn host(&self) -> &Host {
        &self.host
    }

    pub(super) fn new(host: Arc<Host>, process: Arc<PluginProcess>, workers: usize) -> Self {
        Self { host, process, workers, taken: AtomicU32::new(0) }
    }

    /// Begins to answer the plugin's threads in a lane, on a thread of the host's.
    pub(super) fn answer(&self, lane: u32) -> Result<(), Error> {
        let place = (lane as usize).checked_sub(self.workers).filter(|place| *place < SIDE_LANES);
        let is_new = |place: &usize| self.taken.fetch_or(1 << place, Ordering::Relaxed) & (1 << place) == 0;
        if place.filter(is_new).is_none() {
            return Err(broken("a thread of the plugin's wants a lane that there is not"));
        }
        let talk = Talk::new(self.process.segment.lane(lane as usize), Side::Host);
        let host = self.host.clone();
        let thread = thread::Builder::new().name(format!("plugix-of-{}", host.name));
        thread
            .spawn(move || host.answer_threads(&talk))
            .map(drop)
            .map_err(|error| broken(&format!("its host has no thread for its threads: {error}")))
    }
}

impl Host {
    pub(super) fn new(prepared: &Prepared) -> Arc<Self> {
        let Prepared { module, name, policy, functions, stopper, backtraces, .. } = prepared;
        let arguments = policy.argument_limit.max(MAX_LEN as u32);
        Arc::new(Self {
            name: name.clone(),
            stopper: stopper.clone(),
            functions: functions.clone(),
            methods: functions.methods(module.info()),
            symbols: if *backtraces { module.symbols() } else { Symbols::NONE.clone() },
            longest: (policy.result_limit.max(arguments) as usize).max(LONGEST),
        })
    }

    /// Answers what the plugin has asked in this lane.
    pub(super) fn answer_host_call(&self, talk: &Talk, message: Message) -> Result<(), Error> {
        let Message { kind, values: [first, second], .. } = message;
        let (status, bytes) = match kind {
            kind::HOST => self.run((first, second), talk, message)?,
            kind::NEXT => self.functions.streams().next(&self.name, first),
            kind::DROP => {
                self.functions.streams().end(first);
                (Status::Ok, Vec::new())
            }
            _ => return Err(self.broken("it asked for what there is not")),
        };
        talk.send(kind::ANSWER, [status as u32, 0], &bytes).map_err(|error| self.lost(error))
    }

    fn run(&self, (interface, method): (u32, u32), talk: &Talk, message: Message) -> Result<Replied, Error> {
        let methods = self.methods.get(interface as usize);
        let Some(method) = methods.and_then(|methods| methods.get(method as usize)) else {
            return Err(self.broken("it called a host function that there is not"));
        };
        let Some(method) = method else { return Ok((Status::NotProvided, Vec::new())) };
        let args = message.into_bytes(talk);
        if args.len() > method.limit as usize {
            let error = ProtocolError::ArgumentsTooLarge { len: args.len() as u32, limit: method.limit };
            return Err(self.end(Error::from_breach(error, Site::new(&self.name))));
        }
        let call = |export: &'static str, handle: u32, chunk: &mut Vec<u8>| self.pull(talk, export, handle, chunk);
        let plugin = (&*self.name, self.stopper.halt());
        Ok(inside(|| method.answer(plugin, &self.functions, &args, &call)))
    }

    /// Has the plugin's thread make a chunk of its own stream, while it waits for the host function that runs here.
    fn pull(&self, talk: &Talk, export: &'static str, handle: u32, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        let wanted = if export == export::STREAM_NEXT { kind::PULL } else { kind::LET_GO };
        let gone = |_: TalkError| StreamError::new("the plugin has ended");
        talk.send(wanted, [handle, 0], &[]).map_err(gone)?;
        loop {
            let message = talk.receive(self.longest).map_err(gone)?;
            match message.kind {
                kind::CHUNK if message.values[0] == 0 => {
                    *chunk = message.into_bytes(talk);
                    return Ok(());
                }
                kind::CHUNK => return Err(StreamError::new(String::from_utf8_lossy(&message.into_bytes(talk)))),
                _ => self.answer_host_call(talk, message).map_err(|_| StreamError::new("the plugin has ended"))?,
            }
        }
    }

    /// Answers one thread of the plugin's after the other, until the lane is over.
    pub(super) fn answer_threads(&self, talk: &Talk) {
        if talk.send(kind::ANSWER, [0; 2], &[]).is_err() {
            return;
        }
        while let Ok(message) = talk.receive(self.longest) {
            if self.answer_host_call(talk, message).is_err() {
                return;
            }
        }
    }

    /// What it means that a lane is over.
    pub(super) fn lost(&self, error: TalkError) -> Error {
        match (error, self.stopper.cause()) {
            (TalkError::Ended, Some(cause @ (Error::Process(_) | Error::Stopped(_)))) => cause.clone(),
            (TalkError::Ended, Some(cause)) => Error::Dead(Box::new(cause.clone())),
            (TalkError::Ended, None) => self.broken("it ended a call without a result"),
            (TalkError::TooLong, _) => self.broken("a message is longer than any may be"),
        }
    }

    /// Ends a plugin whose process does what none does.
    pub(super) fn broken(&self, problem: &str) -> Error {
        self.end(broken(problem))
    }

    /// Ends the plugin because of an error.
    pub(super) fn end(&self, error: Error) -> Error {
        self.stopper.stop(error.clone());
        error
    }
}

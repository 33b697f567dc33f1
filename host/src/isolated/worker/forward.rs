//! Host functions whose host is another process.

use super::speech::Speech;
use super::talking::current;
use crate::isolated::wire::{SIDE_LANES, Tell, kind};
use crate::plugin::linked::registers;
use crate::running::imports::{Elsewhere, HostFunctions, Replied, UntypedArgs, open};
use crate::sync::lock::lock;
use plugix_abi::Status;
use plugix_abi::interface::descriptor::MethodDescriptor;
use plugix_abi::interface::{Interface as _, Pull};
use plugix_abi::services::{Record, Services};
use plugix_module::ModuleInfo;
use plugix_shared::{Message, Segment, Side, Talk, TalkError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::process::exit;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The way to the host.
#[derive(Debug)]
pub(super) struct Forwarded {
    segment: Segment,
    /// How many lanes are for calls of the host's.
    workers: usize,
    speech: Speech,
    side: Mutex<SideLanes>,
    given_back: Condvar,
}

/// Lanes for threads of the plugin's.
#[derive(Debug, Default)]
struct SideLanes {
    free: Vec<Talk>,
    made: usize,
}

/// The streams of that host.
struct Streams(Arc<Forwarded>);

/// The services of that host. They are the last of its interfaces.
struct RemoteServices {
    host: Arc<Forwarded>,
    interface: u32,
}

impl Forwarded {
    pub(super) fn new(segment: Segment, workers: usize, speech: Speech) -> Arc<Self> {
        Arc::new(Self { segment, workers, speech, side: Mutex::default(), given_back: Condvar::new() })
    }

    pub(super) fn speech(&self) -> &Speech {
        &self.speech
    }

    /// The functions of the host, for a module that wants them.
    pub(super) fn functions(self: &Arc<Self>, info: &ModuleInfo, provides: &[Vec<bool>]) -> HostFunctions {
        let mut functions = HostFunctions::default();
        let interfaces = info.uses.iter().enumerate().filter(|(_, wanted)| wanted.name != <dyn Services>::NAME);
        for (interface, wanted) in interfaces {
            let places = wanted.methods.iter().enumerate();
            let places = places.map(|(at, method)| (method.name.clone(), (at as u32, method.clone())));
            let (host, methods) = (self.clone(), places.collect::<HashMap<_, _>>());
            let answer = move |name: &str, args: UntypedArgs<'_>| match methods.get(name) {
                Some((at, method)) => host.call([interface as u32, *at], method, args),
                None => (Status::NotProvided, Vec::new()),
            };
            functions.add_untyped(wanted.name.clone(), Arc::new(answer));
        }
        functions.believe(info, provides);
        let services = RemoteServices { host: self.clone(), interface: info.uses.len() as u32 };
        functions.add(<dyn Services>::provider(services));
        functions.streams().are_elsewhere(Streams(self.clone()));
        functions
    }

    /// Calls a function whose arguments and result may be in registers.
    fn call(&self, at: [u32; 2], method: &MethodDescriptor, args: UntypedArgs<'_>) -> Replied {
        match args {
            UntypedArgs::Bytes(bytes) => self.ask(kind::HOST, at, bytes),
            UntypedArgs::Registers(values) => {
                let framed = match registers::frame(&method.args, values) {
                    Ok(framed) => framed,
                    Err(problem) => return (Status::BadArguments, problem.into_bytes()),
                };
                match self.ask(kind::HOST, at, &framed) {
                    (Status::Ok, value) => match registers::unframe(&method.returns.value, &value) {
                        Ok(register) => (Status::Ok, register),
                        Err(problem) => (Status::Failed, problem.into_bytes()),
                    },
                    failed => failed,
                }
            }
        }
    }

    /// Asks the host something, in the lane of the call that the thread runs, or in one that is free.
    fn ask(&self, kind: u32, values: [u32; 2], bytes: &[u8]) -> Replied {
        if let Some(replied) = current(|talk| ask(talk, kind, values, bytes)) {
            return replied;
        }
        let talk = self.take_side();
        let replied = ask(&talk, kind, values, bytes);
        lock(&self.side).free.push(talk);
        self.given_back.notify_one();
        replied
    }

    fn take_side(&self) -> Talk {
        let mut side = lock(&self.side);
        loop {
            if let Some(talk) = side.free.pop() {
                return talk;
            }
            if side.made < SIDE_LANES {
                let at = self.workers + side.made;
                side.made += 1;
                drop(side);
                let talk = Talk::new(self.segment.lane(at), Side::Child);
                self.speech.say(&Tell::Side(at as u32));
                // The first turn is the host's: its thread is there then.
                if talk.receive(0).is_err() {
                    exit(1);
                }
                return talk;
            }
            side = self.given_back.wait(side).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Asks the host something in a lane, and makes chunks of the plugin's streams for the host meanwhile.
fn ask(talk: &Talk, kind: u32, values: [u32; 2], bytes: &[u8]) -> Replied {
    let mut opened = HashMap::new();
    asked(talk, kind, values, bytes, &mut opened).unwrap_or_else(|_| exit(1)) // the host has let this process go
}

fn asked(
    talk: &Talk,
    kind: u32,
    values: [u32; 2],
    bytes: &[u8],
    opened: &mut HashMap<u32, Box<dyn Pull>>,
) -> Result<Replied, TalkError> {
    talk.send(kind, values, bytes)?;
    loop {
        let message = talk.receive(usize::MAX)?;
        let Message { kind, values: [first, _], .. } = message;
        match kind {
            kind::ANSWER => {
                let status = Status::try_from(first).unwrap_or(Status::Failed);
                return Ok((status, message.into_bytes(talk)));
            }
            kind::PULL => {
                let stream = opened.entry(first).or_insert_with(|| open(first).unwrap_or_else(|| Box::new(Nothing)));
                let mut chunk = Vec::new();
                match stream.pull(&mut chunk) {
                    Ok(()) => talk.send(kind::CHUNK, [0; 2], &chunk)?,
                    Err(error) => talk.send(kind::CHUNK, [1, 0], error.to_string().as_bytes())?,
                }
            }
            kind::LET_GO => {
                // A stream that was never pulled has to be opened, so that its end can be told.
                drop(opened.remove(&first).or_else(|| open(first)));
                talk.send(kind::CHUNK, [0; 2], &[])?;
            }
            _ => return Err(TalkError::Ended),
        }
    }
}

/// Stands for a stream that can't be pulled here.
struct Nothing;

impl Pull for Nothing {
    fn pull(&mut self, _: &mut Vec<u8>) -> Result<(), plugix_abi::interface::StreamError> {
        Err(plugix_abi::interface::StreamError::new("no thread of the plugin waits for the host"))
    }
}

impl Elsewhere for Streams {
    fn next(&self, handle: u32) -> Replied {
        self.0.ask(kind::NEXT, [handle, 0], &[])
    }

    fn end(&self, handle: u32) {
        self.0.ask(kind::DROP, [handle, 0], &[]);
    }
}

impl RemoteServices {
    /// Calls a service. What can't be had is what a host without services gives.
    fn call<A: Serialize, R: DeserializeOwned + Default>(&self, method: &str, args: &A) -> R {
        let at = <dyn Services>::METHODS.iter().position(|there| there.name == method).unwrap_or(0);
        let Ok(args) = postcard::to_allocvec(args) else { return R::default() };
        match self.host.ask(kind::HOST, [self.interface, at as u32], &args) {
            (Status::Ok, value) => postcard::from_bytes(&value).unwrap_or_default(),
            _ => R::default(),
        }
    }
}

impl Services for RemoteServices {
    fn max_level(&self) -> u32 {
        self.call("max_level", &())
    }

    fn log(&self, record: Record) {
        self.call("log", &record)
    }

    fn progress(&self, done: u64, total: u64, message: &str) {
        self.call("progress", &(done, total, message))
    }

    fn is_cancelled(&self) -> bool {
        self.call("is_cancelled", &())
    }

    fn trace_parent(&self) -> Option<String> {
        self.call("trace_parent", &())
    }
}

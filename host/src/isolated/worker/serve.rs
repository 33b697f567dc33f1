//! Runs the calls of the host, a thread for each lane.

use super::forward::Forwarded;
use super::speech::Speech;
use super::talking::within;
use crate::error::{CallError, Error, MethodRef};
use crate::isolated::wire::{Failure, kind};
use crate::plugin::call::{Encoded, EncodedCall, ReadError};
use crate::plugin::dynamic::Lend as _;
use crate::plugin::inner::Inner;
use crate::plugin::{Metadata, Plugin, SharedPlugin, Sharing, Signal, Usage};
use crate::running::memory::GuestPayload;
use plugix_abi::Status;
use plugix_abi::export::METHOD_PREFIX;
use plugix_abi::interface::{EncodeArgs, EncodeError, Payload as _, Registers, Sink};
use plugix_shared::{Lane, Message, Place, Segment, Side, Talk, TalkError};
use std::io;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::thread;

/// The plugin of this process.
#[derive(Clone, Debug)]
pub(super) struct Served(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    plugin: SharedPlugin,
    segment: Segment,
    speech: Speech,
    /// The methods that the module implements, by their interfaces.
    methods: Vec<Vec<Method>>,
}

/// A method, with the name of its export.
#[derive(Debug)]
struct Method {
    export: String,
    interface: String,
    name: String,
}

/// Where a result is that is on its way.
enum Kept {
    /// In the lane, as many bytes.
    Written(usize),
    Long(Vec<u8>),
}

/// Arguments in the lane, which the host doesn't touch while it is this side's turn.
struct Room<'a> {
    talk: &'a Talk,
    len: usize,
}

impl Served {
    pub(super) fn new(
        plugin: Plugin,
        sharing: &Sharing,
        segment: Segment,
        host: &Arc<Forwarded>,
    ) -> Result<Self, Error> {
        let method = |interface: &str, name: &str| Method {
            export: format!("{METHOD_PREFIX}{interface}/{name}"),
            interface: interface.to_owned(),
            name: name.to_owned(),
        };
        let implemented = plugin.module().info().implements.iter();
        let methods = implemented
            .map(|interface| interface.methods.iter().map(|there| method(&interface.name, &there.name)).collect());
        let methods = methods.collect();
        let plugin = plugin.into_shared(sharing)?;
        Ok(Self(Arc::new(Shared { plugin, segment, speech: host.speech().clone(), methods })))
    }

    pub(super) fn metadata(&self) -> &Metadata {
        self.0.plugin.metadata()
    }

    pub(super) fn usage(&self) -> Usage {
        self.0.plugin.usage()
    }

    pub(super) fn signal(&self, signal: Signal) {
        self.0.plugin.signal(signal);
    }

    /// Starts a thread for each lane in which the host calls.
    pub(super) fn begin(&self) -> io::Result<()> {
        for at in 0..self.0.plugin.workers() {
            let (served, talk) = (self.0.clone(), Talk::new(self.0.segment.lane(at), Side::Child));
            thread::Builder::new().name(format!("plugix-lane-{at}")).spawn(move || {
                while let Ok(message) = talk.receive(usize::MAX) {
                    if served.serve(&talk, message).is_err() {
                        break;
                    }
                }
                // The host has let this process go.
                std::process::exit(0);
            })?;
        }
        Ok(())
    }
}

impl Shared {
    /// Runs one call.
    fn serve(&self, talk: &Talk, message: Message) -> Result<(), TalkError> {
        let Message { kind, values: [first, second], .. } = message;
        let run = || match kind {
            kind::CALL => match self.methods.get(first as usize).and_then(|methods| methods.get(second as usize)) {
                Some(method) => self.call_method(talk, method, message),
                None => Err(Error::NoSuchMethod { method: format!("{first}/{second}") }.into()),
            },
            _ => self.call_export(talk, first as usize, &message.into_bytes(talk)),
        };
        match within(talk, || self.speech.while_called(run)) {
            Ok(Kept::Written(len)) => talk.send_written(kind::RESULT, [Status::Ok as u32, 0], len),
            Ok(Kept::Long(bytes)) => talk.send(kind::RESULT, [Status::Ok as u32, 0], &bytes),
            Err(CallError::Returned(Kept::Written(len))) => {
                talk.send_written(kind::RESULT, [Status::Error as u32, 0], len)
            }
            Err(CallError::Returned(Kept::Long(bytes))) => talk.send(kind::RESULT, [Status::Error as u32, 0], &bytes),
            Err(CallError::Failed(error)) => {
                let failure = postcard::to_allocvec(&Failure::from(&error)).unwrap_or_default();
                talk.send(kind::FAILED, [0; 2], &failure)
            }
        }
    }

    fn call_method(&self, talk: &Talk, method: &Method, message: Message) -> Result<Kept, CallError<Kept>> {
        let Method { export, interface, name } = method;
        let name = MethodRef { interface: Some(interface), method: name };
        match message.place {
            Place::Room(len) => self.call(talk, export, &name, Room { talk, len }),
            Place::Copy(bytes) => self.call(talk, export, &name, Encoded(&bytes)),
        }
    }

    /// Calls an export whose name comes before the arguments.
    fn call_export(&self, talk: &Talk, len: usize, bytes: &[u8]) -> Result<Kept, CallError<Kept>> {
        let unnamed = || Error::NoSuchMethod { method: String::new() };
        let (export, args) = bytes.split_at_checked(len).ok_or_else(unnamed)?;
        let export = std::str::from_utf8(export).map_err(|_| unnamed())?;
        let name = MethodRef::from_path(export.strip_prefix(METHOD_PREFIX).unwrap_or(export));
        self.call(talk, export, &name, Encoded(args))
    }

    fn call(
        &self,
        talk: &Talk,
        export: &str,
        name: &MethodRef<'_>,
        args: impl EncodeArgs,
    ) -> Result<Kept, CallError<Kept>> {
        self.plugin.lend(|Inner { instance, path, .. }| {
            let method = instance.function(export);
            let method = method.ok_or_else(|| Error::NoSuchMethod { method: name.method.to_owned() })?;
            let keep = |payload: GuestPayload<'_>| keep(talk, payload);
            path.call_encoded(instance, EncodedCall { name, method: &method, args }, keep, keep)
        })?
    }
}

/// Puts a result into the lane, if there is room.
fn keep(talk: &Talk, payload: GuestPayload<'_>) -> Result<Kept, ReadError> {
    let len = payload.len();
    if len > Lane::ROOM {
        return Ok(Kept::Long(payload.read(<[u8]>::to_vec)?));
    }
    talk.lane().announce(Side::Child, len);
    // SAFETY: the room has as many bytes, which the host doesn't touch while it is this side's turn. Nothing else here has
    // a reference to them.
    let room = unsafe { std::slice::from_raw_parts_mut(talk.lane().room().cast::<MaybeUninit<u8>>(), len) };
    payload.copy_to(room)?;
    Ok(Kept::Written(len))
}

impl EncodeArgs for Room<'_> {
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        // SAFETY: a message lies in the room, and nobody writes it before the plugin's code runs.
        let bytes = unsafe { std::slice::from_raw_parts(self.talk.lane().room().cast_const(), self.len) };
        Ok(sink.write(bytes)?)
    }

    fn bits(&self, _: &mut Registers, _: usize) {}
}

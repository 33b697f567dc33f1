//! The answer to one message.

use super::Server;
use super::backend::{Answer, Backend, Call, Outcome};
use super::micro::Service;
use super::running::Running;
use crate::connection::Blocking;
use crate::objects::MAX_LEN;
use crate::wire::failure::{Failure, FailureKind};
use crate::wire::headers::Header;
use crate::wire::request::{Received, Request};
use crate::wire::subject::method_of;
use arc_swap::ArcSwap;
use async_nats::{HeaderMap, Message, Subject};
use bytes::Bytes;
use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::Descriptor;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

/// What the calls of one interface need.
#[derive(Debug)]
pub(super) struct Answering {
    pub(super) server: Server,
    pub(super) plugin: String,
    pub(super) running: Arc<Running>,
    pub(super) current: ArcSwap<Current>,
}

/// What answers now.
pub(super) struct Current {
    pub(super) backend: Arc<dyn Backend>,
    pub(super) interface: Descriptor,
    /// The interfaces of the backend, as its module has them.
    pub(super) descriptors: Bytes,
    /// What runs the calls of each method.
    pub(super) blocking: Vec<Blocking>,
    pub(super) service: Arc<Service>,
    pub(super) generation: u64,
}

impl Answering {
    /// Runs a call and answers it.
    pub(super) async fn answer(self: Arc<Self>, mut message: Message) {
        // Without a reply nobody would hear of it.
        let Some(reply) = message.reply.take() else { return };
        let begun = Instant::now();
        let current = self.current.load_full();
        let (outcome, call) = match Request::read(&message.subject, message.headers.as_ref(), &message.payload) {
            Ok(received) => (self.run(&current, &received, &message.payload).await, received.request.call),
            Err(failure) => (Err(failure), ""),
        };
        let sent = match outcome {
            Ok(Answer::Value(body)) => self.send(&reply, call, HeaderMap::new(), body).await,
            Ok(Answer::Error(body)) => {
                let mut headers = HeaderMap::new();
                headers.insert(Header::Outcome.name(), "error");
                self.send(&reply, call, headers, body).await
            }
            Err(failure) => Err(failure),
        };
        let failure = match sent {
            Ok(()) => None,
            Err(failure) => Some(self.refuse(reply, failure).await),
        };
        current.service.count(begun.elapsed(), failure);
    }

    /// Has the caller ask another host.
    pub(super) async fn send_elsewhere(self: Arc<Self>, message: Message) {
        if let Some(reply) = message.reply {
            self.refuse(reply, fail(FailureKind::Leaving, "the host is about to leave")).await;
        }
    }

    /// Checks a call, and runs it if nothing speaks against that.
    async fn run(&self, current: &Current, received: &Received<'_>, payload: &Bytes) -> Outcome {
        let Request { subject, call, form, deadline, trace, object, .. } = received.request;
        let settings = &self.server.settings;
        let caller = settings.callers.check(received)?;
        let begun = self.running.begin(call, current.generation);
        let begun = begun.ok_or_else(|| fail(FailureKind::Repeated, "a call of this name has come before"))?;
        let name = method_of(subject).unwrap_or_default();
        let mut methods = current.interface.methods.iter().zip(&current.blocking);
        let (method, blocking) = methods.find(|(method, _)| method.name == name).ok_or_else(|| {
            let (interface, version) = (&current.interface.name, &current.interface.version);
            fail(FailureKind::NoSuchMethod, &format!("`{interface}` {version} has no method `{name}` here"))
        })?;
        if method.hash != form {
            return Err(fail(FailureKind::OtherForm, &format!("`{name}` has another form here: {}", method.signature)));
        }
        let streams = method.args.iter().map(|arg| &arg.shape).chain([&method.returns.value]);
        if streams.into_iter().any(|shape| matches!(shape, Shape::Stream(_))) {
            return Err(fail(FailureKind::Arguments, &format!("`{name}` has a stream, and those stay in one machine")));
        }
        let deadline = deadline.min(settings.longest);
        let running = async {
            let args = match str::from_utf8(object) {
                Ok(object) if !object.is_empty() => self.fetch(object).await?,
                _ => payload.clone(),
            };
            let method = format!("{}/{name}", current.interface.name);
            let (trace, blocking) = (trace.map(str::to_owned), blocking.clone());
            current.backend.call(Call { method, args, deadline, trace, caller, blocking }).await
        };
        tokio::select! {
            outcome = running => outcome,
            () = begun.ending.cancelled() => Err(fail(FailureKind::Cancelled, "nobody waits for the call")),
            () = tokio::time::sleep(deadline) => {
                Err(fail(FailureKind::Deadline, &format!("the call took longer than {deadline:?}")))
            }
        }
    }

    /// Takes arguments from the object store.
    async fn fetch(&self, object: &str) -> Result<Bytes, Failure> {
        let _permit = self.server.settings.fetching.acquire().await;
        let taken = self.server.fleet.shared.objects.take(object).await;
        taken.map_err(|problem| fail(FailureKind::TooLarge, &format!("the arguments' object can't be had: {problem}")))
    }

    /// Sends what a method has returned.
    async fn send(&self, reply: &Subject, call: &str, mut headers: HeaderMap, body: Bytes) -> Result<(), Failure> {
        let shared = &self.server.fleet.shared;
        let mut body = body;
        if !shared.objects.fits(body.len()) {
            if body.len() > MAX_LEN {
                let problem = format!("a result of {} bytes is longer than is sent ({MAX_LEN})", body.len());
                return Err(fail(FailureKind::TooLarge, &problem));
            }
            let name = format!("{call}-result");
            let put = shared.objects.put(&name, &body).await;
            put.map_err(|error| fail(FailureKind::TooLarge, &error.to_string()))?;
            headers.insert(Header::Object.name(), &*name);
            body = Bytes::new();
        }
        let client = shared.connection.client();
        let sent = match headers.is_empty() {
            true => client.publish(reply.clone(), body).await,
            false => client.publish_with_headers(reply.clone(), headers, body).await,
        };
        // The method has run: this must not be a failure after which the call goes out again.
        sent.map_err(|error| fail(FailureKind::TooLarge, &error.to_string()))
    }

    /// Says why there is no answer. Returns the code and the text for NATS's tools.
    async fn refuse(&self, reply: Subject, failure: Failure) -> (usize, String) {
        let failure = Failure { host: self.server.name().to_owned(), plugin: self.plugin.clone(), ..failure };
        let (code, line) = (failure.kind.code(), failure.line());
        let mut headers = HeaderMap::new();
        headers.insert(async_nats::service::NATS_SERVICE_ERROR, &*line);
        headers.insert(async_nats::service::NATS_SERVICE_ERROR_CODE, &*code.to_string());
        // JSON has no line breaks of its own, so that no text of a plugin's is another header.
        headers.insert(Header::Failure.name(), &*serde_json::to_string(&failure).unwrap_or_default());
        let _ = self.server.fleet.shared.connection.client().publish_with_headers(reply, headers, Bytes::new()).await;
        (code, line)
    }
}

fn fail(kind: FailureKind, message: &str) -> Failure {
    Failure::new(kind, message)
}

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Current").field("generation", &self.generation).finish_non_exhaustive()
    }
}

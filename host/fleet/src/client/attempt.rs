//! One call: its message, and what is waited for meanwhile.

use super::forms::Target;
use super::{Calls, probe};
use crate::error::Error;
use crate::wire::headers::Header;
use crate::wire::identity::now;
use crate::wire::request::{Request, unique};
use crate::wire::subject::Address;
use bytes::Bytes;
use tokio::time::{Instant, sleep_until};

/// What a host has answered.
pub(super) struct Answer {
    /// Whether it is the method's own error.
    pub(super) is_error: bool,
    pub(super) body: Bytes,
}

impl Calls {
    /// Sends a call, and waits for the answer until `end`.
    pub(super) async fn attempt(
        &self,
        address: &Address,
        target: &Target,
        args: &Bytes,
        end: Instant,
    ) -> Result<Answer, Error> {
        let shared = &self.fleet.shared;
        let (client, calls) = (shared.connection.client(), address.calls());
        let call = unique();
        let outcome = tokio::select! {
            biased;
            outcome = self.exchange(address, target, args, &call, end) => outcome,
            () = self.cancel.cancelled() => Err(Error::Cancelled),
            () = sleep_until(end) => Err(Error::Deadline { limit: self.deadline }),
            () = probe::lost(client, &calls, &call) => Err(Error::Lost),
        };
        if let Err(Error::Cancelled | Error::Deadline { .. }) = &outcome {
            probe::end(client, &calls, &call).await;
        }
        outcome
    }

    async fn exchange(
        &self,
        address: &Address,
        target: &Target,
        args: &Bytes,
        call: &str,
        end: Instant,
    ) -> Result<Answer, Error> {
        let shared = &self.fleet.shared;
        let subject = address.method(&target.name);
        let (mut object, mut body) = ("", args.clone());
        if !shared.objects.fits(args.len()) {
            shared.objects.put(call, args).await?;
            (object, body) = (call, Bytes::new());
        }
        let trace = self.trace.as_ref().and_then(|trace| trace()).filter(|trace| is_trace(trace));
        let identity = shared.connection.identity.as_deref();
        let request = Request {
            subject: &subject,
            call,
            form: target.hash,
            deadline: end.saturating_duration_since(Instant::now()),
            trace: trace.as_deref(),
            object: object.as_bytes(),
            body: &body,
            signed: identity.map_or(0, |_| now()),
        };
        let headers = request.headers(identity);
        let message = async_nats::Request::new().headers(headers).payload(body.clone()).timeout(None);
        let message = self.fleet.ask(address, subject.clone(), message).await?;
        let is_error = Header::Outcome.get(message.headers.as_ref()).is_some();
        Ok(Answer { is_error, body: self.fleet.body(&message).await? })
    }
}

/// Whether a text can be a `traceparent`. Another one could say more than one header.
fn is_trace(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

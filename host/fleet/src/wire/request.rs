//! A call as a message, and what is checked of it before anything else happens.

use super::failure::{Failure, FailureKind};
use super::headers::Header;
use super::identity::{Caller, Identity};
use super::subject;
use async_nats::HeaderMap;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::time::Duration;

/// How many letters the name of a call has. NATS's own unique names are as long.
pub(crate) const CALL_LEN: usize = 22;

/// The longest time that a caller may say it waits: a day.
const MAX_DEADLINE: Duration = Duration::from_secs(24 * 60 * 60);

/// A call, on its way out or in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request<'a> {
    pub(crate) subject: &'a str,
    /// Which call this is.
    pub(crate) call: &'a str,
    /// The form of the method that the arguments have.
    pub(crate) form: u64,
    /// How long the caller waits.
    pub(crate) deadline: Duration,
    /// The caller's trace.
    pub(crate) trace: Option<&'a str>,
    /// The object that has the arguments; empty if they are the body.
    pub(crate) object: &'a [u8],
    pub(crate) body: &'a [u8],
    /// When the caller signed, in milliseconds since 1970. 0 if it didn't.
    pub(crate) signed: u64,
}

/// A request that came in, and who says that it is theirs.
pub(crate) struct Received<'a> {
    pub(crate) request: Request<'a>,
    /// The caller and the signature. Nothing of it was checked.
    pub(crate) caller: Option<(Caller, Vec<u8>)>,
}

impl<'a> Request<'a> {
    /// The headers of the message.
    pub(crate) fn headers(&self, identity: Option<&Identity>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut set = |header: Header, value: &str| headers.insert(header.name(), value);
        set(Header::Call, self.call);
        set(Header::Form, &format!("{:016x}", self.form));
        set(Header::Deadline, &self.deadline.min(MAX_DEADLINE).as_millis().to_string());
        if let Some(trace) = self.trace {
            set(Header::Trace, trace);
        }
        if let Ok(object) = str::from_utf8(self.object)
            && !object.is_empty()
        {
            set(Header::Object, object);
        }
        if let Some(identity) = identity {
            set(Header::Caller, identity.caller().as_str());
            set(Header::Signed, &self.signed.to_string());
            set(Header::Signature, &BASE64_STANDARD.encode(identity.sign(self)));
        }
        headers
    }

    /// Reads a message.
    ///
    /// # Errors
    /// [`FailureKind::Malformed`] with the header that is missing or wrong.
    pub(crate) fn read(
        subject: &'a str,
        headers: Option<&'a HeaderMap>,
        body: &'a [u8],
    ) -> Result<Received<'a>, Failure> {
        let text = |header: Header| header.get(headers).ok_or_else(|| malformed(header));
        let call = text(Header::Call)?;
        if !is_call(call) {
            return Err(malformed(Header::Call));
        }
        let form = u64::from_str_radix(text(Header::Form)?, 16).map_err(|_| malformed(Header::Form))?;
        let deadline = text(Header::Deadline)?.parse().map(Duration::from_millis);
        let deadline = deadline.map_err(|_| malformed(Header::Deadline))?.min(MAX_DEADLINE);
        let object = Header::Object.get(headers).unwrap_or_default();
        if !object.is_empty() && subject::check("object", object).is_err() {
            return Err(malformed(Header::Object));
        }
        let mut signed = 0;
        let caller = match Header::Caller.get(headers) {
            None => None,
            Some(key) => {
                let caller = Caller::from_public_key(key).map_err(|_| malformed(Header::Caller))?;
                signed = text(Header::Signed)?.parse().map_err(|_| malformed(Header::Signed))?;
                let signature = BASE64_STANDARD.decode(text(Header::Signature)?);
                Some((caller, signature.map_err(|_| malformed(Header::Signature))?))
            }
        };
        let trace = Header::Trace.get(headers).filter(|trace| trace.is_ascii());
        let request = Self { subject, call, form, deadline, trace, object: object.as_bytes(), body, signed };
        Ok(Received { request, caller })
    }
}

/// A name that no other call has, and that nobody can guess.
pub(crate) fn unique() -> String {
    const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bytes = [0; CALL_LEN];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect()
}

/// Whether a text names a call.
pub(crate) fn is_call(text: &str) -> bool {
    text.len() == CALL_LEN && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn malformed(header: Header) -> Failure {
    Failure::new(
        FailureKind::Malformed,
        format!("the header `{}` is missing, or says nothing that it may", header.name()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request<'a>(call: &'a str, trace: Option<&'a str>, object: &'a str, body: &'a [u8]) -> Request<'a> {
        let (form, deadline) = (0xfeed, Duration::from_millis(1500));
        Request { subject: "plugix.A.v1.b", call, form, deadline, trace, object: object.as_bytes(), body, signed: 77 }
    }

    #[test]
    fn what_is_written_is_read() {
        let identity = Identity::generate();
        let trace = Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        for (identity, trace, object) in [(None, None, ""), (Some(&identity), trace, "abc_1")] {
            let signed = if identity.is_some() { 77 } else { 0 };
            let sent = Request { signed, ..request("0123456789abcdefghijkL", trace, object, b"body") };
            let headers = sent.headers(identity);
            let received = Request::read("plugix.A.v1.b", Some(&headers), b"body").unwrap();
            assert_eq!(received.request, sent);
            if let Some(identity) = identity {
                let (caller, signature) = received.caller.unwrap();
                assert_eq!(caller, identity.caller());
                assert!(caller.has_signed(&sent, &signature));
                assert!(!caller.has_signed(&Request { body: b"Body", ..sent }, &signature));
                assert!(!caller.has_signed(&Request { subject: "plugix.A.v1.c", ..sent }, &signature));
                assert!(!caller.has_signed(&Request { signed: 78, ..sent }, &signature));
                assert!(!Identity::generate().caller().has_signed(&sent, &signature));
            }
        }
    }

    #[test]
    fn each_header_that_lacks_is_named() {
        let whole = request("0123456789abcdefghijkL", None, "", b"").headers(Some(&Identity::generate()));
        for name in ["Plugix-Call", "Plugix-Form", "Plugix-Deadline", "Plugix-Signed", "Plugix-Signature"] {
            let kept = whole.iter().filter(|(kept, _)| kept.to_string() != name);
            let mut headers = HeaderMap::new();
            kept.for_each(|(kept, values)| headers.insert(kept.clone(), values[0].as_str()));
            let failure = Request::read("plugix.A.v1.b", Some(&headers), b"").err().unwrap();
            assert!(failure.message.contains(name), "{failure}");
        }
    }

    proptest! {
        /// Anybody can send anything.
        #[test]
        fn headers_of_any_kind_are_no_panic(values in prop::collection::vec(".{0,40}", 9), body in any::<Vec<u8>>()) {
            let mut headers = HeaderMap::new();
            for ((_, name, _), value) in super::super::headers::TABLE.iter().zip(&values) {
                if let Ok(value) = value.parse::<async_nats::HeaderValue>() {
                    headers.insert(*name, value);
                }
            }
            let _ = Request::read("plugix.A.v1.b", Some(&headers), &body);
        }
    }
}

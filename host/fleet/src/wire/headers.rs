//! Headers: one table of their names. A header that isn't in the table is not read.

use async_nats::HeaderMap;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Header {
    /// Which call this is. Nobody else has the same.
    Call,
    /// The form of the method that the arguments have.
    Form,
    /// How many milliseconds the caller still waits. It is a time span, since the clocks of two machines differ.
    Deadline,
    /// The public key of who calls.
    Caller,
    /// When the caller signed, in milliseconds since 1970.
    Signed,
    /// The caller's signature.
    Signature,
    /// The caller's trace, as W3C has it.
    Trace,
    /// The name of the object that has the body.
    Object,
    /// In an answer: the body is the method's own error.
    Outcome,
    /// In an answer: why the call failed, as JSON.
    Failure,
}

/// The names, and the most bytes that a value may have.
pub(crate) const TABLE: [(Header, &str, usize); 10] = [
    (Header::Call, "Plugix-Call", 22),
    (Header::Form, "Plugix-Form", 16),
    (Header::Deadline, "Plugix-Deadline", 10),
    (Header::Caller, "Plugix-Caller", 56),
    (Header::Signed, "Plugix-Signed", 16),
    (Header::Signature, "Plugix-Signature", 88),
    (Header::Trace, "traceparent", 64),
    (Header::Object, "Plugix-Object", 32),
    (Header::Outcome, "Plugix-Outcome", 8),
    (Header::Failure, "Plugix-Failure", 64 << 10),
];

impl Header {
    fn row(self) -> &'static (Header, &'static str, usize) {
        &TABLE[self as usize]
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    /// Its value in a message. `None` if it isn't there, or if it is longer than it may be.
    pub(crate) fn get(self, headers: Option<&HeaderMap>) -> Option<&str> {
        let (_, name, longest) = self.row();
        headers?.get(*name).map(|value| value.as_str()).filter(|value| value.len() <= *longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_header_has_its_own_row_and_name() {
        for (place, (header, name, _)) in TABLE.iter().enumerate() {
            assert_eq!(*header as usize, place, "{name}");
            assert_eq!(header.name(), *name);
            assert_eq!(TABLE.iter().filter(|(_, other, _)| other == name).count(), 1);
        }
        assert_eq!(Header::Failure as usize + 1, TABLE.len(), "a header without a row");
    }

    #[test]
    fn values_that_are_too_long_are_none() {
        let mut headers = HeaderMap::new();
        headers.insert(Header::Form.name(), "0123456789abcdef");
        assert_eq!(Header::Form.get(Some(&headers)), Some("0123456789abcdef"));
        headers.insert(Header::Form.name(), "0123456789abcdef0");
        assert_eq!(Header::Form.get(Some(&headers)), None);
        assert_eq!(Header::Form.get(None), None);
    }
}

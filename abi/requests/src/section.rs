//! Requests as a custom section of the module.
//!
//! The section is a row of records, one for each request. A record is its length (four bytes, the lowest first), the
//! format, and in postcard: the kind's name, whether the plugin works without it, the reason, and what the kind needs. A
//! reader knows a later kind, or a later form of a kind, by its name and its length alone: it is [`Item::Unknown`].

use crate::{Access, Item, Kind, Request, Requests, SectionError, Version};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The longest section that is read: 64 KiB.
pub const MAX_SECTION_LEN: usize = 64 << 10;

/// The format of the records.
const FORMAT: u8 = 1;

/// Writes the section.
pub fn write(requests: &Requests) -> Vec<u8> {
    let mut section = Vec::new();
    for Request { item, reason, optional } in requests {
        let (kind, body) = match item.kind() {
            Some(kind) => (kind.to_string(), body(item)),
            None => unknown(item),
        };
        let head = encoded(&(kind, optional, reason));
        section.extend_from_slice(&(1 + head.len() as u32 + body.len() as u32).to_le_bytes());
        section.push(FORMAT);
        section.extend_from_slice(&head);
        section.extend_from_slice(&body);
    }
    section
}

/// Reads the section. Everything in it is an allegation of the plugin's.
///
/// # Errors
/// When the section is not what [`write`] writes, or has requests that [`Requests::new`] refuses.
pub fn read(section: &[u8]) -> Result<Requests, SectionError> {
    if section.len() > MAX_SECTION_LEN {
        return Err(SectionError::TooLong(section.len()));
    }
    let mut requests = Vec::new();
    let mut rest = section;
    while !rest.is_empty() {
        let at = section.len() - rest.len();
        let malformed = || SectionError::Malformed(at);
        let (len, after) = rest.split_first_chunk().ok_or_else(malformed)?;
        let len = u32::from_le_bytes(*len) as usize;
        let (record, after) = after.split_at_checked(len).ok_or_else(malformed)?;
        rest = after;
        match record.split_first() {
            Some((&FORMAT, record)) => requests.push(request(record).ok_or_else(malformed)?),
            Some((&format, _)) => return Err(SectionError::UnknownFormat(format)),
            None => return Err(malformed()),
        }
    }
    Ok(Requests::new(requests)?)
}

fn request(record: &[u8]) -> Option<Request> {
    let ((kind, optional, reason), body) = postcard::take_from_bytes::<(String, bool, String)>(record).ok()?;
    let known = kind.parse().ok().and_then(|kind| item(kind, body));
    let item = known.unwrap_or_else(|| Item::Unknown { kind, body: body.to_owned() });
    Some(Request { item, reason, optional })
}

/// What stands behind the head. A new field goes to the end: readers that don't know it know the item no more.
fn body(item: &Item) -> Vec<u8> {
    match item {
        Item::Folder { guest, access, size } => encoded(&(guest, access, size)),
        Item::Scratch { guest, size } => encoded(&(guest, size)),
        Item::Env { name, value } => encoded(&(name, value)),
        Item::Network { rule, .. } => encoded(rule),
        Item::Limit { amount, .. } => encoded(amount),
        Item::Interface { name, version } => encoded(&(name, version)),
        Item::Unknown { body, .. } => body.clone(),
    }
}

fn unknown(item: &Item) -> (String, Vec<u8>) {
    match item {
        Item::Unknown { kind, body } => (kind.clone(), body.clone()),
        known => (String::new(), body(known)),
    }
}

fn item(kind: Kind, body: &[u8]) -> Option<Item> {
    Some(match kind {
        Kind::Folder => {
            let (guest, access, size) = decoded::<(String, Access, Option<u64>)>(body)?;
            Item::Folder { guest, access, size }
        }
        Kind::Scratch => {
            let (guest, size) = decoded(body)?;
            Item::Scratch { guest, size }
        }
        Kind::Env => {
            let (name, value) = decoded(body)?;
            Item::Env { name, value }
        }
        Kind::Network(kind) => Item::Network { kind, rule: decoded(body)? },
        Kind::Limit(kind) => Item::Limit { kind, amount: decoded(body)? },
        Kind::Interface => {
            let (name, version) = decoded::<(String, Version)>(body)?;
            Item::Interface { name, version }
        }
    })
}

fn encoded<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    // Texts and numbers can always be written to a vector.
    postcard::to_allocvec(value).unwrap_or_default()
}

/// All bytes as one value.
fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::take_from_bytes(bytes).ok().filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RequestError;
    use proptest::prelude::*;

    /// One of each kind, as the kind needs it.
    fn sample(kind: Kind) -> Item {
        let text = || "/a.b:1".to_owned();
        match kind {
            Kind::Folder => Item::Folder { guest: "/a".to_owned(), access: Access::ReadWrite, size: Some(300) },
            Kind::Scratch => Item::Scratch { guest: "/b".to_owned(), size: 1 << 40 },
            Kind::Env => Item::Env { name: "A".to_owned(), value: Some("b".to_owned()) },
            Kind::Network(kind) if kind.is_unix() => Item::Network { kind, rule: text() },
            Kind::Network(kind) => Item::Network { kind, rule: "1.2.3.4:1".to_owned() },
            Kind::Limit(kind) => Item::Limit { kind, amount: *kind.range().1.start() },
            Kind::Interface => Item::Interface { name: "Log".to_owned(), version: Version { major: 1, minor: 2 } },
        }
    }

    fn all() -> Requests {
        let request = |kind| Request { item: sample(kind), reason: format!("for {kind}"), optional: kind == Kind::Env };
        Requests::new(Kind::all().map(request).collect()).unwrap()
    }

    #[test]
    fn each_kind_is_read_as_it_is_written() {
        assert_eq!(read(&write(&all())), Ok(all()));
        assert_eq!(read(b"").map(|requests| requests.is_empty()), Ok(true));
    }

    /// The bytes are a promise to modules that were built.
    #[test]
    fn the_form_of_a_record_stays() {
        let item = Item::Folder { guest: "/a".to_owned(), access: Access::ReadWrite, size: Some(300) };
        let requests = Requests::new(vec![Request { item, reason: "w".to_owned(), optional: true }]).unwrap();
        assert_eq!(write(&requests), b"\x12\0\0\0\x01\x06folder\x01\x01w\x02/a\x01\x01\xac\x02");
    }

    #[test]
    fn later_kinds_and_forms_are_kept_as_unknown() {
        let section = b"\x0a\0\0\0\x01\x03gpu\0\x01wxy\x11\0\0\0\x01\x07scratch\0\x01w\x02/a\x05\x01";
        let requests = read(section).unwrap();
        let unknown = |kind: &str, body: &[u8]| Item::Unknown { kind: kind.to_owned(), body: body.to_owned() };
        let items: Vec<_> = requests.iter().map(|request| request.item.clone()).collect();
        assert_eq!(items, [unknown("gpu", b"xy"), unknown("scratch", b"\x02/a\x05\x01")]);
        assert_eq!(write(&requests), section);
    }

    #[test]
    fn other_bytes_are_refused() {
        assert_eq!(read(&vec![0; MAX_SECTION_LEN + 1]), Err(SectionError::TooLong(MAX_SECTION_LEN + 1)));
        assert_eq!(read(b"\x02\0\0\0\x07a"), Err(SectionError::UnknownFormat(7)));
        assert_eq!(read(b"\0\0\0\0"), Err(SectionError::Malformed(0)));
        assert_eq!(read(b"\x0b\0\0\0\x01\x07scratch\0\x01"), Err(SectionError::Malformed(0)));
        let section = write(&all());
        // The end of a record is not known without its length.
        for len in 1..section.len() {
            assert!(matches!(read(&section[..len]), Err(SectionError::Malformed(_)) | Ok(_)), "{len}");
        }
        let twice = [section.clone(), section].concat();
        assert!(matches!(read(&twice), Err(SectionError::Request(RequestError::Duplicate { .. }))));
    }

    proptest! {
        #[test]
        fn any_bytes_are_requests_or_an_error(bytes: Vec<u8>, at: u16, byte: u8) {
            let _either = read(&bytes);
            let mut section = write(&all());
            let at = usize::from(at) % section.len();
            section[at] = byte;
            if let Ok(requests) = read(&section) {
                prop_assert_eq!(read(&write(&requests)), Ok(requests));
            }
        }
    }
}

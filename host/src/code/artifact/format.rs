//! An artifact, byte by byte. Numbers are little-endian.
//!
//! | at | what |
//! |---|---|
//! | 0 | [`MAGIC`] |
//! | 8 | [`FORMAT`], 4 bytes |
//! | 12 | length of the header, 4 bytes |
//! | 16 | BLAKE3 of the header |
//! | 48 | the header, in postcard's form |
//! | after it | the outline, zeroes up to a multiple of 16, and the code: the body, whose hash the header has |

use super::aligned::{ALIGNMENT, Aligned};
use super::origin::Origin;
use crate::error::ArtifactError;
use bytes::Bytes;
use plugix_module::keeps_tables;
use serde::{Deserialize, Serialize};
use std::io::{self, Read};
use std::ops::Range;

/// Every artifact begins with these bytes. The first byte is no ASCII, and there is a line feed. So a program that
/// takes the file for text damages it here.
pub(crate) const MAGIC: [u8; 8] = *b"\x89PLUGIX\n";

/// The version of the format that is described here. It changes when the format does, and only then.
pub(super) const FORMAT: u32 = 1;

const PREFIX: usize = 48;

/// The largest header, in bytes. A header is mostly names.
const HEADER_MAX: usize = 64 << 10;

/// What the host knows of a module without looking at the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    /// The name that the module had when it was compiled.
    pub(crate) name: String,
    pub(crate) origin: Origin,
    /// BLAKE3 of the WebAssembly.
    pub(super) source: [u8; 32],
    /// The length of the WebAssembly, in bytes.
    pub(super) source_size: u64,
    /// Whether no instruction of the module changes a table.
    pub(super) keeps_tables: bool,
    /// The length of the outline, in bytes.
    outline: u64,
    /// The length of the code, in bytes.
    payload: u64,
    /// BLAKE3 of the body.
    body: [u8; 32],
}

/// Where the parts of the body are in the file.
#[derive(Clone, Debug)]
pub(super) struct Body {
    pub(super) outline: Range<usize>,
    pub(super) payload: Range<usize>,
}

/// Whether bytes claim to be an artifact.
pub(crate) fn is_artifact(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

pub(super) fn seal(name: &str, origin: Origin, wasm: &[u8], outline: &[u8], payload: &[u8]) -> Bytes {
    let header = Header {
        name: name.to_owned(),
        origin,
        source: *blake3::hash(wasm).as_bytes(),
        source_size: wasm.len() as u64,
        keeps_tables: keeps_tables(wasm),
        outline: outline.len() as u64,
        payload: payload.len() as u64,
        body: [0; 32],
    };
    // The hash already has its place in the header, so the header has its final length.
    let header_len = encode(&header).len();
    let body = PREFIX + header_len;
    let payload_at = (body + outline.len()).next_multiple_of(ALIGNMENT);
    let mut bytes = Aligned::zeroed(payload_at + payload.len());
    let all = bytes.as_mut();
    all[body..body + outline.len()].copy_from_slice(outline);
    all[payload_at..].copy_from_slice(payload);
    let header = Header { body: *blake3::hash(&all[body..]).as_bytes(), ..header };
    write_header(all, &encode(&header));
    bytes.into()
}

fn encode(header: &Header) -> Vec<u8> {
    postcard::to_allocvec(header).expect("nothing in a header lacks a form in postcard")
}

fn write_header(all: &mut [u8], header: &[u8]) {
    all[..8].copy_from_slice(&MAGIC);
    all[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    all[12..16].copy_from_slice(&(header.len() as u32).to_le_bytes());
    all[16..PREFIX].copy_from_slice(blake3::hash(header).as_bytes());
    all[PREFIX..PREFIX + header.len()].copy_from_slice(header);
}

/// Checks everything that can be checked.
pub(super) fn open(bytes: &[u8]) -> Result<(Header, Body), ArtifactError> {
    let (header, len) = match bytes.split_first_chunk::<PREFIX>() {
        Some((prefix, rest)) => {
            let len = header_len(prefix)?;
            let header = rest.get(..len).ok_or_else(|| damaged("it ends within its header"))?;
            (decode(prefix, header)?, len)
        }
        None if is_artifact(bytes) => return Err(damaged("it ends within its first bytes")),
        None => return Err(not_an_artifact(bytes)),
    };
    let start = PREFIX + len;
    let lengths = || {
        let (outline, payload) = (usize::try_from(header.outline).ok()?, usize::try_from(header.payload).ok()?);
        let outline = start..start.checked_add(outline)?;
        let payload_at = outline.end.checked_next_multiple_of(ALIGNMENT)?;
        Some(Body { outline, payload: payload_at..payload_at.checked_add(payload)? })
    };
    let body = lengths().filter(|body| body.payload.end == bytes.len());
    let body = body.ok_or_else(|| damaged("its length is not what its header says"))?;
    if blake3::hash(&bytes[start..]) != header.body {
        return Err(damaged("the hash of its contents is another"));
    }
    Ok((header, body))
}

impl Header {
    /// Reads only a header. The rest may still be damaged.
    pub(crate) fn read(file: &mut impl Read) -> io::Result<Result<Self, ArtifactError>> {
        let mut prefix = [0; PREFIX];
        file.read_exact(&mut prefix)?;
        let len = match header_len(&prefix) {
            Ok(len) => len,
            Err(error) => return Ok(Err(error)),
        };
        let mut header = vec![0; len];
        file.read_exact(&mut header)?;
        Ok(decode(&prefix, &header))
    }
}

fn header_len(prefix: &[u8; PREFIX]) -> Result<usize, ArtifactError> {
    if !is_artifact(prefix) {
        return Err(not_an_artifact(prefix));
    }
    let number = |at: usize| u32::from_le_bytes([prefix[at], prefix[at + 1], prefix[at + 2], prefix[at + 3]]);
    let (format, len) = (number(8), number(12) as usize);
    if format != FORMAT {
        return Err(ArtifactError::OtherFormat { artifact: format, host: FORMAT });
    }
    if len > HEADER_MAX {
        return Err(damaged("the length of its header can't be"));
    }
    Ok(len)
}

fn decode(prefix: &[u8; PREFIX], header: &[u8]) -> Result<Header, ArtifactError> {
    if blake3::hash(header).as_bytes() != &prefix[16..] {
        return Err(damaged("the hash of its header is another"));
    }
    match postcard::take_from_bytes(header) {
        Ok((header, [])) => Ok(header),
        Ok(_) => Err(damaged("its header is too long")),
        Err(error) => Err(ArtifactError::Damaged { problem: format!("its header can't be read: {error}") }),
    }
}

fn not_an_artifact(bytes: &[u8]) -> ArtifactError {
    ArtifactError::NotAnArtifact { found: bytes.iter().copied().take(MAGIC.len()).collect() }
}

fn damaged(problem: &str) -> ArtifactError {
    ArtifactError::Damaged { problem: problem.to_owned() }
}

/// Bytes with this header, and with the right hash of the header, whatever the header is.
pub(crate) fn with_header(header: &[u8], body: &[u8]) -> Vec<u8> {
    let mut all = vec![0; PREFIX + header.len()];
    write_header(&mut all, header);
    all.extend_from_slice(body);
    all
}

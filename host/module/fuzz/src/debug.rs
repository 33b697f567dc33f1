//! Debug information. Any bytes are refused, or give lines, in bounded time and memory.

use plugix_fuzzing::kind;
use plugix_module::debug::{DebugError, Source, locate};

/// The sections that the bytes are given to, in turn.
const SECTIONS: [&str; 4] = [".debug_abbrev", ".debug_info", ".debug_line", ".debug_ranges"];

/// A unit with a function, an inlined one and their lines, in four parts of which each has its length before it.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let abbreviations =
        b"\x01\x11\x01\x03\x08\x10\x17\x11\x01\x12\x06\0\0\x02\x2e\x01\x03\x08\x11\x01\x12\x06\0\0\x03\x1d\0\
        \x03\x08\x55\x17\x58\x0b\x59\x0b\0\0\0";
    let mut info =
        b"\x04\0\0\0\0\0\x04\x01a\0\0\0\0\0\x01\0\0\0\x40\0\0\0\x02f\0\x01\0\0\0\x40\0\0\0\x03g\0\0\0\0\0\x01\x07\0\0"
            .to_vec();
    info.splice(0..0, (info.len() as u32).to_le_bytes());
    let header = b"\x01\x01\x01\xfb\x0e\x0d\0\x01\x01\x01\x01\0\0\0\x01\0\0\x01\0b.rs\0\0\0\0\0";
    let mut lines = [b"\x04\0", &(header.len() as u32).to_le_bytes()[..], header].concat();
    lines.extend(b"\0\x05\x02\x01\0\0\0\x03\x09\x01\x02\x40\0\x01\x01");
    lines.splice(0..0, (lines.len() as u32).to_le_bytes());
    let ranges = b"\x02\0\0\0\x05\0\0\0\0\0\0\0\0\0\0\0";
    let parts = [&abbreviations[..], &info, &lines, ranges];
    vec![parts.iter().flat_map(|part| [&(part.len() as u16).to_le_bytes()[..], part].concat()).collect()]
}

pub(crate) fn run(bytes: &[u8]) -> u64 {
    let mut wasm =
        wat::parse_str("(module (func (loop (br_if 0 (i32.const 1))) (unreachable)))").expect("it is a module");
    let mut rest = bytes;
    for name in SECTIONS {
        let len = rest.split_first_chunk::<2>().map_or(0, |(len, after)| {
            rest = after;
            usize::from(u16::from_le_bytes(*len)).min(after.len())
        });
        let (part, after) = rest.split_at(len);
        rest = after;
        add(&mut wasm, name, part);
    }
    let found = locate(&Source { wasm: &wasm, rewritten: false, debug: None }, &(0..64).collect::<Vec<_>>());
    kind(found.map(|places| places.iter().map(|place| place.functions.len()).sum::<usize>()).map_err(
        |error| match error {
            DebugError::Malformed(problem) => problem.len(),
            _ => 0,
        },
    ))
}

/// Adds a section that has a name.
fn add(wasm: &mut Vec<u8>, name: &str, data: &[u8]) {
    let mut len = name.len() + 1 + data.len();
    wasm.push(0);
    while len >= 0x80 {
        wasm.push(len as u8 | 0x80);
        len >>= 7;
    }
    wasm.push(len as u8);
    wasm.push(name.len() as u8);
    wasm.extend([name.as_bytes(), data].concat());
}

//! What lies in the memory of a random module before it runs: what plausible arguments lead to.

use super::super::setup::PORTS;
use plugix_e2e::Random;
use std::fmt::Write as _;

/// Paths, names of hosts, and others.
const NAMES: [&str; 24] = [
    "/s/a",
    "/s/b",
    "/s/c/d",
    "/s/c",
    "/d/file",
    "/d/new",
    "/d/folder/x",
    "/d/folder",
    "/r/file",
    "/d",
    "/s",
    "/",
    ".",
    "..",
    "../../etc/passwd",
    "file",
    "a",
    "",
    "/d/out",
    "/dev/zero",
    "localhost",
    "name.test",
    "__wasm_signal",
    "/nowhere/\u{e4}\u{1f980}",
];

/// Where everything is, in the first page of the memory.
pub(super) const NAMES_AT: u32 = 1_024;
pub(super) const PARTS_AT: u32 = 4_096;
pub(super) const ADDRESSES_AT: u32 = 4_608;
pub(super) const SUBSCRIPTIONS_AT: u32 = 5_120;
pub(super) const EPOLL_AT: u32 = 5_632;
pub(super) const TIMES_AT: u32 = 5_888;
pub(super) const THREAD_AT: u32 = 6_144;
pub(super) const WORDS_AT: u32 = 6_400;
pub(super) const RESULTS_AT: u32 = 8_192;
pub(super) const BUFFER_AT: u32 = 16_384;

/// How many there are of each.
pub(super) const PARTS: u32 = 8;
pub(super) const ADDRESSES: u32 = 6;
pub(super) const SUBSCRIPTIONS: u32 = 4;
pub(super) const TIMES: u32 = 4;

/// A name's place and length.
pub(super) fn name(random: &mut Random) -> (u32, u32) {
    let at = random.below(NAMES.len() as u32) as usize;
    let before: usize = NAMES[..at].iter().map(|name| name.len()).sum();
    (NAMES_AT + before as u32, NAMES[at].len() as u32)
}

/// The data segments. Waits end soon if `patient` is false.
pub(super) fn segments(random: &mut Random, pages: u32, patient: bool) -> String {
    let mut parts = Vec::new();
    for _ in 0..PARTS {
        let buffer = if random.one_in(6) { near_the_end(random, pages) } else { BUFFER_AT + random.below(1 << 14) };
        let len = if random.one_in(4) { random.edge() } else { random.below(1 << 13) };
        parts.extend([buffer, len].map(u32::to_le_bytes).as_flattened());
    }
    let mut addresses = Vec::new();
    for _ in 0..ADDRESSES {
        let family = random.pick(&[1, 1, 1, 1, 2, 3, 0, 200]);
        let port = if random.one_in(4) { 0 } else { PORTS.start + random.below(8) as u16 };
        let host = random.pick(&[[127, 0, 0, 1], [127, 0, 0, 1], [0, 0, 0, 0], [224, 0, 0, 1], [10, 0, 0, 1]]);
        addresses.extend([family, 0]);
        addresses.extend(port.to_le_bytes());
        addresses.extend(host);
        addresses.extend([0; 12]);
    }
    let mut subscriptions = Vec::new();
    for _ in 0..SUBSCRIPTIONS {
        let kind = random.pick(&[0, 0, 1, 2, 1, 2, 9]);
        let id = random.below(10);
        subscriptions.extend(random.any().to_le_bytes());
        subscriptions.extend([kind, 0, 0, 0, 0, 0, 0, 0]);
        subscriptions.extend([id, 0].map(u32::to_le_bytes).as_flattened());
        subscriptions.extend([time(random, patient), 0].map(u64::to_le_bytes).as_flattened());
        subscriptions.extend(u64::from(random.below(3)).to_le_bytes());
    }
    let epoll: Vec<u8> = [random.below(32), 0, 7, random.below(10), 1, 0, 2, 0].map(u32::to_le_bytes).concat();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let tag = if patient { random.pick(&[0, 1, 1, 77]) } else { 1 };
        times.extend([tag, time(random, patient)].map(u64::to_le_bytes).as_flattened());
    }
    let mut thread = vec![BUFFER_AT + 32_768, 1_024, random.below(4), random.below(100)];
    thread.extend([0; 10]);
    thread.extend([random.pick(&[0, 4_096, 16_384, u32::MAX]), 0]);
    let thread: Vec<u8> = thread.into_iter().flat_map(u32::to_le_bytes).collect();

    let segments = [
        (NAMES_AT, NAMES.concat().into_bytes()),
        (PARTS_AT, parts),
        (ADDRESSES_AT, addresses),
        (SUBSCRIPTIONS_AT, subscriptions),
        (EPOLL_AT, epoll),
        (TIMES_AT, times),
        (THREAD_AT, thread),
    ];
    segments.into_iter().map(|(at, bytes)| format!("(data (i32.const {at}) \"{}\")\n", escaped(&bytes))).collect()
}

/// Nanoseconds.
fn time(random: &mut Random, patient: bool) -> u64 {
    match random.below(4) {
        0 if patient => u64::MAX >> random.below(3),
        1 => 0,
        _ => u64::from(random.below(2_000_000)),
    }
}

/// A place about where the memory ends.
pub(super) fn near_the_end(random: &mut Random, pages: u32) -> u32 {
    pages.wrapping_mul(65_536).wrapping_add(random.pick(&[0, 1, 4, 16])).wrapping_sub(random.pick(&[0, 1, 2, 8, 64]))
}

fn escaped(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        match byte {
            b' '..=b'~' if !b"\"\\".contains(byte) => text.push(char::from(*byte)),
            _ => write!(text, "\\{byte:02x}").expect("a string grows"),
        }
        text
    })
}

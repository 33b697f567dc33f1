//! Changes its results while the host reads them.

use plugix_guest::abi::{ResultHeader, Status};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::thread;

plugix_guest::metadata!("Changes its results while the host reads them");

/// The longest result.
const ROOM: usize = 4096;

static RESULT: [AtomicU8; ROOM] = [const { AtomicU8::new(0) }; ROOM];
static LEN: AtomicU32 = AtomicU32::new(0);
/// Where the result's header lies, since the first call.
static HEADER: AtomicU32 = AtomicU32::new(0);

plugix_guest::export! {
    /// From now on a thread writes the result over and over: first one half of the arguments, then the other.
    fn rewrite_result(halves: &[u8]) {
        let (one, other) = halves.split_at(halves.len() / 2);
        let halves = [one.to_owned(), other.to_owned()];
        LEN.store(one.len() as u32, Ordering::Relaxed);
        write(one);
        thread::spawn(move || loop {
            for half in &halves {
                write(half);
                // The host can end a thread that asks it for something.
                thread::yield_now();
            }
        });
    }

    /// From now on a thread writes other lengths and pointers into the result's header, over and over.
    fn rewrite_header(headers: &[u8]) {
        LEN.store(16, Ordering::Relaxed);
        let headers: Vec<u32> = headers.chunks_exact(4).map(|number| u32::from_le_bytes([number[0], number[1], number[2], number[3]])).collect();
        thread::spawn(move || loop {
            for header in headers.chunks_exact(2) {
                if let place @ 1.. = HEADER.load(Ordering::Relaxed) {
                    let place = place as usize as *const AtomicU32;
                    // SAFETY: the frame stays in its place. Its header is two numbers and two reserved ones.
                    unsafe {
                        (*place).store(header[0], Ordering::Relaxed);
                        (*place.add(1)).store(header[1], Ordering::Relaxed);
                    }
                }
                thread::yield_now();
            }
        });
    }
}

fn write(bytes: &[u8]) {
    for (place, byte) in RESULT.iter().zip(bytes) {
        place.store(*byte, Ordering::Relaxed);
    }
}

macro_rules! answers {
    ($($name:literal $function:ident)*) => { $(
        #[unsafe(export_name = $name)]
        extern "C" fn $function(frame: u32) -> u32 {
            let header = ResultHeader {
                ptr: RESULT.as_ptr() as usize as u32,
                len: LEN.load(Ordering::Relaxed),
                ..ResultHeader::default()
            };
            let place = frame + 16;
            // SAFETY: the host calls this with a frame. The result's header stands at 16 in it.
            unsafe { (place as usize as *mut ResultHeader).write_volatile(header) };
            HEADER.store(place, Ordering::Relaxed);
            Status::Ok as u32
        }
    )* };
}

answers! {
    "plugix:Liar/nothing" nothing
    "plugix:Liar/number" number
    "plugix:Liar/flag" flag
    "plugix:Liar/text" text
    "plugix:Liar/bytes" bytes
    "plugix:Liar/points" points
    "plugix:Liar/table" table
    "plugix:Liar/fallible" fallible
    "plugix:Liar/numbers" numbers
    "plugix:Liar/take" take
}

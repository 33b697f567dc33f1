//! Deep recursion with other allocations around the stack. It is all safe Rust, apart from the names of the exports.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread::{self, JoinHandle};

/// Bytes of a frame.
const FRAME: usize = 4 << 10;

/// What lies around the thread's stack.
static NEIGHBOURS: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// The thread, which waits to be told how deep it is to go.
static THREAD: Mutex<Option<(Sender<u32>, JoinHandle<u64>)>> = Mutex::new(None);

#[inline(never)]
fn recurse(depth: u32) -> u64 {
    let frame = black_box([depth as u8; FRAME]);
    if depth == 0 { 1 } else { recurse(depth - 1) + u64::from(frame[depth as usize % FRAME] == depth as u8) }
}

fn add_neighbours() {
    NEIGHBOURS.lock().unwrap().extend((0..20).map(|_| vec![0xaa; 16 << 10]));
}

/// Makes a thread with a stack of so many bytes.
#[unsafe(no_mangle)]
extern "C" fn prepare(stack: u32) {
    NEIGHBOURS.lock().unwrap().clear();
    add_neighbours();
    let (depth, wait) = channel();
    let thread =
        thread::Builder::new().stack_size(stack as usize).spawn(move || recurse(wait.recv().unwrap())).unwrap();
    *THREAD.lock().unwrap() = Some((depth, thread));
    add_neighbours();
}

/// Where a neighbour lies; 0 if there is none of that number.
#[unsafe(no_mangle)]
extern "C" fn neighbour(number: u32) -> usize {
    NEIGHBOURS.lock().unwrap().get(number as usize).map_or(0, |neighbour| neighbour.as_ptr() as usize)
}

/// Has the thread recurse, and returns how deep it came.
#[unsafe(no_mangle)]
extern "C" fn recurse_on_the_thread(depth: u32) -> u64 {
    let (sender, thread) = THREAD.lock().unwrap().take().unwrap();
    sender.send(depth).unwrap();
    thread.join().unwrap()
}

/// A parser of brackets in brackets, with a list in each frame.
#[inline(never)]
fn parse(text: &[u8], at: &mut usize) -> Vec<usize> {
    let mut found = Vec::new();
    let start = *at;
    while let Some(byte) = text.get(*at) {
        *at += 1;
        match byte {
            b'[' => found.push(parse(text, at).len() + start),
            _ => return found,
        }
    }
    found
}

fn parse_nested(depth: u32) -> u32 {
    let text = [vec![b'['; depth as usize], vec![b']'; depth as usize]].concat();
    let mut at = 0;
    parse(&text, &mut at);
    at as u32 / 2
}

/// Calls in calls, with nothing that has an address.
#[inline(never)]
fn nest(depth: u32) -> u32 {
    if depth == 0 { 0 } else { nest(depth - 1).wrapping_mul(3) ^ depth }
}

#[unsafe(no_mangle)]
extern "C" fn nest_here(depth: u32) -> u32 {
    nest(depth)
}

#[unsafe(no_mangle)]
extern "C" fn parse_here(depth: u32) -> u32 {
    parse_nested(depth)
}

/// On a thread with a stack of so many bytes.
#[unsafe(no_mangle)]
extern "C" fn parse_on_a_thread(depth: u32, stack: u32) -> u32 {
    thread::Builder::new().stack_size(stack as usize).spawn(move || parse_nested(depth)).unwrap().join().unwrap()
}

#[unsafe(no_mangle)]
extern "C" fn recurse_here(depth: u32) -> u64 {
    recurse(depth)
}

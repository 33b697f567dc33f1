//! The work behind a C ABI that is made by hand. The host writes arguments into a buffer that it keeps between calls. A
//! call returns a pointer and a length; the result lies there until the next call.

use peers_work::{self as work, Point, Record};
use std::cell::RefCell;

#[link(wasm_import_module = "host")]
unsafe extern "C" {
    #[link_name = "add"]
    safe fn host_add(a: u32, b: u32) -> u32;
}

/// What a call leaves for the host to read.
enum Left {
    Bytes(Vec<u8>),
    Points(Vec<Point>),
}

thread_local! {
    static ARGUMENTS: RefCell<Vec<Point>> = const { RefCell::new(Vec::new()) };
    static RESULT: RefCell<Left> = const { RefCell::new(Left::Bytes(Vec::new())) };
}

/// Room for this many bytes of arguments, aligned for points.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(len: usize) -> *mut u8 {
    ARGUMENTS.with_borrow_mut(|arguments| {
        arguments.resize(len.div_ceil(size_of::<Point>()), Point { x: 0.0, y: 0.0, z: 0.0, w: 0.0 });
        arguments.as_mut_ptr().cast()
    })
}

/// The bytes that the host wrote.
fn with_bytes<R>(len: usize, run: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: points are plain bytes without padding.
    ARGUMENTS.with_borrow(|arguments| run(unsafe { &arguments.align_to::<u8>().1[..len] }))
}

/// Pointer and length, in one number.
fn leave(result: Left) -> u64 {
    let (pointer, len) = match &result {
        Left::Bytes(bytes) => (bytes.as_ptr().addr(), bytes.len()),
        Left::Points(points) => (points.as_ptr().addr(), size_of_val(points.as_slice())),
    };
    RESULT.set(result);
    (pointer as u64) << 32 | len as u64
}

/// Nothing.
#[unsafe(no_mangle)]
pub extern "C" fn empty() {}

/// The sum.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: u32, b: u32) -> u32 {
    work::add(a, b)
}

/// The same bytes.
#[unsafe(no_mangle)]
pub extern "C" fn echo(len: usize) -> u64 {
    leave(Left::Bytes(with_bytes(len, work::echo)))
}

/// The struct, changed; in postcard's encoding.
#[unsafe(no_mangle)]
pub extern "C" fn change(len: usize) -> u64 {
    let record: Record = with_bytes(len, |bytes| postcard::from_bytes(bytes).expect("the host encodes"));
    leave(Left::Bytes(postcard::to_allocvec(&record.changed()).expect("a record can be encoded")))
}

/// Reads every point.
#[unsafe(no_mangle)]
pub extern "C" fn sum(count: usize) -> f64 {
    ARGUMENTS.with_borrow(|points| work::sum(&points[..count]))
}

/// Makes this many points.
#[unsafe(no_mangle)]
pub extern "C" fn points(count: u32) -> u64 {
    leave(Left::Points(work::points(count)))
}

/// Makes this many strings; in postcard's encoding.
#[unsafe(no_mangle)]
pub extern "C" fn strings(count: u32) -> u64 {
    leave(Left::Bytes(postcard::to_allocvec(&work::strings(count)).expect("strings can be encoded")))
}

/// The vectors, each turned around; in postcard's encoding.
#[unsafe(no_mangle)]
pub extern "C" fn reverse(len: usize) -> u64 {
    let vectors = with_bytes(len, |bytes| postcard::from_bytes(bytes).expect("the host encodes"));
    leave(Left::Bytes(postcard::to_allocvec(&work::reversed(vectors)).expect("vectors can be encoded")))
}

/// Calls the host `count` times.
#[unsafe(no_mangle)]
pub extern "C" fn call_host(count: u32) -> u32 {
    work::call_host(count, |a, b| host_add(a, b))
}

/// Work for the processor.
#[unsafe(no_mangle)]
pub extern "C" fn compute(rounds: u32) -> u64 {
    work::compute(rounds)
}

/// Work for the processor, on threads.
#[unsafe(no_mangle)]
pub extern "C" fn compute_on(threads: u32, rounds: u32) -> u64 {
    work::compute_on(threads, rounds)
}

/// Starts a thread and waits for its end.
#[unsafe(no_mangle)]
pub extern "C" fn spawn_and_join() -> u32 {
    work::spawn_and_join()
}

/// Never returns.
#[unsafe(no_mangle)]
pub extern "C" fn endless() -> u64 {
    work::endless()
}

//! C of our own: long jumps, formats, thread-locals, atomics.

use std::ffi::{CStr, c_char, c_int, c_longlong};

unsafe extern "C" {
    safe fn dive(levels: c_int) -> c_int;
    safe fn jumped() -> c_int;
    fn format(text: *mut c_char, room: usize, number: f64, wide: c_longlong) -> c_int;
}

fn main() {
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || (0..100).for_each(|round| assert_eq!(dive(thread + round), thread + round + 1)));
        }
    });
    assert_eq!(jumped(), 400);
    let mut text = [0; 64];
    // SAFETY: there is as much room as is said.
    let len = unsafe { format(text.as_mut_ptr(), text.len(), 1.5, 1 << 40) };
    // SAFETY: the text was written, and ends.
    let text = unsafe { CStr::from_ptr(text.as_ptr()) };
    assert_eq!((text.to_str(), len), (Ok("1.500 1099511627776 long word"), 29));
    println!("ok");
}

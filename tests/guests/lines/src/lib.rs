//! Fails at lines that are known. It is built with its line tables (see the workspace's profile).

use std::hint::black_box;

plugix_guest::metadata!("Fails at known lines");

/// The compiler puts it into its caller.
#[inline(always)]
fn stops_here(number: u32) -> u32 {
    // SAFETY: this isn't sound natively. In a plugin, no memory is at so high an address, and the read traps.
    let read = unsafe { std::ptr::read_volatile(black_box(u32::MAX - 15) as *const u32) }; // the line of the trap
    // Nothing comes here.
    read - number
}

#[inline(never)]
fn goes_on(number: u32) -> u32 {
    for step in 0..black_box(3) {
        black_box(step);
    }
    black_box(stops_here(number)) // the line of the call
}

#[inline(never)]
fn panics_below(text: &str) -> usize {
    let found = text.find('x').expect("there is an x"); // the line of the panic
    black_box(found)
}

plugix_guest::export! {
    fn trap(_args: &[u8]) -> String {
        goes_on(0).to_string()
    }

    fn trap_on_a_thread(_args: &[u8]) -> String {
        std::thread::spawn(|| goes_on(0)).join().unwrap().to_string()
    }

    fn panic(args: &[u8]) -> String {
        panics_below(&String::from_utf8_lossy(args)).to_string()
    }
}

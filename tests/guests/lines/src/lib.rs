//! Fails at lines that are known. It is built with its line tables (see the workspace's profile).

use std::hint::black_box;

plugix_guest::metadata!("Fails at known lines");

/// The compiler puts it into its caller.
#[inline(always)]
fn stops_here(number: u32) -> u32 {
    if black_box(number) == 0 {
        core::arch::wasm32::unreachable(); // the line of the trap
    }
    number - 1
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

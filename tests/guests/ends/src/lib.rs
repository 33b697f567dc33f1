//! Ends itself, in each way there is.

use std::hint::black_box;
use std::process;
use std::thread;

plugix_guest::metadata!("Ends itself");

/// Runs the instruction that always traps.
#[inline(never)]
fn trap_here() {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable()
}

fn overflow(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { 0 } else { depth + overflow(depth + 1) * black_box(2) }
}

plugix_guest::export! {
    fn live(_args: &[u8]) -> String {
        "alive".to_owned()
    }

    fn trap(_args: &[u8]) {
        trap_here();
    }

    fn overflow_the_stack(_args: &[u8]) -> String {
        overflow(0).to_string()
    }

    fn abort(_args: &[u8]) {
        process::abort();
    }

    fn exit(code: &[u8]) {
        process::exit(String::from_utf8_lossy(code).parse().unwrap());
    }

    fn trap_in_a_thread(_args: &[u8]) {
        let _ = thread::spawn(trap_here).join();
    }

    fn trap_later(_args: &[u8]) {
        thread::spawn(trap_here);
    }

    fn exit_in_a_thread(code: &[u8]) {
        let code = String::from_utf8_lossy(code).parse().unwrap();
        let _ = thread::spawn(move || process::exit(code)).join();
    }
}

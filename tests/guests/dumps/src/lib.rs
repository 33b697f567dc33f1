//! Ends where the host knows what its threads were doing, and what was in its memory.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::thread;

plugix_guest::metadata!("Ends at known places");

/// It is in the module's data, and nobody ever changes it.
static NEVER_WRITTEN: [u8; 32] = *b"what the module has of its own..";

/// Runs the instruction that always traps.
#[inline(never)]
fn traps_here(depth: u32) -> u32 {
    if depth > 0 {
        return black_box(traps_here(depth - 1)) + 1;
    }
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    depth
}

/// Computes until somebody says that it is enough. The compiler can't know that nobody does.
#[inline(never)]
fn spins_here(enough: &AtomicBool) -> u64 {
    let mut rounds = 0u64;
    while !black_box(enough).load(Ordering::Relaxed) {
        rounds = black_box(rounds.wrapping_add(1));
    }
    rounds
}

fn number(args: &[u8]) -> usize {
    String::from_utf8_lossy(args).parse().unwrap()
}

plugix_guest::export! {
    /// Keeps this text for good. Returns its address, that of a constant, and one on the stack.
    fn keep(text: &[u8]) -> String {
        let kept = text.to_vec().leak();
        let local = black_box(0u8);
        format!("{} {} {}", kept.as_ptr() as usize, black_box(&NEVER_WRITTEN).as_ptr() as usize, &raw const local as usize)
    }

    fn trap(_args: &[u8]) -> String {
        traps_here(3).to_string()
    }

    fn trap_in_a_thread(_args: &[u8]) -> String {
        thread::spawn(|| traps_here(0)).join().unwrap().to_string()
    }

    /// Computes for ever, in a thread as well. Says when both begin.
    fn spin(_args: &[u8]) -> String {
        static NEVER: AtomicBool = AtomicBool::new(false);
        let (begin, begun) = channel();
        let other = thread::spawn(move || {
            begin.send(()).unwrap();
            black_box(spins_here(&NEVER)) + 1
        });
        begun.recv().unwrap();
        println!("both begin");
        let rounds = black_box(spins_here(&NEVER));
        (rounds + other.join().unwrap()).to_string()
    }

    /// Has this many MiB of memory that are not zeroes, and traps.
    fn fill(mebibytes: &[u8]) -> String {
        let filled = vec![7u8; number(mebibytes) << 20];
        black_box(&filled);
        traps_here(0).to_string()
    }

    fn panic(_args: &[u8]) {
        panic!("as it should");
    }

    fn exit(_args: &[u8]) {
        std::process::exit(3);
    }
}

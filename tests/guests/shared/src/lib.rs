//! Is called by many at the same time.

use plugix_e2e_contract::shared::{Oracle, Shared};
use plugix_guest::abi::Stream;
use plugix_guest::{Plugin, host, plugin, services, uses};
use std::cell::Cell;
use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;

uses!(Oracle);

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

#[derive(Default)]
struct Crowd {
    number: AtomicU64,
    inside: Mutex<u32>,
    changed: Condvar,
    /// How many wait, and the number of the next release.
    gate: Mutex<(u32, u32)>,
    opened: Condvar,
}

#[plugin(description = "Is called by many at the same time")]
impl Plugin for Crowd {
    type Config = ();

    fn new(_: ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self::default())
    }
}

#[plugin]
impl Shared for Crowd {
    fn nothing(&self) {}

    fn add(&self, number: u64) -> u64 {
        self.number.fetch_add(number, Ordering::SeqCst)
    }

    fn meet(&self, calls: u32) -> u32 {
        let mut inside = self.inside.lock().unwrap();
        *inside += 1;
        self.changed.notify_all();
        *self.changed.wait_while(inside, |inside| *inside < calls).unwrap()
    }

    fn wait(&self) -> u32 {
        let mut gate = self.gate.lock().unwrap();
        gate.0 += 1;
        let release = gate.1;
        let gate = self.opened.wait_while(gate, |gate| gate.1 == release).unwrap();
        gate.0
    }

    fn waiting(&self) -> u32 {
        self.gate.lock().unwrap().0
    }

    fn release(&self) {
        self.gate.lock().unwrap().1 += 1;
        self.opened.notify_all();
    }

    fn work(&self, rounds: u64) -> u64 {
        (0..rounds).fold(1, |state: u64, round| black_box(state.wrapping_mul(6_364_136_223_846_793_005) ^ round))
    }

    fn spin(&self) {
        loop {
            black_box(self);
        }
    }

    fn until_cancelled(&self) -> bool {
        while !services::is_cancelled() {
            thread::yield_now();
        }
        self.number.fetch_add(1, Ordering::SeqCst);
        true
    }

    fn panic(&self, message: &str) -> String {
        panic!("{message}")
    }

    fn trap(&self) {
        let _ = self.ask(0);
        #[cfg(target_arch = "wasm32")]
        core::arch::wasm32::unreachable()
    }

    fn offer(&self) {
        #[link(wasm_import_module = "plugix")]
        unsafe extern "C" {
            safe fn serve();
        }
        serve();
    }

    fn thread(&self) -> (String, u32) {
        let name = thread::current().name().unwrap_or("main").to_owned();
        (name, ASKED.replace(ASKED.get() + 1))
    }

    fn grow(&self, bytes: u32) -> u64 {
        let bytes = black_box(vec![1_u8; bytes as usize]);
        let sum = bytes.iter().map(|byte| u64::from(*byte)).sum();
        // What a call leaves behind.
        std::mem::forget(bytes);
        sum
    }

    fn write(&self, path: &str) -> Result<(), String> {
        std::fs::write(path, "a trace").map_err(|error| error.to_string())
    }

    fn leave_a_thread(&self) {
        thread::spawn(|| {
            loop {
                thread::park();
            }
        });
    }

    fn join_a_thread(&self) -> u32 {
        thread::spawn(|| ASKED.get() + 7).join().unwrap()
    }

    fn ask(&self, question: u32) -> Result<u32, String> {
        host::<dyn Oracle>().answer(question).map_err(|error| error.to_string())
    }

    fn count_to(&self, count: u64) -> Stream<u64> {
        Stream::new(0..count)
    }
}

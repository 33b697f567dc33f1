//! Small calls, and a count of the blocks that they take from the heap.

use plugix_e2e_contract::small::Small;
use plugix_guest::abi::PodSlice;
use plugix_guest::{Plugin, plugin};
use std::alloc::{GlobalAlloc, Layout, System};
use std::error::Error;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU32, Ordering};

struct Counting;

static ALLOCATIONS: AtomicU32 = AtomicU32::new(0);

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promise is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise is the same.
        unsafe { System.dealloc(block, layout) };
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static DROPPED: AtomicU32 = AtomicU32::new(0);

/// What a panic drops on its way.
struct OnTheStack;

impl Drop for OnTheStack {
    fn drop(&mut self) {
        DROPPED.fetch_add(1, Ordering::Relaxed);
    }
}

struct Calls;

#[plugin(description = "Answers small calls")]
impl Plugin for Calls {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Small for Calls {
    fn nothing(&self) {}

    fn flag(&self, value: bool) -> bool {
        value
    }

    fn byte(&self, value: i8) -> i8 {
        value
    }

    fn octet(&self, value: u8) -> u8 {
        value
    }

    fn word(&self, value: u32) -> u32 {
        value
    }

    fn integer(&self, value: i32) -> i32 {
        value
    }

    fn fraction(&self, value: f32) -> f32 {
        value
    }

    fn three(&self, a: u64, b: i64, c: f64) -> u32 {
        ((a ^ b.cast_unsigned() ^ c.to_bits()) >> 32) as u32
    }

    fn four(&self, a: u8, b: i16, c: bool, d: f32) -> i32 {
        i32::from(a) + i32::from(b) + i32::from(c) + d as i32
    }

    fn panic(&self, code: u32) -> u32 {
        let _on_the_stack = OnTheStack;
        panic!("out of {code}")
    }

    fn catch_and_panic(&self) -> i32 {
        assert!(catch_unwind(|| panic!("the first")).is_err());
        panic!("the second")
    }

    fn dropped(&self) -> u32 {
        DROPPED.load(Ordering::Relaxed)
    }

    fn trap(&self) {
        #[cfg(target_arch = "wasm32")]
        core::arch::wasm32::unreachable()
    }

    fn allocations(&self) -> u32 {
        ALLOCATIONS.load(Ordering::Relaxed)
    }

    fn length(&self, text: &str, bytes: &[u8], samples: PodSlice<'_, u64>) -> Result<u64, u8> {
        if text.is_empty() { Err(1) } else { Ok((text.len() + bytes.len() + samples.len()) as u64) }
    }

    fn pair(&self, first: u16) -> (u16, Option<char>) {
        (first, Some('Σ'))
    }

    fn echo(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }
}

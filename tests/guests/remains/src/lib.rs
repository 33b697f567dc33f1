//! Writes a word to all kinds of places, and looks for it.

use plugix_e2e_contract::remains::Remains;
use plugix_guest::{Plugin, plugin};
use std::cell::Cell;
use std::error::Error;
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

const PAGE: usize = 4096;

/// Pages of the module's data. None is all zeroes.
static DATA: Mutex<[[u8; PAGE]; 256]> = Mutex::new([[7; PAGE]; 256]);

static STATIC: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static LOCAL: Cell<u64> = const { Cell::new(1) };
}

struct Left;

#[plugin(description = "Leaves something for the next caller to find")]
impl Plugin for Left {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Remains for Left {
    fn fill(&self, inverted: u64, heap: u32) -> u64 {
        let word = !inverted;
        STATIC.store(word, Ordering::Relaxed);
        LOCAL.set(word);
        black_box(vec![word; heap as usize / size_of::<u64>()].as_slice());
        deep(word, 100);
        memory() as u64
    }

    fn find(&self, inverted: u64) -> (u64, u64) {
        let words = memory() / size_of::<u64>();
        let is_it = |word: u64| u64::from(!word == inverted);
        // The words at the very start are no object's: a pointer to them would be null.
        let all = (1..words).map(|at| {
            let word = std::ptr::with_exposed_provenance::<u64>(at * size_of::<u64>());
            // SAFETY: the address is in the plugin's memory, and nothing else runs in the plugin.
            is_it(unsafe { word.read_volatile() })
        });
        (all.sum(), is_it(STATIC.load(Ordering::Relaxed)) + is_it(LOCAL.get()))
    }

    fn touch(&self, pages: u32) {
        let mut data = DATA.lock().unwrap_or_else(PoisonError::into_inner);
        for page in data.iter_mut().take(pages as usize) {
            page[100] = page[100].wrapping_add(1);
        }
    }
}

/// Writes the word to much of the stack.
fn deep(word: u64, depth: u32) -> u64 {
    let words = black_box([word; 256]);
    if depth == 0 { words[3] } else { words[5].wrapping_add(deep(word, depth - 1)) }
}

/// How many bytes of memory the plugin has.
fn memory() -> usize {
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 0; // nobody calls it there
    pages * 65_536
}

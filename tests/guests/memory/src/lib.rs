//! Wants more memory than there is.

use std::alloc::{Layout, alloc, dealloc};
use std::hint::black_box;
use std::thread;

plugix_guest::metadata!("Uses memory");

const CHUNK: usize = 1 << 20;

plugix_guest::export! {
    /// Takes memory until there is none, gives it back, and says how many MiB there were.
    fn take_all(_args: &[u8]) -> String {
        fill().to_string()
    }

    /// The same on another thread.
    fn take_all_on_a_thread(_args: &[u8]) -> String {
        thread::spawn(fill).join().unwrap().to_string()
    }

    /// Asks politely for more than there is.
    fn try_reserve(mib: &[u8]) -> String {
        let mib: usize = std::str::from_utf8(mib).unwrap().parse().unwrap();
        let mut bytes: Vec<u8> = Vec::new();
        format!("{:?}", bytes.try_reserve_exact(mib << 20).is_ok())
    }

    /// Asks for it as most programs do, which end when there is none.
    fn allocate(mib: &[u8]) -> String {
        let mib: usize = std::str::from_utf8(mib).unwrap().parse().unwrap();
        black_box(vec![1_u8; mib << 20]).len().to_string()
    }

    /// Answers.
    fn ping(_args: &[u8]) -> String {
        "pong".into()
    }
}

fn fill() -> usize {
    let layout = Layout::from_size_align(CHUNK, 8).unwrap();
    // SAFETY: the layout has a size.
    let chunks: Vec<_> =
        std::iter::repeat_with(|| unsafe { alloc(layout) }).take_while(|chunk| !chunk.is_null()).collect();
    let count = chunks.len();
    // SAFETY: each was allocated with this layout, and is freed once.
    chunks.into_iter().for_each(|chunk| unsafe { dealloc(chunk, layout) });
    count
}

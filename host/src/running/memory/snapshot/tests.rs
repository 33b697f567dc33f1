//! What instances share, and what each goes back to.

use super::*;
use wasmer::sys::EngineBuilder;
use wasmer::{Memory, MemoryType, Store, WASM_PAGE_SIZE};
use wasmer_compiler_cranelift::Cranelift;

/// A memory of zeroes in a store of its own.
fn memory(pages: u32) -> (Store, GuestMemory) {
    let engine: wasmer::Engine = EngineBuilder::new(Cranelift::new()).engine().into();
    let mut store = Store::new(engine);
    let memory = Memory::new(&mut store, MemoryType::new(pages, Some(64), false)).unwrap();
    let memory = GuestMemory::new(memory, &store);
    (store, memory)
}

/// Writes these bytes to the beginnings of pages.
fn write(memory: &mut GuestMemory, store: &Store, pages: &[(usize, u8)]) {
    for (page, byte) in pages {
        memory.write(store, "a page", (page * PAGE) as u32, &[*byte; 100]).unwrap();
    }
}

fn all(memory: &mut GuestMemory, store: &Store) -> Vec<u8> {
    let size = memory.size(store) as u32;
    memory.read_vec(store, "all", 0, size).unwrap()
}

fn own(snapshot: &Snapshot) -> Vec<usize> {
    snapshot.own.iter().flat_map(Layer::pages).map(|at| at / PAGE).collect()
}

#[test]
fn what_is_alike_is_there_once() {
    let common = Common::default();
    let (store, mut first) = memory(16);
    write(&mut first, &store, &[(3, 1), (40, 2), (90, 3)]);
    assert!(own(&first.snapshot(&store, &common).unwrap()).is_empty());

    let (store, mut alike) = memory(16);
    write(&mut alike, &store, &[(3, 1), (40, 2), (90, 3)]);
    assert!(own(&alike.snapshot(&store, &common).unwrap()).is_empty());

    let (store, mut other) = memory(16);
    // One page is another, one is zeroes here, and one was zeroes.
    write(&mut other, &store, &[(3, 1), (40, 9), (150, 4)]);
    let before = all(&mut other, &store);
    let snapshot = other.snapshot(&store, &common).unwrap();
    assert_eq!(own(&snapshot), [40, 90, 150]);
    assert_eq!(all(&mut other, &store), before);
}

#[test]
fn each_goes_back_to_what_it_was() {
    let common = Common::default();
    // The first is the largest, and so has pages that are outside of the others.
    let contents: [(u32, &[(usize, u8)]); 4] = [
        (16, &[(0, 1), (20, 2), (100, 3), (255, 4)]),
        (8, &[(0, 1), (20, 7), (127, 5)]),
        (8, &[]),
        (32, &[(0, 1), (20, 2), (100, 3), (255, 4), (300, 6)]),
    ];
    let mut made: Vec<_> = Vec::new();
    for (pages, written) in contents {
        let (store, mut memory) = memory(pages);
        write(&mut memory, &store, written);
        let was = all(&mut memory, &store);
        let snapshot = memory.snapshot(&store, &common).unwrap();
        made.push((store, memory, snapshot, was));
    }
    for round in 0..3 {
        for (store, memory, snapshot, was) in &mut made {
            let pages = was.len() / PAGE;
            let written: Vec<_> = (round..pages).step_by(7).map(|page| (page, 0xee)).collect();
            write(memory, store, &written);
            memory.memory.grow(store, 1).unwrap();
            let grown = all(memory, store).len() - WASM_PAGE_SIZE;
            write(memory, store, &[(grown / PAGE, 0xdd)]);
            memory.restore(store, snapshot);
            let now = all(memory, store);
            assert_eq!(now[..was.len()], was[..], "{round}");
            assert!(now[was.len()..].iter().all(|byte| *byte == 0), "{round}");
        }
    }
}

//! The memories of a rewritten module, by index.
//!
//! The guest's memory is imported, because wasmer-wasix makes it. Compiled code loads the address of an imported memory in
//! two steps, and that of a module's own memory in one. So the control memory is the module's own. If the guest's
//! memory is shared, it is there a second time as the module's own, and loads and stores name it by that index. The host
//! gives each instance the memories that the plugin has already (`running::quota` of `plugix-host`).
//!
//! The second entry doesn't learn of it when the memory grows. So what depends on the size names the imported memory:
//! `memory.size`, `memory.grow`, the bulk instructions, and those that wait. A load or a store depends on the pages'
//! access rights alone: the compiler takes a memory's whole range as reserved.

use wasm_encoder::{MemorySection, MemoryType};

/// The guest's memory, as it is imported.
pub(super) const GUEST: u32 = 0;

/// The control memory.
pub(super) const CONTROL: u32 = 1;

/// The guest's memory as the module's own.
const DIRECT: u32 = 2;

/// The control memory's size in pages of 64 KiB, at the start and at the most.
pub const CONTROL_PAGES: u32 = 1;

/// The index by which loads and stores name the guest's memory.
pub(super) fn accessed(guest: Option<MemoryType>) -> u32 {
    if has_direct(guest) { DIRECT } else { GUEST }
}

/// The module's own memories.
pub(super) fn section(guest: Option<MemoryType>) -> MemorySection {
    let mut section = MemorySection::new();
    section.memory(MemoryType {
        minimum: CONTROL_PAGES.into(),
        maximum: Some(CONTROL_PAGES.into()),
        memory64: false,
        shared: true,
        page_size_log2: None,
    });
    if let Some(guest) = guest.filter(|_| has_direct(guest)) {
        section.memory(guest);
    }
    section
}

/// A memory that isn't shared belongs to one instance, and the host can't give it to that instance twice.
fn has_direct(guest: Option<MemoryType>) -> bool {
    guest.is_some_and(|guest| guest.shared)
}

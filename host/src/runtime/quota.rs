//! How much memory a plugin gets: one cap over the memory that its threads share, one over the tables of each thread.
//!
//! wasmer asks its engine's tunables for every memory and table. Each plugin has a clone of the engine with tunables of
//! its own, so that plugins of one compiled module can have different caps.

mod linear;

use crate::events::Events;
use crate::module::MemoryKind;
use crate::{LoadError, Module, Policy};
use linear::Linear;
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};
use wasmer::sys::vm::{VMMemory, VMMemoryDefinition, VMOwnedMemory, VMSharedMemory, VMTable, VMTableDefinition};
use wasmer::sys::{BaseTunables, NativeEngineExt, Tunables};
use wasmer::{
    Memory, MemoryError, MemoryStyle, MemoryType, Pages, SharedMemory, Store, TableStyle, TableType, WASM_PAGE_SIZE,
};

/// Entries of the largest table that the engine makes.
const MAX_TABLE_ENTRIES: u32 = 128 << 20;

thread_local! {
    /// Whether the memory that the calling thread asks for is the one that the plugin has already.
    static ATTACHING: Cell<bool> = const { Cell::new(false) };
}

/// The tunables of one plugin. Cheap to clone; the clones share the cap.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pages: Pages,
    table_entries: u32,
    events: Events,
    /// The memory that the plugin's threads share: the first one that was made.
    memory: OnceLock<VMSharedMemory>,
}

impl Quota {
    pub(crate) fn new(policy: &Policy, events: Events) -> Self {
        let pages = (policy.memory / WASM_PAGE_SIZE as u64).min(u64::from(wasmer::WASM_MAX_PAGES)) as u32;
        Self(Arc::new(Shared {
            pages: Pages(pages),
            table_entries: policy.table_entries.min(MAX_TABLE_ENTRIES),
            events,
            memory: OnceLock::new(),
        }))
    }

    /// Refuses a module that needs more to begin with than the policy gives it.
    pub(crate) fn check(&self, module: &Module) -> Result<(), LoadError> {
        let (MemoryKind::Imported { minimum, .. } | MemoryKind::Exported { minimum, .. }) = module.info().memory else {
            return Ok(());
        };
        if minimum > u64::from(self.0.pages.0) {
            let page = WASM_PAGE_SIZE as u64;
            return Err(LoadError::NeedsMemory { needed: minimum.saturating_mul(page), allowed: self.allowed() });
        }
        let (needed, allowed) = (module.info().table_entries, self.0.table_entries);
        if needed > u64::from(allowed) { Err(LoadError::NeedsTable { needed, allowed }) } else { Ok(()) }
    }

    /// A clone of an engine whose stores keep to the quota.
    pub(crate) fn engine(&self, engine: &wasmer::Engine) -> wasmer::Engine {
        let mut engine = engine.clone();
        engine.set_tunables(self.clone());
        engine
    }

    /// Gives the plugin's memory to the store of another of its threads, so that growth past the cap is noticed there
    /// as well.
    pub(crate) fn attach(&self, memory: SharedMemory, store: &mut Store) -> Memory {
        let Some(shared) = self.0.memory.get() else { return memory.attach(store) };
        let ty = wasmer::sys::vm::LinearMemory::ty(shared);
        ATTACHING.set(true);
        let attached = Memory::new(store, ty);
        ATTACHING.set(false);
        attached.unwrap_or_else(|_| memory.attach(store))
    }

    /// The cap in bytes.
    fn allowed(&self) -> u64 {
        self.0.pages.bytes().0 as u64
    }

    fn cap_memory(&self, ty: &MemoryType) -> MemoryType {
        let maximum = ty.maximum.map_or(self.0.pages, |maximum| maximum.min(self.0.pages));
        MemoryType { maximum: Some(maximum), ..*ty }
    }

    fn cap_table(&self, ty: &TableType) -> TableType {
        let maximum = ty.maximum.map_or(self.0.table_entries, |maximum| maximum.min(self.0.table_entries));
        TableType { maximum: Some(maximum), ..*ty }
    }
}

impl Tunables for Quota {
    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        BaseTunables::new().memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        BaseTunables::new().table_style(table)
    }

    fn create_host_memory(&self, ty: &MemoryType, style: &MemoryStyle) -> Result<VMMemory, MemoryError> {
        let ty = self.cap_memory(ty);
        if !ty.shared {
            return Ok(Linear::new(VMOwnedMemory::new(&ty, style)?, self).into());
        }
        let shared = match self.0.memory.get().filter(|_| ATTACHING.get()) {
            Some(memory) => memory.clone(),
            None => {
                let memory = VMSharedMemory::new(&ty, style)?;
                let _ = self.0.memory.set(memory.clone());
                memory
            }
        };
        Ok(Linear::new(shared, self).into())
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let ty = self.cap_memory(ty);
        // SAFETY: the location is valid, as the caller promises. A memory that is kept beyond its instance would point
        // there still, so this one isn't.
        unsafe {
            Ok(match ty.shared {
                true => Linear::new(VMSharedMemory::from_definition(&ty, style, location)?, self).into(),
                false => Linear::new(VMOwnedMemory::from_definition(&ty, style, location)?, self).into(),
            })
        }
    }

    fn create_host_table(&self, ty: &TableType, style: &TableStyle) -> Result<VMTable, String> {
        BaseTunables::new().create_host_table(&self.cap_table(ty), style)
    }

    unsafe fn create_vm_table(
        &self,
        ty: &TableType,
        style: &TableStyle,
        location: NonNull<VMTableDefinition>,
    ) -> Result<VMTable, String> {
        // SAFETY: the caller's promise is passed on.
        unsafe { BaseTunables::new().create_vm_table(&self.cap_table(ty), style, location) }
    }
}

//! How much memory a plugin gets. One cap is over the memory that its threads share, one is over the tables of each
//! thread, one is over the native stack of each thread, and one is over what its threads have thrown.
//!
//! wasmer asks its engine's tunables for every memory and table. Each plugin has a clone of the engine with its own
//! tunables. So plugins of one compiled module can have different caps. The control memory (see
//! `plugix_module::stoppable`) is made here as well, because the module's code tells it when a table could not grow, and when it throws.

mod linear;

use crate::error::LoadError;
use crate::events::{Event, Events, LimitKind};
use crate::policy::Policy;
use crate::running::exceptions::{Exceptions, OfStore};
use crate::running::memory::SharedMemory;
use crate::stop::Stopper;
use linear::{Linear, Role};
use plugix_module::{MemoryKind, ModuleInfo};
use std::cell::Cell;
use std::fmt;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use wasmer::sys::vm::{
    InternalStoreHandle, LinearMemory as _, StoreObjects, VMConfig, VMMemory, VMMemoryDefinition, VMOwnedMemory,
    VMSharedMemory, VMTable, VMTableDefinition,
};
use wasmer::sys::{BaseTunables, NativeEngineExt, Tunables};
use wasmer::{
    AsStoreMut, Memory, MemoryError, MemoryStyle, MemoryType, Pages, Store, TableStyle, TableType, WASM_PAGE_SIZE,
};
use wasmer_compiler::LinkError;
use wasmer_types::entity::PrimaryMap;
use wasmer_types::{LocalMemoryIndex, MemoryIndex};

/// The largest table that the engine makes, in entries.
const MAX_TABLE_ENTRIES: u32 = 128 << 20;

/// How many times the entries of one table all tables of all threads may have together. A module has 16 tables at most,
/// so the main thread alone keeps to this.
const ALL_TABLES: u64 = 16;

/// Which memory a store asks for.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    /// A memory that the module has.
    New,
    /// The memory that the plugin's other threads have already.
    Shared,
    /// The memory through which the host stops the plugin. Its code tells of its exceptions by it.
    Control(OfStore),
}

thread_local! {
    /// Which memory the calling thread asks for.
    static WANTED: Cell<Wanted> = const { Cell::new(Wanted::New) };
}

/// The tunables of one plugin. Clones are cheap and share the cap.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    pages: Pages,
    /// The size of the plugin's memory, in pages.
    used: AtomicU32,
    table_entries: u32,
    /// The entries of the tables of one thread, to begin with.
    tables_of_a_thread: u64,
    /// How many entries a table of a guest thread may grow to.
    share: u32,
    /// The entries of the tables of all threads.
    tables: AtomicU64,
    /// How many stores have tables.
    stores: AtomicU64,
    stack: Stack,
    exceptions: Exceptions,
    events: Events,
    /// The memory that the plugin's threads share: the first that was made.
    memory: OnceLock<VMSharedMemory>,
    control: OnceLock<VMSharedMemory>,
}

/// How large the native stack of each thread is. The engine asks at each call.
struct Stack(VMConfig);

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.wasm_stack_size.fmt(f)
    }
}

impl Quota {
    pub(crate) fn new(policy: &Policy, module: &ModuleInfo, events: Events, stopper: &Arc<Stopper>) -> Self {
        let table_entries = policy.table_entries.min(MAX_TABLE_ENTRIES);
        let tables = (policy.threads as u64).saturating_mul(module.tables).max(1);
        let share = (ALL_TABLES * u64::from(table_entries) / tables).min(table_entries.into()) as u32;
        let pages = (policy.memory / WASM_PAGE_SIZE as u64).min(u64::from(wasmer::WASM_MAX_PAGES)) as u32;
        Self(Arc::new(Shared {
            pages: Pages(pages),
            used: AtomicU32::new(0),
            table_entries,
            share,
            tables_of_a_thread: module.all_table_entries,
            tables: AtomicU64::new(0),
            stores: AtomicU64::new(0),
            stack: Stack(VMConfig { wasm_stack_size: Some(policy.stack) }),
            exceptions: Exceptions::new(policy.exceptions, stopper),
            events,
            memory: OnceLock::new(),
            control: OnceLock::new(),
        }))
    }

    /// Refuses a module that needs more to begin with than the policy allows.
    ///
    /// # Errors
    /// [`LoadError::NeedsMemory`] or [`LoadError::NeedsTable`].
    pub(crate) fn check(&self, module: &ModuleInfo) -> Result<(), LoadError> {
        let (MemoryKind::Imported { minimum, .. } | MemoryKind::Exported { minimum, .. }) = module.memory else {
            return Ok(());
        };
        if minimum > u64::from(self.0.pages.0) {
            let page = WASM_PAGE_SIZE as u64;
            return Err(LoadError::NeedsMemory { needed: minimum.saturating_mul(page), allowed: self.allowed() });
        }
        let (needed, allowed) = (module.table_entries, self.0.table_entries);
        if needed > u64::from(allowed) { Err(LoadError::NeedsTable { needed, allowed }) } else { Ok(()) }
    }

    /// Makes stores that keep to the quota. `engine` owns the code that runs in them.
    pub(crate) fn stores(&self, engine: &wasmer::Engine) -> Stores {
        let mut engine = engine.clone();
        engine.set_tunables(self.clone());
        Stores { engine, quota: Some(self.clone()) }
    }

    /// Gives the plugin's memory to the store of another thread of the plugin. If that thread makes the memory grow
    /// past the cap, the quota notices.
    fn attach(&self, memory: wasmer::SharedMemory, store: &mut Store) -> Memory {
        let Some(shared) = self.0.memory.get() else { return memory.attach(store) };
        let ty = shared.ty();
        make(store, ty, Wanted::Shared).unwrap_or_else(|_| memory.attach(store))
    }

    /// The control memory, as a store of this quota's engine knows it. All stores of a plugin have the same one.
    pub(super) fn control_memory(&self, store: &mut impl AsStoreMut, ty: MemoryType) -> Result<Memory, MemoryError> {
        let wanted = Wanted::Control(OfStore::new(store));
        make(store, ty, wanted)
    }

    /// Reports that something could not grow.
    fn report(&self, limit: LimitKind, allowed: u64) {
        self.0.events.report(Event::LimitReached { limit, allowed });
    }

    /// Records that the plugin's memory has this many pages. A memory never shrinks.
    fn uses(&self, pages: Pages) {
        self.0.used.fetch_max(pages.0, Ordering::Relaxed);
    }

    /// How many entries the tables have, on all threads of the plugin.
    pub(crate) fn table_entries(&self) -> u64 {
        self.0.tables.load(Ordering::Relaxed)
    }

    /// The size of the plugin's memory in bytes.
    pub(crate) fn used(&self) -> u64 {
        Pages(self.0.used.load(Ordering::Relaxed)).bytes().0 as u64
    }

    /// The memory that the plugin's threads share. `None` if they share none.
    pub(crate) fn shared_memory(&self) -> Option<SharedMemory> {
        self.0.memory.get().cloned().map(SharedMemory::new)
    }

    /// The cap on the memory, in bytes.
    pub(crate) fn allowed(&self) -> u64 {
        self.0.pages.bytes().0 as u64
    }

    /// Whether another thread can have its tables.
    fn has_room_for_tables(&self) -> bool {
        let all = ALL_TABLES * u64::from(self.0.table_entries);
        let has_room = self.table_entries().saturating_add(self.0.tables_of_a_thread) <= all;
        if !has_room {
            self.report(LimitKind::TableEntries, all);
        }
        has_room
    }

    /// What the plugin's threads have thrown.
    pub(super) fn exceptions(&self) -> &Exceptions {
        &self.0.exceptions
    }

    /// A shared memory that was made before, for an instance that has its address at `location`. Compiled code reads
    /// nothing else there: no memory ever moves.
    ///
    /// # Safety
    /// The location is valid for as long as the instance is.
    unsafe fn again(
        &self,
        made: &OnceLock<VMSharedMemory>,
        role: Role,
        location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let memory = made.get().ok_or_else(|| MemoryError::Generic("the plugin has no such memory".into()))?.clone();
        // SAFETY: the memory keeps its own definition, and the address in it never changes. Its length may, by another
        // thread, and isn't read here.
        let base = unsafe { (*memory.vmmemory().as_ptr()).base };
        // SAFETY: the location is valid, as the caller promises.
        unsafe { location.write(VMMemoryDefinition { base, current_length: memory.size().bytes().0 }) };
        Ok(Linear::new(memory, role, self).into())
    }

    fn cap_memory(&self, ty: &MemoryType) -> MemoryType {
        let maximum = ty.maximum.map_or(self.0.pages, |maximum| maximum.min(self.0.pages));
        MemoryType { maximum: Some(maximum), ..*ty }
    }

    /// A table of the main thread may grow as the policy says. All tables of guest threads share what is left.
    fn cap_table(&self, ty: &TableType) -> TableType {
        let is_main = self.0.stores.load(Ordering::Relaxed) <= 1;
        let most = if is_main { self.0.table_entries } else { self.0.share.max(ty.minimum) };
        let maximum = ty.maximum.map_or(most, |maximum| maximum.min(most));
        TableType { maximum: Some(maximum), ..*ty }
    }
}

/// Makes the stores of one plugin's threads. Clones are cheap.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    engine: wasmer::Engine,
    quota: Option<Quota>,
}

impl Stores {
    /// Makes stores without a quota. Nothing runs in them.
    pub(crate) fn idle(engine: wasmer::Engine) -> Self {
        Self { engine, quota: None }
    }

    /// The plugin's events, unless nothing runs in these stores.
    pub(crate) fn events(&self) -> Option<&Events> {
        self.quota.as_ref().map(|quota| &quota.0.events)
    }

    /// wasmer's engine, which owns the code.
    pub(crate) fn engine(&self) -> &wasmer::Engine {
        &self.engine
    }

    pub(crate) fn new_store(&self) -> Store {
        Store::new(self.engine.clone())
    }

    /// Frees all exceptions of a store. To be called when none of its functions runs.
    pub(super) fn free_exceptions(&self, store: &mut Store) {
        if let Some(quota) = &self.quota {
            quota.exceptions().free(store);
        }
    }

    /// Gives the plugin's memory to the store of another thread of the plugin.
    pub(crate) fn attach(&self, memory: wasmer::SharedMemory, store: &mut Store) -> Memory {
        match &self.quota {
            Some(quota) => quota.attach(memory, store),
            None => memory.attach(store),
        }
    }
}

/// Asks the tunables for one memory.
fn make(store: &mut impl AsStoreMut, ty: MemoryType, wanted: Wanted) -> Result<Memory, MemoryError> {
    WANTED.set(wanted);
    let made = Memory::new(store, ty);
    WANTED.set(Wanted::New);
    made
}

impl Tunables for Quota {
    fn vmconfig(&self) -> &VMConfig {
        &self.0.stack.0
    }

    fn memory_style(&self, memory: &MemoryType) -> MemoryStyle {
        BaseTunables::new().memory_style(memory)
    }

    fn table_style(&self, table: &TableType) -> TableStyle {
        BaseTunables::new().table_style(table)
    }

    fn create_host_memory(&self, ty: &MemoryType, style: &MemoryStyle) -> Result<VMMemory, MemoryError> {
        let wanted = WANTED.get();
        let capped = self.cap_memory(ty);
        // A control memory is the host's own, and doesn't count.
        let (ty, role, made) = match wanted {
            Wanted::Control(store) => (ty, Role::Control(store), &self.0.control),
            _ if !capped.shared => {
                self.uses(capped.minimum);
                return Ok(Linear::new(VMOwnedMemory::new(&capped, style)?, Role::Guest, self).into());
            }
            _ => (&capped, Role::Guest, &self.0.memory),
        };
        let shared = match made.get().filter(|_| wanted != Wanted::New) {
            Some(memory) => memory.clone(),
            None => {
                let memory = VMSharedMemory::new(ty, style)?;
                if made.set(memory.clone()).is_err() {
                    return Err(MemoryError::Generic("a plugin has one memory".into()));
                }
                if let Role::Guest = role {
                    self.uses(ty.minimum);
                }
                memory
            }
        };
        Ok(Linear::new(shared, role, self).into())
    }

    /// The own memories of a rewritten module are there already (`stoppable/memories.rs` of `plugix-module`): the control
    /// memory, and the guest's, which such a module imports as well.
    unsafe fn create_memories(
        &self,
        objects: &mut StoreObjects,
        module: &wasmer_types::ModuleInfo,
        styles: &PrimaryMap<MemoryIndex, MemoryStyle>,
        locations: &[NonNull<VMMemoryDefinition>],
    ) -> Result<PrimaryMap<LocalMemoryIndex, InternalStoreHandle<VMMemory>>, LinkError> {
        let imported = module.num_imported_memories;
        let own = module.memories.iter().skip(imported).zip(locations).enumerate();
        let mut made = PrimaryMap::new();
        for (at, ((index, ty), location)) in own {
            let memory = match at {
                // The module wasn't rewritten.
                // SAFETY: the caller's promise is passed on.
                _ if imported == 0 => unsafe { self.create_vm_memory(ty, &styles[index], *location) },
                0 if !self.has_room_for_tables() => {
                    Err(MemoryError::Generic("the tables of all threads are over the limit".into()))
                }
                // SAFETY: the location is the caller's, and valid as it promises.
                0 => unsafe { self.again(&self.0.control, Role::Control(OfStore::of(objects)), *location) },
                // SAFETY: as above.
                _ => unsafe { self.again(&self.0.memory, Role::Guest, *location) },
            };
            let memory = memory.map_err(|error| LinkError::Resource(error.to_string()))?;
            made.push(InternalStoreHandle::new(objects, memory));
        }
        Ok(made)
    }

    unsafe fn create_vm_memory(
        &self,
        ty: &MemoryType,
        style: &MemoryStyle,
        location: NonNull<VMMemoryDefinition>,
    ) -> Result<VMMemory, MemoryError> {
        let ty = self.cap_memory(ty);
        self.uses(ty.minimum);
        // SAFETY: the location is valid, as the caller promises. This memory is not kept: it would still point to the
        // location after the instance is gone.
        unsafe {
            Ok(if ty.shared {
                Linear::new(VMSharedMemory::from_definition(&ty, style, location)?, Role::Guest, self).into()
            } else {
                Linear::new(VMOwnedMemory::from_definition(&ty, style, location)?, Role::Guest, self).into()
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

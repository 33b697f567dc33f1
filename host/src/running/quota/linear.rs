//! A memory that reports when it can't grow.

use super::Quota;
use crate::events::LimitKind;
use crate::running::exceptions::OfStore;
use plugix_module::{THROWS, THROWS_WHILE_HELD};
use std::ptr::NonNull;
use std::sync::atomic::Ordering;
use std::time::Duration;
use wasmer::sys::vm::{
    ExpectedValue, LinearMemory, ThreadConditions, Trap, VMMemory, VMMemoryDefinition, VMSharedMemory, WaiterError,
};
use wasmer::{MemoryError, MemoryStyle, MemoryType, Pages};

/// What a memory is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Role {
    /// The memory of the plugin.
    Guest,
    /// The control memory of the host, as this store has it. It never grows. Guest code asks it to grow by what
    /// `table.grow` returned, or by a number that no table has. So it tells of that growth, and of exceptions.
    Control(OfStore),
}

/// What `table.grow` returns when the table has not grown.
const NOT_GROWN: Pages = Pages(u32::MAX);

/// A memory as one store knows it. The inner memory does everything but the growth.
#[derive(Debug)]
pub(super) struct Linear<M> {
    memory: M,
    role: Role,
    quota: Quota,
    /// Of a control memory: the tables of the thread that it was made for.
    tables: Option<Tables>,
}

impl<M> Linear<M> {
    pub(super) fn new(memory: M, role: Role, quota: &Quota) -> Self {
        let tables = matches!(role, Role::Control(_)).then(|| Tables::new(quota));
        Self { memory, role, quota: quota.clone(), tables }
    }
}

impl<M: LinearMemory + Sync + 'static> From<Linear<M>> for VMMemory {
    fn from(memory: Linear<M>) -> Self {
        Self(Box::new(memory))
    }
}

impl<M: LinearMemory> LinearMemory for Linear<M> {
    fn grow(&mut self, delta: Pages) -> Result<Pages, MemoryError> {
        match self.role {
            Role::Guest => {
                let before = self.memory.grow(delta);
                match &before {
                    Ok(before) => self.quota.uses(*before + delta),
                    Err(_) => self.quota.report(LimitKind::Memory, self.quota.allowed()),
                }
                before
            }
            Role::Control(store) => {
                if let Pages(told @ (THROWS | THROWS_WHILE_HELD)) = delta {
                    // SAFETY: this memory is one of the store's objects, and lives no longer. The code that runs here is
                    // the store's.
                    unsafe { self.quota.exceptions().tell(store, told == THROWS_WHILE_HELD) };
                } else if let Some(tables) = &mut self.tables {
                    tables.tell(delta);
                }
                Ok(delta)
            }
        }
    }

    fn ty(&self) -> MemoryType {
        self.memory.ty()
    }

    fn size(&self) -> Pages {
        self.memory.size()
    }

    fn style(&self) -> MemoryStyle {
        self.memory.style()
    }

    fn grow_at_least(&mut self, min_size: u64) -> Result<(), MemoryError> {
        self.memory.grow_at_least(min_size)
    }

    fn reset(&mut self) -> Result<(), MemoryError> {
        self.memory.reset()
    }

    fn vmmemory(&self) -> NonNull<VMMemoryDefinition> {
        self.memory.vmmemory()
    }

    fn try_clone(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        self.memory.try_clone()
    }

    unsafe fn initialize_with_data(&self, start: usize, data: &[u8]) -> Result<(), Trap> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.memory.initialize_with_data(start, data) }
    }

    fn copy(&self) -> Result<Box<dyn LinearMemory + Send + Sync + 'static>, MemoryError> {
        self.memory.copy()
    }

    fn as_shared(&self) -> Result<VMSharedMemory, MemoryError> {
        self.memory.as_shared()
    }

    unsafe fn do_wait(
        &mut self,
        dst: u32,
        expected: ExpectedValue,
        timeout: Option<Duration>,
    ) -> Result<u32, WaiterError> {
        // SAFETY: the caller's promise is passed on.
        unsafe { self.memory.do_wait(dst, expected, timeout) }
    }

    fn do_notify(&mut self, dst: u32, count: u32) -> u32 {
        self.memory.do_notify(dst, count)
    }

    fn thread_conditions(&self) -> Option<&ThreadConditions> {
        self.memory.thread_conditions()
    }
}

/// The tables of one thread, as the rewritten module tells of their growth: what `table.grow` returned, and then the
/// table's size. Both come from the same thread, one right after the other.
#[derive(Debug)]
struct Tables {
    quota: Quota,
    /// Entries that are counted for this thread.
    entries: u64,
    /// What was told first.
    before: Option<Pages>,
}

impl Tables {
    fn new(quota: &Quota) -> Self {
        let mut tables = Self { quota: quota.clone(), entries: 0, before: None };
        tables.add(quota.0.tables_of_a_thread);
        quota.0.stores.fetch_add(1, Ordering::Relaxed);
        tables
    }

    fn add(&mut self, entries: u64) {
        self.entries += entries;
        self.quota.0.tables.fetch_add(entries, Ordering::Relaxed);
    }

    fn tell(&mut self, told: Pages) {
        let Some(before) = self.before.take() else {
            self.before = Some(told);
            return;
        };
        if before == NOT_GROWN {
            self.quota.report(LimitKind::TableEntries, self.quota.0.table_entries.into());
        } else {
            self.add(told.0.saturating_sub(before.0).into());
        }
    }
}

impl Drop for Tables {
    fn drop(&mut self) {
        self.quota.0.tables.fetch_sub(self.entries, Ordering::Relaxed);
        self.quota.0.stores.fetch_sub(1, Ordering::Relaxed);
    }
}

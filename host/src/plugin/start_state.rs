//! What a plugin was right after its start, and the way back there.

use super::inner::Inner;
use crate::running::memory::Snapshot;
use crate::running::system_calls::Traces;
use std::time::Duration;
use wasmer_wasix::{StoreSnapshot, capture_store_snapshot, restore_store_snapshot};

/// How long threads that are about to end are waited for.
const PATIENCE: Duration = Duration::from_millis(100);

/// All of a plugin's state that its calls can change without a system call that leaves a trace.
#[derive(Debug)]
pub(crate) struct StartState {
    memory: Snapshot,
    globals: StoreSnapshot,
    frame: (u32, u32),
    traces: Traces,
}

impl StartState {
    /// Takes down the state, unless a thread runs that could be changing it, or the module's code changes what isn't
    /// taken down: its tables.
    pub(super) fn capture(inner: &mut Inner, keeps_tables: bool, traces: Traces) -> Option<Self> {
        let Inner { instance, path, .. } = inner;
        if !keeps_tables || instance.process.tasks.live() > 0 {
            return None;
        }
        traces.forget();
        let memory = instance.memory.snapshot(&instance.store);
        Some(Self { memory, globals: capture_store_snapshot(&mut instance.store), frame: path.frame(), traces })
    }

    /// Makes the plugin what it was. False if it can't be: it has a thread, or has left traces in the host.
    fn restore(&self, inner: &mut Inner) -> bool {
        let Inner { instance, path, .. } = inner;
        if self.traces.are_there() || !instance.process.tasks.wait_for_end(PATIENCE) {
            return false;
        }
        instance.memory.restore(&instance.store, &self.memory);
        restore_store_snapshot(&mut instance.store, &self.globals);
        path.reset(self.frame);
        drop(instance.process.output.take());
        true
    }
}

impl Inner {
    /// Makes the plugin what it was after its start. False if it can't be.
    pub(crate) fn reset(&mut self) -> bool {
        let Some(start) = self.start.take() else { return false };
        let done = start.restore(self);
        if let Some(streams) = &self.streams {
            streams.reset();
        }
        self.start = Some(start);
        done
    }
}

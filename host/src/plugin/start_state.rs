//! What a plugin was right after its start, and the way back.

use super::inner::Inner;
use crate::running::memory::{Common, Snapshot};
use crate::running::system_calls::Traces;
use std::io;
use std::time::Duration;
use wasmer_wasix::{StoreSnapshot, capture_store_snapshot, restore_store_snapshot};

/// How long a reset waits for threads that are about to end.
const PATIENCE: Duration = Duration::from_millis(100);

/// All state of a plugin that its calls can change without a system call that leaves a trace.
#[derive(Debug)]
pub(crate) struct StartState {
    memory: Snapshot,
    globals: StoreSnapshot,
    frame: (u32, u32),
    traces: Traces,
}

impl StartState {
    /// Records the state. `None` if a thread runs that could change the state meanwhile. The tables are not recorded, so
    /// the module's code must not change them. `common` is that of the module.
    ///
    /// # Errors
    /// If there is no room for the memory's image. Then the plugin can't go on.
    pub(super) fn capture(inner: &mut Inner, traces: Traces, common: &Common) -> io::Result<Option<Self>> {
        let Inner { instance, path, .. } = inner;
        if instance.process.tasks.live() > 0 {
            return Ok(None);
        }
        traces.forget();
        let memory = instance.memory.snapshot(&instance.store, common)?;
        let globals = capture_store_snapshot(&mut instance.store);
        Ok(Some(Self { memory, globals, frame: path.frame(), traces }))
    }

    /// Brings the plugin back to this state. False if that is impossible, because the plugin has a thread or has left
    /// traces in the host.
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
    /// Brings the plugin back to what it was after its start. False if that is impossible.
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

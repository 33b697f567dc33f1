//! Answers what wasmer-wasix asks about threads.

use super::guest_thread::GuestThread;
use super::{Tasks, join};
use futures::future::{BoxFuture, select};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::Builder;
use std::time::Duration;
use wasmer_wasix::runtime::task_manager::TaskWasm;
use wasmer_wasix::{VirtualTaskManager, WasiThreadError};

/// The stack of a guest thread's operating system thread, in bytes. Wasm code has its own stack. This one is for the
/// host functions that the wasm code calls.
const STACK_SIZE: usize = 1 << 20;

/// What wasmer-wasix sees of a plugin's threads.
#[derive(Debug)]
pub(in crate::running) struct TaskManager(pub(in crate::running) Arc<Tasks>);

impl VirtualTaskManager for TaskManager {
    fn sleep_now(&self, time: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + Sync + 'static>> {
        if time.is_zero() {
            return Box::pin(tokio::task::yield_now());
        }
        let _guard = self.0.io.enter();
        let sleep = tokio::time::sleep(time);
        let halt = self.0.halt().clone();
        // Every wait for a socket is a race against a sleep, which is the wait's timeout. When the plugin is stopped,
        // its waits time out at once.
        Box::pin(async move {
            select(pin!(sleep), pin!(halt.stopped())).await;
        })
    }

    fn task_shared(
        &self,
        task: Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + 'static>,
    ) -> Result<(), WasiThreadError> {
        self.0.io.spawn(async move { task().await });
        Ok(())
    }

    fn task_wasm(&self, task: TaskWasm) -> Result<(), WasiThreadError> {
        let thread = GuestThread::new(task)?;
        let tid = thread.tid();
        let tasks = self.0.clone();
        let (ready, started) = sync_channel(1);
        // The lock is held while the thread starts, so that the thread can't end before it is registered.
        let mut state = self.0.admit()?;
        let done = std::mem::take(&mut state.done);
        let handle = Builder::new()
            .name(format!("{}/{tid}", self.0.plugin))
            .stack_size(STACK_SIZE)
            .spawn(move || {
                let ended = thread.run(&tasks, |outcome| {
                    // The receiver waits for this one message.
                    let _ = ready.send(outcome);
                });
                tasks.end(tid, ended);
            })
            .map_err(|_| WasiThreadError::Unsupported)?;
        state.live.insert(tid, handle);
        state.most = state.most.max(state.live());
        drop(state);
        join(done);
        started.recv().map_err(|_| WasiThreadError::InvalidWasmContext)?
    }

    fn task_dedicated(&self, _task: Box<dyn FnOnce() + Send + 'static>) -> Result<(), WasiThreadError> {
        // wasmer-wasix uses this only to start processes, and no plugin may start one.
        Err(WasiThreadError::Unsupported)
    }

    fn thread_parallelism(&self) -> Result<usize, WasiThreadError> {
        Ok(std::thread::available_parallelism().map_or(1, usize::from))
    }
}

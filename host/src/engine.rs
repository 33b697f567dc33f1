//! The engine: the compiler and the I/O threads that all plugins of a process share.

mod watchdog;

use crate::error::LoadError;
use crate::module::{Module, ModuleLimits, WasiImports};
use crate::network::Local;
use crate::runtime::Tasks;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmer::sys::{EngineBuilder, Features};
use wasmer_compiler_cranelift::Cranelift;
pub(crate) use watchdog::{Deadline, Watchdog};

/// Threads that drive timers and sockets for all plugins. Guests never run on them.
const IO_THREADS: usize = 1;

/// Asynchronous calls that run at the same time; more of them wait.
const CALL_THREADS: usize = 512;

/// Compiles modules and drives the I/O of their plugins. Cheap to clone; a process needs one.
#[derive(Clone, Debug)]
pub struct Engine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    limits: ModuleLimits,
    io: Io,
    /// Threads for asynchronous calls, made when there are some.
    blocking: OnceLock<Io>,
    wasi: OnceLock<WasiImports>,
    network: Mutex<Option<Arc<Local>>>,
    watchdog: Watchdog,
    /// The threads of unloaded plugins that did not end in time.
    quarantine: Mutex<Vec<Weak<Tasks>>>,
}

impl Engine {
    /// Makes an engine.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses the I/O thread.
    pub fn new() -> Result<Self, LoadError> {
        Self::with_limits(ModuleLimits::default())
    }

    /// Makes an engine that takes modules of other sizes than usual.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses the I/O thread.
    pub fn with_limits(limits: ModuleLimits) -> Result<Self, LoadError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name("plugix-io")
            .enable_all()
            .build()
            .map_err(|source| LoadError::Io { what: "start the I/O thread".into(), source })?;
        let shared = Shared {
            limits,
            io: Io(Some(runtime)),
            blocking: OnceLock::new(),
            wasi: OnceLock::new(),
            network: Mutex::default(),
            watchdog: Watchdog::default(),
            quarantine: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Reads a module's file and checks what it is. Nothing is compiled yet.
    ///
    /// # Errors
    /// Those of [`Engine::load`], and [`LoadError::Io`] if the file can't be read.
    pub fn load_file(&self, path: impl AsRef<Path>) -> Result<Module, LoadError> {
        let path = path.as_ref();
        let failed = |source| LoadError::Io { what: format!("read the module {}", path.display()), source };
        let mut wasm = Vec::new();
        // A byte more than allowed is enough to be refused.
        let most = self.limits().bytes.saturating_add(1);
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut wasm)).map_err(failed)?;
        Module::new(self, path.file_stem().and_then(|name| name.to_str()), wasm, true)
    }

    /// Checks what a module is. Nothing is compiled yet: the first plugin that is made of it does that, or
    /// [`Module::compile`].
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the module can't run here.
    pub fn load(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), true)
    }

    /// The same, with code that can't be stopped while it computes. Exists to measure what stopping costs.
    ///
    /// # Errors
    /// Those of [`Engine::load`].
    #[doc(hidden)]
    pub fn load_unstoppable(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), false)
    }

    /// How many threads of unloaded plugins are still running: each was told to end and did not in time. The host never
    /// waits for them, and never reuses what they use.
    pub fn quarantined(&self) -> usize {
        let mut quarantine = self.shared.quarantine.lock().unwrap_or_else(PoisonError::into_inner);
        quarantine.retain(|tasks| tasks.upgrade().is_some_and(|tasks| tasks.running() > 0));
        quarantine.iter().filter_map(Weak::upgrade).map(|tasks| tasks.running()).sum()
    }

    pub(crate) fn quarantine(&self, tasks: &Arc<Tasks>) {
        self.shared.quarantine.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::downgrade(tasks));
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        &self.shared.watchdog
    }

    pub(crate) fn limits(&self) -> &ModuleLimits {
        &self.shared.limits
    }

    /// Makes an engine of wasmer's. It keeps the code of all modules that were compiled with it until its own end (wasmer
    /// 7.4.2, `engine/inner.rs`, `code_memory`), so each module has its own and takes its code along when it goes.
    pub(crate) fn new_wasmer() -> wasmer::Engine {
        EngineBuilder::new(Cranelift::new()).set_features(Some(features())).engine().into()
    }

    /// The functions that wasmer-wasix provides, read from it once.
    pub(crate) fn wasi_imports(&self) -> &WasiImports {
        self.shared.wasi.get_or_init(|| WasiImports::collect(self))
    }

    /// The host's network, from the first plugin on that may use it.
    pub(crate) fn network(&self) -> Result<Arc<Local>, LoadError> {
        let mut network = self.shared.network.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(local) = &*network {
            return Ok(local.clone());
        }
        let local = Arc::new(futures::executor::block_on(Local::start(self.io()))?);
        Ok(network.insert(local).clone())
    }

    /// Waits without a thread. Any executor may poll it.
    pub(crate) fn sleep(&self, time: Duration) -> tokio::time::Sleep {
        let _io = self.io().enter();
        tokio::time::sleep(time)
    }

    /// Where calls run that somebody awaits: threads that may block, each kept for ten seconds after its last call. They
    /// are apart from the I/O thread's own, which calls may wait for.
    pub(crate) fn blocking(&self) -> &tokio::runtime::Handle {
        let runtime = self.shared.blocking.get_or_init(|| {
            // Without any driver, and never driven itself: building it can't fail.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .thread_name("plugix-calls")
                .max_blocking_threads(CALL_THREADS)
                .build();
            Io(Some(runtime.expect("a runtime without drivers asks the operating system for nothing")))
        });
        runtime.handle()
    }

    pub(crate) fn io(&self) -> &tokio::runtime::Handle {
        self.shared.io.handle()
    }
}

/// What modules may use: all that the guest toolchain emits, and a second memory, which the host adds to each module
/// for its own use (a module of a plugin's has one at most).
fn features() -> Features {
    let mut features = Features::none();
    features
        .threads(true)
        .reference_types(true)
        .simd(true)
        .relaxed_simd(true)
        .bulk_memory(true)
        .multi_value(true)
        .multi_memory(true)
        .tail_call(true)
        .exceptions(true)
        .extended_const(true);
    features
}

/// A runtime whose threads are left to end by themselves when it is dropped: waiting for them would panic where the
/// engine is dropped inside of another runtime.
#[derive(Debug)]
struct Io(Option<Runtime>);

impl Io {
    fn handle(&self) -> &tokio::runtime::Handle {
        self.0.as_ref().expect("the runtime lives as long as the engine").handle()
    }
}

impl Drop for Io {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

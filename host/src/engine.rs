//! The engine: the compiler and the I/O threads that all plugins of a process share.

mod builder;
mod compiler;
mod cpu;
mod watchdog;

pub use builder::EngineBuilder;
pub use cpu::Cpu;
pub(crate) use watchdog::{Deadline, Watchdog};

use crate::artifact::{MAGIC, Origin, is_artifact};
use crate::cache::Kept;
use crate::error::LoadError;
use crate::module::{Module, WasiImports};
use crate::network::Local;
use crate::runtime::Tasks;
use crate::{Artifact, exclusive};
use plugix_module::ModuleLimits;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;
use tokio::runtime::Runtime;
use wasmer_types::target::Target;

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
    target: Target,
    origin: Origin,
    limits: ModuleLimits,
    cache: Option<Kept>,
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
        Self::builder().build()
    }

    /// Makes an engine that takes modules of other sizes than usual.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses the I/O thread.
    pub fn with_limits(limits: ModuleLimits) -> Result<Self, LoadError> {
        Self::builder().limits(limits).build()
    }

    /// Prepares to make an engine that differs from the usual one: it keeps compiled modules, or compiles for other
    /// processors, or takes modules of other sizes.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    fn build(builder: EngineBuilder) -> Result<Self, LoadError> {
        let EngineBuilder { limits, cache, cpu } = builder;
        let cache = cache.map(|cache| Kept::open(&cache)).transpose()?.flatten();
        let target = cpu.target()?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name("plugix-io")
            .on_thread_start(exclusive::prepare)
            .enable_all()
            .build()
            .map_err(|source| LoadError::Io { what: "start the I/O thread".into(), source })?;
        let shared = Shared {
            origin: compiler::origin(&compiler::engine(&target)),
            target,
            limits,
            cache,
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
        // A byte more than allowed is enough to be refused.
        let most = self.limits().bytes.saturating_add(1);
        match read_module(path, most).map_err(failed)? {
            Some(wasm) => Module::new(self, path.file_stem().and_then(|name| name.to_str()), wasm, true),
            None => Err(LoadError::IsArtifact),
        }
    }

    /// Checks what a module is. Nothing is compiled yet: the first plugin that is made of it does that, or
    /// [`Module::compile`].
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the module can't run here.
    pub fn load(&self, wasm: impl Into<Vec<u8>>) -> Result<Module, LoadError> {
        Module::new(self, None, wasm.into(), true)
    }

    /// Takes a module that was compiled before. Nothing is compiled, and most of what [`Engine::load`] checks can't be
    /// checked any more.
    ///
    /// # Errors
    /// [`LoadError::Artifact`] if it was compiled for another host or by another version; those of [`Engine::load`] if
    /// the module can't run here.
    ///
    /// # Safety
    /// An artifact is machine code, which runs with all that this process may do. Its hashes find damage, and not what
    /// somebody put into it.
    /// 1. The artifact is what [`Module::to_artifact`] returned, or what `plugix compile` wrote, and whoever it came
    ///    through has not changed it.
    pub unsafe fn load_artifact(&self, artifact: &Artifact) -> Result<Module, LoadError> {
        // SAFETY: the caller's promise is passed on.
        unsafe { Module::from_artifact(self, artifact) }
    }

    /// The same as [`Engine::load`], with code that can't be stopped while it computes. Exists to measure what stopping costs.
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

    /// What compiled code depends on, besides the module.
    pub fn origin(&self) -> &Origin {
        &self.shared.origin
    }

    pub(crate) fn cache(&self) -> Option<&Kept> {
        self.shared.cache.as_ref()
    }

    /// Makes an engine of wasmer's. It keeps the code of all modules that were compiled with it until its own end (wasmer
    /// 7.4.2, `engine/inner.rs`, `code_memory`), so each module has its own and takes its code along when it goes.
    pub(crate) fn new_wasmer(&self) -> wasmer::Engine {
        compiler::engine(&self.shared.target)
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

/// Reads a file, but for an artifact, which is not for whom this is for, and may be large.
fn read_module(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len().min(most);
    let mut wasm = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1));
    let mut file = file.take(most);
    file.by_ref().take(MAGIC.len() as u64).read_to_end(&mut wasm)?;
    if is_artifact(&wasm) {
        return Ok(None);
    }
    file.read_to_end(&mut wasm)?;
    Ok(Some(wasm))
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

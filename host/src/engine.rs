//! The engine: the compiler, and what all plugins of a process share.
//!
//! A process needs one [`Engine`]. [`Engine::builder`] makes one that differs from the usual one.
//!
//! ```no_run
//! use plugix_host::Engine;
//! use plugix_host::code::Cache;
//! use plugix_host::module::ModuleLimits;
//! use std::time::Duration;
//!
//! let mut limits = ModuleLimits::default();
//! limits.compile_time = Duration::from_secs(20);
//! let engine = Engine::builder().limits(limits).cache(Cache::user()?).build()?;
//!
//! let module = engine.load_file("word_count.wasm")?;
//! module.compile()?; // from the cache, if an earlier process compiled it
//! println!("{} is compiled for {}", module.name(), engine.origin().target);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The engine knows nothing of modules and plugins. They hold the engine, and take from it what they need.

mod builder;

pub use builder::EngineBuilder;

use crate::code::{ChildCompiler, Compiler, Cpu, Kept, Origin, Profiling};
use crate::error::LoadError;
use crate::running::{Io, Resources, WasiImports};
use crate::stop::Watchdog;
use crate::sync::exclusive;
use plugix_module::ModuleLimits;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::runtime::Handle;

/// Threads that drive timers and sockets for all plugins. Guest code never runs on them.
const IO_THREADS: usize = 1;

/// How many asynchronous calls run at the same time. Further calls wait.
const CALL_THREADS: usize = 512;

/// Compiles modules, and drives the I/O of their plugins. Clones are cheap and share everything. A process needs one
/// engine.
#[derive(Clone, Debug)]
pub struct Engine {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    compiler: Compiler,
    limits: ModuleLimits,
    cache: Option<Kept>,
    cpu: Cpu,
    child: Option<ChildCompiler>,
    profiling: Profiling,
    wasi: OnceLock<WasiImports>,
    resources: Arc<Resources>,
    /// Threads for asynchronous calls, made when the first such call comes.
    blocking: OnceLock<Io>,
}

impl Engine {
    /// Makes an engine.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses the I/O thread. [`LoadError::Cpu`] if this processor is lesser than
    /// [`Cpu::Baseline`](crate::code::Cpu::Baseline).
    pub fn new() -> Result<Self, LoadError> {
        Self::builder().build()
    }

    /// Makes an engine with other limits for modules than the usual ones.
    ///
    /// # Errors
    /// [`LoadError::Io`] if the operating system refuses the I/O thread. [`LoadError::Cpu`] if this processor is lesser than
    /// [`Cpu::Baseline`](crate::code::Cpu::Baseline).
    pub fn with_limits(limits: ModuleLimits) -> Result<Self, LoadError> {
        Self::builder().limits(limits).build()
    }

    /// Makes an engine that differs from the usual one: it keeps compiled modules, or compiles for other processors, or
    /// has other limits for modules.
    pub fn builder() -> EngineBuilder {
        EngineBuilder::default()
    }

    fn build(builder: EngineBuilder) -> Result<Self, LoadError> {
        let EngineBuilder { limits, cache, cpu, child, profiling } = builder;
        let cache = cache.map(|cache| Kept::open(&cache)).transpose()?.flatten();
        let compiler = Compiler::new(cpu, child.as_ref().map(ChildCompiler::optimization).unwrap_or_default())?;
        let io = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(IO_THREADS)
            .thread_name("plugix-io")
            .on_thread_start(exclusive::prepare)
            .enable_all()
            .build()
            .map_err(|source| LoadError::Io { what: "start the I/O thread".into(), source })?;
        let shared = Shared {
            compiler,
            limits,
            cache,
            cpu,
            child,
            profiling,
            wasi: OnceLock::new(),
            resources: Resources::new(Io::new(io)),
            blocking: OnceLock::new(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How many threads of unloaded plugins still run. Each was told to end, and did not end in time. The host never
    /// waits for these threads, and never reuses what they use.
    pub fn quarantined(&self) -> usize {
        self.shared.resources.quarantined()
    }

    /// What compiled code depends on, besides its module.
    pub fn origin(&self) -> &Origin {
        self.compiler().origin()
    }

    pub(crate) fn compiler(&self) -> &Compiler {
        &self.shared.compiler
    }

    pub(crate) fn limits(&self) -> &ModuleLimits {
        &self.shared.limits
    }

    pub(crate) fn cache(&self) -> Option<&Kept> {
        self.shared.cache.as_ref()
    }

    /// The processors that code is compiled for.
    pub(crate) fn cpu(&self) -> Cpu {
        self.shared.cpu
    }

    /// What compiles in processes of their own, if the host wants that.
    pub(crate) fn child(&self) -> Option<&ChildCompiler> {
        self.shared.child.as_ref()
    }

    /// What other programs are told about compiled code.
    pub(crate) fn profiling(&self) -> Profiling {
        self.shared.profiling
    }

    /// What everything that runs shares.
    pub(crate) fn resources(&self) -> &Arc<Resources> {
        &self.shared.resources
    }

    pub(crate) fn watchdog(&self) -> &Watchdog {
        self.resources().watchdog()
    }

    pub(crate) fn io(&self) -> &Handle {
        self.resources().io()
    }

    /// The functions that wasmer-wasix provides, read from it once.
    pub(crate) fn wasi_imports(&self) -> &WasiImports {
        self.shared.wasi.get_or_init(|| WasiImports::collect(self.compiler().engine(), self.io()))
    }

    /// Waits without blocking a thread. Any executor may poll this future.
    pub(crate) fn sleep(&self, time: Duration) -> tokio::time::Sleep {
        let _io = self.io().enter();
        tokio::time::sleep(time)
    }

    /// Where calls run that somebody awaits: on threads that may block. Each thread is kept for ten seconds after its
    /// last call. These threads are not the I/O thread, because calls may wait for the I/O thread.
    pub(crate) fn blocking(&self) -> &Handle {
        let runtime = self.shared.blocking.get_or_init(|| {
            // This runtime has no driver, and nobody drives it. So building it can't fail.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .thread_name("plugix-calls")
                .max_blocking_threads(CALL_THREADS)
                .build();
            Io::new(runtime.expect("a runtime without drivers asks the operating system for nothing"))
        });
        runtime.handle()
    }
}

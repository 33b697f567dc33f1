//! Compiles in a process of its own, which limits can end.
//!
//! Compiling can't be interrupted within a function, and a compiler that has run out of memory takes its process along. So a
//! host can have another process compile, by a [`ChildCompiler`]. The process is a program that was started anew, and never a
//! fork of the host. It gets the module through a pipe, and answers with an artifact. The host checks the artifact as it
//! checks those of its cache: for damage, for its origin, and for the module that it was compiled from.

mod answer;
pub(crate) mod confine;
mod pipes;
mod serve;

pub(crate) use serve::run_if_asked;

use super::{Artifact, Cpu, Optimization, Origin, Stopping};
use crate::error::{ChildError, LoadError};
use answer::Answer;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The only argument of the process.
const ARGUMENT: &str = "plugix-compile-child";

/// How much memory the process may take by default, in bytes.
const MEMORY: u64 = 4 << 30;

/// Compiles each module in a process of its own, for
/// [`EngineBuilder::compile_in_child`](crate::engine::EngineBuilder::compile_in_child).
///
/// The process is a program that begins with [`run_if_child`](crate::run_if_child), such as the command `plugix` or the host itself:
///
/// ```no_run
/// use plugix_host::code::ChildCompiler;
/// use plugix_host::{Engine, run_if_child};
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     // SAFETY: nothing was opened yet, and there is no other thread.
///     unsafe { run_if_child() }; // before anything else
///     let compiler = ChildCompiler::this_program()?.memory(1 << 30);
///     let engine = Engine::builder().compile_in_child(compiler).build()?;
///     engine.load_file("from_the_internet.wasm")?.compile()?;
///     Ok(())
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChildCompiler {
    program: PathBuf,
    memory: u64,
    optimization: Optimization,
}

/// What the process is told before the module.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    /// The process that asks. When it ends, the child ends as well.
    parent: u32,
    /// The version of Plugix: the postcard form of this is for no other.
    plugix: String,
    cpu: String,
    optimization: Optimization,
    stopping: Stopping,
    /// The name of the module.
    name: String,
    /// Bytes of memory.
    memory: u64,
    /// Seconds of a processor for each thread.
    seconds: u64,
}

/// A module to compile.
pub(crate) struct Order<'a> {
    pub(crate) name: &'a str,
    pub(crate) wasm: &'a [u8],
    pub(crate) stopping: Stopping,
    pub(crate) cpu: Cpu,
    /// What the artifact's origin has to be.
    pub(crate) origin: &'a Origin,
    pub(crate) limit: Duration,
}

impl ChildCompiler {
    /// Starts this program, which has to begin with [`run_if_child`](crate::run_if_child).
    pub fn new(program: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), memory: MEMORY, optimization: Optimization::Usual }
    }

    /// Starts the program that is running now, which has to begin with [`run_if_child`](crate::run_if_child).
    ///
    /// # Errors
    /// If the operating system can't tell which file that is.
    pub fn this_program() -> io::Result<Self> {
        Ok(Self::new(std::env::current_exe()?))
    }

    /// Limits the memory of each process, in bytes. The default is 4 GiB.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    /// Has the code optimized by LLVM, for code that is shipped: most of it runs faster, and compiling takes 15 to 30 times as
    /// long.
    /// [`compile_time`](crate::module::ModuleLimits::compile_time) may have to be longer.
    ///
    /// The program has to be built with the feature `llvm` of `plugix-host`. What it compiles runs on hosts without it.
    #[must_use]
    pub fn optimize(mut self) -> Self {
        self.optimization = Optimization::Full;
        self
    }

    pub(crate) fn optimization(&self) -> Optimization {
        self.optimization
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Has a process compile the module. The thread that calls this has to live until it returns: the process ends with it.
    ///
    /// # Errors
    /// [`LoadError::CompileTime`] if it takes too long. [`LoadError::Child`] says what went wrong with the process. The
    /// compiler's own errors are [`LoadError::Engine`].
    pub(crate) fn compile(&self, order: &Order<'_>) -> Result<Artifact, LoadError> {
        let deadline = Instant::now() + order.limit;
        let mut child = Command::new(&self.program)
            .arg(ARGUMENT)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| ChildError::Start { program: self.program.clone(), source })?;
        let request = self.request(order);
        let most = usize::try_from(self.memory).unwrap_or(usize::MAX);
        let heard = pipes::exchange(&mut child, &[&request, order.wasm], most, deadline);
        if heard.is_err() {
            // It may have ended by itself.
            let _ = child.kill();
        }
        // The pipes are closed, or it was killed. A program that closes its output and goes on would hold this up.
        let status = pipes::wait(&mut child, deadline)
            .map_err(|source| LoadError::Io { what: "wait for the compiler's process".into(), source })?;
        let Some(status) = status else { return Err(LoadError::CompileTime { limit: order.limit }) };
        let (answer, said) = match heard {
            Ok(heard) => heard,
            Err(pipes::Failure::Late) => return Err(LoadError::CompileTime { limit: order.limit }),
            Err(pipes::Failure::TooLong) => {
                return Err(ChildError::Answer { problem: format!("it is longer than {most} bytes") }.into());
            }
            Err(pipes::Failure::Io(source)) => {
                return Err(LoadError::Io { what: "talk with the compiler's process".into(), source });
            }
        };
        match Answer::read(answer, status, &said, self.memory, order.limit)? {
            Answer::Artifact(artifact) => check(artifact, order),
            Answer::Refused(message) => Err(LoadError::Engine(message)),
        }
    }

    /// The request's length in four bytes, and the request.
    fn request(&self, order: &Order<'_>) -> Vec<u8> {
        let request = Request {
            parent: std::process::id(),
            plugix: env!("CARGO_PKG_VERSION").to_owned(),
            cpu: order.cpu.to_string(),
            optimization: self.optimization,
            stopping: order.stopping,
            name: order.name.to_owned(),
            memory: self.memory,
            seconds: order.limit.as_secs().saturating_add(1),
        };
        let request = postcard::to_allocvec(&request).expect("nothing in a request lacks a form in postcard");
        [&(request.len() as u32).to_le_bytes()[..], &request].concat()
    }
}

/// Whether the artifact is of that module and for this host.
fn check(artifact: Artifact, order: &Order<'_>) -> Result<Artifact, LoadError> {
    let broken = |problem: &str| ChildError::Answer { problem: problem.to_owned() }.into();
    if artifact.origin() != order.origin {
        return Err(broken("the artifact is of another compiler: is the program of another version?"));
    }
    if artifact.source_hash() != blake3::hash(order.wasm).as_bytes() {
        return Err(broken("the artifact is of another module"));
    }
    Ok(artifact)
}

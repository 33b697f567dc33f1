//! The other side: what the compiler's process does.

use super::answer::REFUSED;
use super::{ARGUMENT, Request, confine};
use crate::code::{Artifact, Compiler, Cpu};
use crate::error::{Chain, LoadError};
use std::io::{self, Read, Write};
use std::num::NonZero;
use std::time::{Duration, Instant};

/// The longest request, in bytes. Most of it is a name.
const REQUEST: usize = 1 << 20;

/// Compiles a module and ends, if a [`ChildCompiler`](super::ChildCompiler) has started this process. Otherwise does nothing.
///
/// # Safety
/// 1. Nothing in this process uses a file descriptor but the standard three.
pub(crate) unsafe fn run_if_asked() {
    // SAFETY: the caller's promise is passed on.
    unsafe { confine::serve_if_asked(ARGUMENT, || serve(io::stdin().lock(), io::stdout().lock())) };
}

fn serve(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let request = request(&mut input)?;
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get) as u64;
    confine::limits(request.parent, request.memory, request.seconds.saturating_mul(threads))?;
    let mut wasm = Vec::new();
    input.read_to_end(&mut wasm)?;
    match compile(&request, &wasm) {
        Ok(artifact) => output.write_all(artifact.as_bytes())?,
        Err(error) => {
            output.write_all(&REFUSED)?;
            write!(output, "{}", Chain(&error))?;
        }
    }
    output.flush()
}

fn request(input: &mut impl Read) -> io::Result<Request> {
    let wrong = |problem: &str| io::Error::new(io::ErrorKind::InvalidData, problem.to_owned());
    let mut len = [0; 4];
    input.read_exact(&mut len)?;
    let len = u32::from_le_bytes(len) as usize;
    if len > REQUEST {
        return Err(wrong("the request is too long"));
    }
    let mut request = vec![0; len];
    input.read_exact(&mut request)?;
    let request: Request = postcard::from_bytes(&request).map_err(|_| wrong("the request can't be read"))?;
    match request.plugix == env!("CARGO_PKG_VERSION") {
        true => Ok(request),
        false => {
            Err(wrong(&format!("this is Plugix {}, and the host has {}", env!("CARGO_PKG_VERSION"), request.plugix)))
        }
    }
}

fn compile(request: &Request, wasm: &[u8]) -> Result<Artifact, LoadError> {
    let cpu: Cpu = request.cpu.parse().map_err(LoadError::Engine)?;
    let compiler = Compiler::new(cpu, request.optimization)?;
    let limit = Duration::from_secs(request.seconds);
    let code = compiler.compile(&compiler.compiling_engine()?, wasm, request.stopping, Instant::now(), limit)?;
    Artifact::new(&request.name, compiler.origin_of(request.stopping), wasm, &code)
}

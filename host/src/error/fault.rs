//! Panics and traps of a plugin, and its stack at that moment.

use super::{Location, Site, Symbols};
use plugix_abi::PanicReport;
use plugix_module::STACK_OVERFLOW;
use serde::{Deserialize, Serialize};
use std::fmt;
use wasmer::{FrameInfo, RuntimeError, sys::vm::TrapCode};

/// A panic in a plugin. The SDK caught it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Panic {
    /// What the plugin tells about the panic.
    pub report: PanicReport,
    /// The wasm functions that were running, innermost first. Empty unless the host asked for backtraces with
    /// [`PluginBuilder::backtraces`](crate::plugin::PluginBuilder::backtraces).
    pub frames: Vec<StackFrame>,
    /// Where it happened.
    pub site: Site,
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PanicReport { message, file, line, column, .. } = &self.report;
        f.write_str(message)?;
        if *line > 0 {
            write!(f, " at {file}:{line}:{column}")?;
        }
        self.frames.iter().try_for_each(|frame| write!(f, "\n  in {frame}"))
    }
}

/// Where and why the engine ended a plugin's code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Trap {
    /// What happened, in the engine's words. It begins with `stack overflow` if calls were nested too deep, or had too
    /// much on the stack.
    pub message: String,
    /// The wasm functions that were running, innermost first; 1,024 at most.
    pub frames: Vec<StackFrame>,
    /// Where it happened.
    pub site: Site,
}

/// One wasm function of a backtrace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackFrame {
    /// The function's name, if the module has names; `wasm function N` otherwise.
    pub function: String,
    /// Where in the module: an offset in bytes from the module's start. It is that of the module as it was compiled, which
    /// has more code, unless the host asked for [backtraces](crate::plugin::PluginBuilder::backtraces) and the module is at
    /// hand: then it is that of the module itself.
    pub offset: u64,
    /// The line, if the host asked for backtraces and the module has debug information.
    pub location: Option<Location>,
    /// Whether the compiler has put the function into the one that follows.
    pub inlined: bool,
}

impl fmt::Display for StackFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.location {
            Some(location) => write!(f, "{} ({location})", self.function),
            None => write!(f, "{} at {:#x}", self.function, self.offset),
        }
    }
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match self.frames.first() {
            Some(frame) => write!(f, " in {frame}"),
            None => Ok(()),
        }
    }
}

impl Trap {
    /// The trap that the engine's error is.
    pub(crate) fn of(error: &RuntimeError, site: Site, symbols: &Symbols) -> Self {
        // The check of the stack pointer (see `plugix_module::stoppable`) calls a function that traps.
        let is_check = error.trace().first().and_then(FrameInfo::function_name) == Some(STACK_OVERFLOW);
        let mut frames = stack_frames(error);
        let message = match error.clone().to_trap() {
            Some(TrapCode::UnreachableCodeReached) if is_check => {
                frames.remove(0);
                "stack overflow: the thread's stack in the plugin's memory is full".to_owned()
            }
            Some(TrapCode::StackOverflow) => format!("stack overflow: {}", error.message()),
            _ => error.message(),
        };
        Self { message, frames: symbols.resolve(frames), site }
    }
}

/// How many frames of a backtrace are kept, and how many bytes of each name.
pub(crate) const MAX_FRAMES: usize = 1024;
const MAX_NAME: usize = 1024;

/// The offset that the engine gives to code of its own.
const NOWHERE: u64 = u32::MAX as u64;

/// The wasm functions that were running when the engine made this error, innermost first: those that are kept.
pub(crate) fn stack_frames(error: &RuntimeError) -> Vec<StackFrame> {
    error.trace().iter().take(MAX_FRAMES).map(stack_frame).collect()
}

/// What the engine knows of a frame.
pub(crate) fn stack_frame(frame: &FrameInfo) -> StackFrame {
    let name = |frame: &FrameInfo| match frame.function_name() {
        Some(name) => demangled(name),
        None => format!("wasm function {}", frame.func_index()),
    };
    StackFrame { function: name(frame), offset: offset(frame), location: None, inlined: false }
}

/// Where a frame is in the module as it was compiled.
pub(crate) fn offset(frame: &FrameInfo) -> u64 {
    match frame.module_offset() as u64 {
        // Some machine code is of no instruction: then it is where the function begins.
        NOWHERE => NOWHERE.saturating_sub(frame.func_offset() as u64),
        offset => offset,
    }
}

/// A function's name for those who read it. The names are the plugin's, and a short one can stand for a long one.
pub(crate) fn demangled(name: &str) -> String {
    let mut name = format!("{:#}", rustc_demangle::demangle(name));
    name.truncate(name.floor_char_boundary(MAX_NAME));
    name.shrink_to_fit();
    name
}

//! Panics and traps of a plugin, and its stack at that moment.

use super::Site;
use plugix_abi::PanicReport;
use plugix_module::STACK_OVERFLOW;
use std::fmt;
use wasmer::{FrameInfo, RuntimeError, sys::vm::TrapCode};

/// A panic in a plugin. The SDK caught it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
        self.frames.iter().try_for_each(|frame| write!(f, "\n  in {} at {:#x}", frame.function, frame.offset))
    }
}

/// Where and why the engine ended a plugin's code.
#[derive(Debug, Clone)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFrame {
    /// The function's name, if the module has names; `wasm function N` otherwise.
    pub function: String,
    /// Where in the module: an offset in bytes from the module's start.
    pub offset: u64,
}

impl fmt::Display for Trap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match self.frames.first() {
            Some(frame) => write!(f, " in {} at {:#x}", frame.function, frame.offset),
            None => Ok(()),
        }
    }
}

impl Trap {
    /// The trap that the engine's error is.
    pub(crate) fn of(error: &RuntimeError, site: Site) -> Self {
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
        Self { message, frames, site }
    }
}

/// How many frames of a backtrace are kept, and how many bytes of each name.
const MAX_FRAMES: usize = 1024;
const MAX_NAME: usize = 1024;

/// The wasm functions that were running when the engine made this error, innermost first: those that are kept.
pub(crate) fn stack_frames(error: &RuntimeError) -> Vec<StackFrame> {
    let name = |frame: &FrameInfo| match frame.function_name() {
        Some(name) => {
            // The names are the plugin's, and a short one can stand for a long one.
            let mut name = format!("{:#}", rustc_demangle::demangle(name));
            name.truncate(name.floor_char_boundary(MAX_NAME));
            name.shrink_to_fit();
            name
        }
        None => format!("wasm function {}", frame.func_index()),
    };
    let frame = |frame: &FrameInfo| StackFrame { function: name(frame), offset: frame.module_offset() as u64 };
    error.trace().iter().take(MAX_FRAMES).map(frame).collect()
}

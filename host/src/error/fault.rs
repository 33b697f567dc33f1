//! Panics and traps of a plugin's code, and its stack then.

use super::Site;
use plugix_abi::PanicReport;
use std::fmt;
use wasmer::{FrameInfo, RuntimeError};

/// A panic of a plugin's code, which the SDK caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panic {
    /// What the plugin tells of it.
    pub report: PanicReport,
    /// The wasm functions that were running, innermost first, if the host asked for backtraces with
    /// [`PluginBuilder::backtraces`](crate::PluginBuilder::backtraces).
    pub frames: Vec<StackFrame>,
    /// Where.
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

/// Where and why a plugin's code was ended by the engine.
#[derive(Debug, Clone)]
pub struct Trap {
    /// What happened, in the engine's words.
    pub message: String,
    /// The wasm functions that were running, innermost first.
    pub frames: Vec<StackFrame>,
    /// Where.
    pub site: Site,
}

/// One wasm function of a trap's backtrace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackFrame {
    /// The function's name, if the module has names; `wasm function N` otherwise.
    pub function: String,
    /// Where in the module, in bytes from its start.
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

/// The wasm functions below which an error of the engine's was made, innermost first.
pub(crate) fn stack_frames(error: &RuntimeError) -> Vec<StackFrame> {
    let name = |frame: &FrameInfo| match frame.function_name() {
        Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
        None => format!("wasm function {}", frame.func_index()),
    };
    let frame = |frame: &FrameInfo| StackFrame { function: name(frame), offset: frame.module_offset() as u64 };
    error.trace().iter().map(frame).collect()
}

//! Where the instructions of a rewritten module come from.

use super::edits::Edits;
use super::{Parts, rewrite};
use crate::ModuleError;
use std::ops::Range;
use wasmparser::{Parser, Payload};

/// Where each function of a rewritten module lies in the module, and in the one that it was made from.
///
/// Nobody keeps this with the code: it is found again by doing the rewriting once more, when somebody asks for lines. So
/// neither compiled code nor artifacts have anything of it, and code that nobody asks about costs nothing.
#[derive(Debug)]
pub struct Origins {
    /// In order.
    functions: Vec<Function>,
    /// Where the code lies: in the rewritten module, and in the original one.
    code: (u64, u64),
}

#[derive(Debug)]
struct Function {
    rewritten: Range<u64>,
    original: Range<u64>,
    /// What was replaced, and by how many bytes.
    edits: Vec<(Range<u64>, u64)>,
}

impl Origins {
    /// Rewrites the module once more.
    ///
    /// # Errors
    /// Those of [`stoppable`](super::stoppable()).
    pub fn of(wasm: &[u8]) -> Result<Self, ModuleError> {
        let parts = Parts::read(wasm)?;
        let (rewritten, all) = rewrite(wasm, &parts, Edits::lengths)?;
        let places = bodies(&rewritten)?;
        let code = (code_start(&rewritten)?, code_start(wasm)?);
        let functions = parts.bodies.iter().zip(all).zip(places).map(|((body, edits), rewritten)| Function {
            rewritten,
            original: body.range(),
            edits,
        });
        Ok(Self { functions: functions.collect(), code })
    }

    /// The offset in the original module of what lies at an offset of the rewritten one. What was added is where it was
    /// added. `None` in functions that the rewriting has added, and outside of functions.
    pub fn original(&self, rewritten: u64) -> Option<u64> {
        let (function, offset) = self.in_function(rewritten)?;
        Some(function.start + offset)
    }

    /// The same as an offset in a function of the original module, and where that function lies.
    pub(crate) fn in_function(&self, rewritten: u64) -> Option<(Range<u64>, u64)> {
        let at = self.functions.partition_point(|function| function.rewritten.end <= rewritten);
        let function = self.functions.get(at).filter(|function| function.rewritten.contains(&rewritten))?;
        let Function { rewritten: place, original, edits } = function;
        let mut left = rewritten - place.start;
        let mut copied = original.start;
        for (replaced, by) in edits {
            if left < replaced.start - copied {
                break;
            }
            left -= replaced.start - copied;
            if left < *by {
                return Some((original.clone(), replaced.start - original.start));
            }
            left -= by;
            copied = replaced.end;
        }
        Some((original.clone(), (copied + left).min(original.end) - original.start))
    }

    /// An offset from the start of a module as one from the start of its code: rewritten, and original.
    pub(crate) fn code(&self) -> (u64, u64) {
        self.code
    }
}

/// Where the functions lie, in order.
pub(crate) fn bodies(wasm: &[u8]) -> Result<Vec<Range<u64>>, ModuleError> {
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload? {
            bodies.push(body.range());
        }
    }
    Ok(bodies)
}

/// Where the contents of the code section begin: what debug information counts from. The module's end if it has none.
pub(crate) fn code_start(wasm: &[u8]) -> Result<u64, ModuleError> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionStart { range, .. } = payload? {
            return Ok(range.start);
        }
    }
    Ok(wasm.len() as u64)
}

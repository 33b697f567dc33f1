//! Where blocks end, and where locals are read: what a walk over a function can't know in time.

use wasmparser::{FunctionBody, Operator};

/// What is known of a function before the walk.
pub(super) struct Ahead {
    /// The number of the operator that ends each block, in the order in which they open.
    pub(super) ends: Vec<u64>,
    /// For each local the number of the operator that reads it last, or zero.
    pub(super) reads: Vec<u64>,
    /// For each local a position before which nothing matters to any read of it: such a write comes before each of them
    /// that all ways to the read pass. Zero if there is none, and `u64::MAX` if nothing reads the local.
    pub(super) since: Vec<u64>,
    /// For each local whether it is read anywhere but straight after a write. The others are *temporary*: no jump lies
    /// between a write and a read, so that they meet at no join and live in no other block. Code that nobody optimized
    /// has thousands of them in one function.
    pub(super) crosses: Vec<bool>,
    /// The most locals that are read again in the straight piece of code that wrote them.
    pub(super) temporary: u64,
}

/// A write that all ways pass to what comes later, as long as the block is open that it stands in.
#[derive(Clone, Copy, Default)]
struct Write {
    depth: usize,
    /// Where that block opened, or its `else`. No block opens at zero.
    block: u64,
    position: u64,
}

/// A piece of code without jumps.
struct Straight {
    number: u64,
    /// The locals that it has written and read.
    kept: u64,
}

impl Ahead {
    pub(super) fn look(body: &FunctionBody<'_>, locals: u32) -> Option<Self> {
        let locals = locals as usize;
        let (mut ends, mut reads, mut since) = (vec![u64::MAX], vec![0; locals], vec![u64::MAX; locals]);
        // For each open block its place among the ends, and where it or its `else` begins.
        let mut open = vec![(0, FIRST)];
        let mut writes = vec![Write::default(); locals];
        let holds = |write: Write, open: &[(usize, u64)]| open.get(write.depth).is_some_and(|at| at.1 == write.block);
        let (mut crosses, mut temporary) = (vec![false; locals], 0);
        // For each local the piece that wrote it last, and the one that has read it last.
        let (mut written, mut kept) = (vec![0; locals], vec![0; locals]);
        let mut piece = Straight { number: 1, kept: 0 };
        for (position, operator) in (FIRST + 1..).zip(body.get_operators_reader().ok()?) {
            let operator = operator.ok()?;
            if jumps(&operator) {
                piece = Straight { number: piece.number + 1, kept: 0 };
            }
            match operator {
                Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                    open.push((ends.len(), position));
                    ends.push(u64::MAX);
                }
                Operator::Else => open.last_mut()?.1 = position,
                Operator::End => *ends.get_mut(open.pop()?.0)? = position,
                Operator::LocalGet { local_index } => {
                    let local = local_index as usize;
                    *reads.get_mut(local)? = position;
                    let write = writes[local];
                    since[local] = since[local].min(if holds(write, &open) { write.position } else { 0 });
                    if written[local] != piece.number {
                        crosses[local] = true;
                    } else if std::mem::replace(&mut kept[local], piece.number) != piece.number {
                        piece.kept += 1;
                        temporary = piece.kept.max(temporary);
                    }
                }
                Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                    *written.get_mut(local_index as usize)? = piece.number;
                    let write = &mut writes[local_index as usize];
                    // The first one counts: it stands in the block that stays open for the longest.
                    if !holds(*write, &open) {
                        *write = Write { depth: open.len().checked_sub(1)?, block: open.last()?.1, position };
                    }
                }
                _ => {}
            }
        }
        Some(Self { ends, reads, since, crosses, temporary })
    }
}

/// Whether a block of the compiler's may begin or end here.
fn jumps(operator: &Operator<'_>) -> bool {
    use Operator as O;
    let opens =
        matches!(operator, O::Block { .. } | O::Loop { .. } | O::If { .. } | O::Else | O::TryTable { .. } | O::End);
    let leaves = matches!(
        operator,
        O::Br { .. }
            | O::BrIf { .. }
            | O::BrTable { .. }
            | O::BrOnNull { .. }
            | O::BrOnNonNull { .. }
            | O::BrOnCast { .. }
            | O::BrOnCastFail { .. }
            | O::Return
            | O::Unreachable
            | O::Throw { .. }
            | O::ThrowRef
    );
    opens || leaves
}

/// In the place of a block's end: every read may come after it.
pub(super) const AGAIN: u64 = 0;

/// The number of the operator before the first one.
pub(super) const FIRST: u64 = 1;

//! Where the compiler has the control memory's address at hand.
//!
//! It loads the address anew where it can't know that one loaded before is still right: after calls and other
//! instructions that may change anything, and where not all ways lead past an earlier check. A loop without such
//! instructions that comes first thus pays for the address in each round, unless there is a check before it.

use super::edits::moves_much;
use wasmparser::{BinaryReaderError, FunctionBody, Operator};

/// Goes through a function's instructions in their order.
#[derive(Default)]
pub(super) struct Address {
    known: bool,
    /// The blocks that are open.
    blocks: Vec<Block>,
}

struct Block {
    /// Whether the address was known at its begin.
    known: bool,
    /// Whether something in it may have changed anything.
    changed: bool,
}

impl Address {
    /// Whether the address is known before the next instruction.
    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    /// There is a check.
    pub(super) fn load(&mut self) {
        self.known = true;
    }

    /// The next instruction.
    pub(super) fn step(&mut self, operator: &Operator<'_>) {
        match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::TryTable { .. }
            | Operator::Try { .. } => self.blocks.push(Block { known: self.known, changed: false }),
            Operator::Else => self.known = self.blocks.last().is_some_and(|block| block.known),
            Operator::Catch { .. } | Operator::CatchAll => self.known = false,
            // Whatever is checked in the block may have been jumped over.
            Operator::End | Operator::Delegate { .. } => {
                self.known = self.blocks.pop().is_some_and(|block| block.known && !block.changed);
            }
            operator if changes_anything(operator) => {
                self.known = false;
                for block in &mut self.blocks {
                    block.changed = true;
                }
            }
            _ => {}
        }
    }
}

/// For each loop of a function, in their order, whether the address stays known all through it.
pub(super) fn quiet_loops(body: &FunctionBody<'_>) -> Result<Vec<bool>, BinaryReaderError> {
    let mut quiet = Vec::new();
    // The blocks that are open: which loop each is, if it is one.
    let mut blocks = Vec::new();
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::Loop { .. } => {
                blocks.push(Some(quiet.len()));
                quiet.push(true);
            }
            Operator::Block { .. } | Operator::If { .. } | Operator::TryTable { .. } | Operator::Try { .. } => {
                blocks.push(None);
            }
            Operator::End | Operator::Delegate { .. } => {
                blocks.pop();
            }
            ref operator if changes_anything(operator) => {
                for at in blocks.iter().flatten() {
                    quiet[*at] = false;
                }
            }
            _ => {}
        }
    }
    Ok(quiet)
}

/// Whether the compiler takes it that any memory, and the instance's own data, can be other than before.
fn changes_anything(operator: &Operator<'_>) -> bool {
    match operator {
        Operator::Call { .. }
        | Operator::CallIndirect { .. }
        | Operator::CallRef { .. }
        | Operator::GlobalSet { .. }
        | Operator::Throw { .. }
        | Operator::ThrowRef => true,
        operator => moves_much(operator) || is_atomic(operator),
    }
}

fn is_atomic(operator: &Operator<'_>) -> bool {
    macro_rules! is_of_threads {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($rest:tt)*) )*) => {
            match operator {
                $( Operator::$op { .. } => matches!(stringify!($proposal), "threads" | "shared_everything_threads"), )*
                _ => false,
            }
        };
    }
    wasmparser::for_each_operator!(is_of_threads)
}

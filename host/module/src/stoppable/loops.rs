//! The loops around each place of a function.

use crate::operators::Effects;
use wasmparser::Operator;

/// Goes through a function's instructions in their order.
#[derive(Default)]
pub(super) struct Loops {
    /// The blocks that are open, and whether they are loops; the function itself is none of them.
    blocks: Vec<bool>,
    /// The loops among them, by their number in the function.
    open: Vec<usize>,
    begun: usize,
}

impl Loops {
    /// The next instruction.
    pub(super) fn step(&mut self, operator: &Operator<'_>, effects: Effects) {
        match operator {
            Operator::Loop { .. } => {
                self.blocks.push(true);
                self.open.push(self.begun);
                self.begun += 1;
            }
            Operator::End if self.blocks.pop() == Some(true) => {
                self.open.pop();
            }
            _ if effects.any(Effects::NESTS) => self.blocks.push(false),
            _ => {}
        }
    }

    /// The number of the innermost loop that is open.
    pub(super) fn innermost(&self) -> Option<usize> {
        self.open.last().copied()
    }
}

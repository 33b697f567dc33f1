//! Counts what a function's work depends on, in one walk over its operators.

mod joins;
mod sums;
mod weights;

use super::ahead::{Ahead, FIRST};
use crate::operators::Effects;
use joins::{Open, Written};
use sums::Sums;
use wasmparser::{
    BlockType, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator, ValidatorResources,
    WasmModuleResources,
};

/// What a function's work depends on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Its length in bytes.
    pub(crate) bytes: u64,
    /// Nanoseconds for its operators, each by itself.
    pub(crate) operators: u64,
    /// Where jumps go or come from.
    pub(crate) blocks: u64,
    /// For each join and each value that may differ there, the places that it comes from.
    pub(crate) edges: u64,
    /// For each of these edges, the blocks that lie before it.
    pub(crate) before: u64,
    /// Locals that are read or written anywhere.
    pub(crate) locals: u64,
    /// Those of them that are read in another piece of code than the one that wrote them.
    pub(crate) crossing: u64,
    /// The most locals that are read again in the straight piece of code that wrote them.
    pub(crate) temporary: u64,
    /// The most operands on the stack.
    pub(crate) stack: u64,
    /// For each place that may throw, the handlers that it may throw to.
    pub(crate) handlers: u64,
}

/// Counts while it is shown one operator after the other.
pub(crate) struct Walk {
    validator: FuncValidator<ValidatorResources>,
    counts: Counts,
    open: Vec<Open>,
    /// For each local the number of the operator that wrote it last, plus one, and zero for one that nobody used.
    used: Vec<u64>,
    position: u64,
    /// The sum of what each open block has for its own.
    written: Written,
    ahead: Ahead,
    opened: usize,
    /// The most handlers that one place can have: one for each tag, and one for all.
    most_handlers: u64,
    sums: Sums,
}

impl Walk {
    /// `None` if the function is invalid.
    pub(crate) fn new(
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        allocations: FuncValidatorAllocations,
        tags: u64,
    ) -> Option<Self> {
        let mut validator = function.into_validator(allocations);
        validator.read_locals(&mut body.get_binary_reader()).ok()?;
        let used = vec![0; validator.len_locals() as usize];
        let ahead = Ahead::look(body, validator.len_locals())?;
        let counts = Counts { bytes: body.as_bytes().len() as u64, ..Counts::default() };
        let (open, written) = (Vec::new(), Written::default());
        let (position, most_handlers) = (FIRST, tags + 1);
        let (opened, sums) = (0, Sums::of(used.len()));
        let mut walk = Self { validator, counts, open, used, position, written, ahead, opened, most_handlers, sums };
        walk.open(BlockType::Empty, false);
        Some(walk)
    }

    /// Counts one operator. `None` if it is invalid here.
    pub(crate) fn operator(&mut self, operator: &Operator<'_>, effects: Effects) -> Option<()> {
        self.position += 1;
        self.weigh(operator, effects);
        match operator {
            Operator::Loop { blockty } => self.open(*blockty, true),
            Operator::Block { blockty } => self.open(*blockty, false),
            Operator::If { blockty } => {
                self.open(*blockty, false);
                self.counts.blocks += 2;
                self.jump(0);
            }
            Operator::Else => self.counts.blocks += 1,
            Operator::TryTable { try_table } => {
                // What is caught goes on outside of this block.
                try_table.catches.iter().for_each(|catch| self.jump(joins::label(catch)));
                self.open(try_table.ty, false);
                self.catch(&try_table.catches)?;
            }
            Operator::Br { relative_depth } => self.jump(*relative_depth),
            Operator::BrIf { relative_depth } => {
                self.counts.blocks += 1;
                self.jump(*relative_depth);
            }
            Operator::BrTable { targets } => self.table(targets)?,
            Operator::End => self.end()?,
            Operator::LocalGet { local_index } => {
                let used = self.used.get_mut(*local_index as usize)?;
                *used = (*used).max(1);
            }
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                let before = std::mem::replace(self.used.get_mut(*local_index as usize)?, self.position);
                // It was written already in those blocks that were open then. It counts in the others: in the first of
                // them, and in all that lie in that one.
                // Where no read sees what was there before the block, it doesn't count.
                let since = *self.ahead.since.get(*local_index as usize)?;
                let first = self.open.partition_point(|open| open.start < before || open.start <= since);
                let read = *self.ahead.reads.get(*local_index as usize)?;
                let later = first.max(self.open.partition_point(|open| open.end > read));
                if let Some(open) = self.open.get_mut(first) {
                    open.own.all += 1;
                    self.written.all += 1;
                }
                if let Some(open) = self.open.get_mut(later) {
                    open.own.read_later += 1;
                    self.written.read_later += 1;
                }
            }
            _ => {}
        }
        self.validator.op(self.position, operator).ok()?;
        self.counts.stack = self.counts.stack.max(self.validator.operand_stack_height().into());
        Some(())
    }

    /// The counts, unless the function has no end, and memory for the next walk.
    pub(crate) fn finish(self) -> (Option<Counts>, FuncValidatorAllocations) {
        let ended = self.validator.control_stack_height() == 0;
        let locals = self.used.iter().filter(|used| **used > 0).count() as u64;
        let crossing = self.ahead.crosses.iter().filter(|crosses| **crosses).count() as u64;
        let counts = Counts { locals, crossing, temporary: self.ahead.temporary, ..self.counts };
        (ended.then_some(counts), self.validator.into_allocations())
    }

    fn function_type(&self, index: u32) -> (usize, usize) {
        let found = self.validator.resources().sub_type_at(index);
        match found.map(|ty| &ty.composite_type.inner) {
            Some(wasmparser::CompositeInnerType::Func(ty)) => (ty.params().len(), ty.results().len()),
            _ => (0, 0),
        }
    }
}

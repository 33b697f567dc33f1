//! Counts what a function's work depends on, in one walk over its operators.

use super::ahead::{AGAIN, Ahead, FIRST};
use super::operator;
use crate::operators::Effects;
use wasmparser::{
    BlockType, BrTable, FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator,
    ValidatorResources, WasmModuleResources,
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
    /// The most operands on the stack.
    pub(crate) stack: u64,
}

/// A block that is open.
struct Open {
    /// The number of the operator that opened it.
    start: u64,
    /// The number of the operator that ends it, or [`AGAIN`] in a loop.
    end: u64,
    /// The blocks that lie before it.
    before: u64,
    is_loop: bool,
    is_try: bool,
    /// From how many places its join is reached, without the one where it opens or ends.
    jumps: u64,
    /// How many values jumps to it bring.
    values: u64,
    own: Written,
    /// The sum of that over the blocks around it, when it was opened.
    around: Written,
}

/// How many locals are written in a block, and not before in a block around it that is still open.
#[derive(Clone, Copy, Default)]
struct Written {
    /// All of them. Those may differ each time that a loop begins anew.
    all: u64,
    /// Those that are read after the block. Only they matter where it ends.
    read_later: u64,
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
    /// Blocks of `try_table` that are open.
    tries: u64,
}

impl Walk {
    /// `None` if the function is invalid.
    pub(super) fn new(
        function: FuncToValidate<ValidatorResources>,
        body: &FunctionBody<'_>,
        allocations: FuncValidatorAllocations,
    ) -> Option<Self> {
        let mut validator = function.into_validator(allocations);
        validator.read_locals(&mut body.get_binary_reader()).ok()?;
        let used = vec![0; validator.len_locals() as usize];
        let ahead = Ahead::look(body, validator.len_locals())?;
        let counts = Counts { bytes: body.as_bytes().len() as u64, ..Counts::default() };
        let (open, written) = (Vec::new(), Written::default());
        let mut walk = Self { validator, counts, open, used, position: FIRST, written, ahead, opened: 0, tries: 0 };
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
                try_table.catches.iter().for_each(|catch| self.jump(label(catch)));
                self.open(try_table.ty, false);
                self.open.last_mut()?.is_try = true;
                self.tries += 1;
                self.counts.blocks += 1 + try_table.catches.len() as u64;
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
                let first = self.open.partition_point(|open| open.start < before);
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

    /// The counts, and memory for the next walk.
    pub(super) fn finish(self) -> (Counts, FuncValidatorAllocations) {
        let locals = self.used.iter().filter(|used| **used > 0).count() as u64;
        (Counts { locals, ..self.counts }, self.validator.into_allocations())
    }

    fn weigh(&mut self, operator: &Operator<'_>, effects: Effects) {
        let weight = match operator {
            Operator::TryTable { .. } => operator::TRY,
            Operator::Call { function_index } => {
                let ty = self.validator.resources().type_index_of_function(*function_index);
                let (params, results) = ty.map_or((0, 0), |ty| self.function_type(ty));
                self.call(params + results)
            }
            Operator::CallIndirect { type_index, .. } => {
                let (params, results) = self.function_type(*type_index);
                operator::NATIVE + self.call(params + results)
            }
            _ if effects.any(Effects::NATIVE) => operator::NATIVE,
            _ if effects.any(Effects::CHANGES_ALL) => operator::CHANGES,
            _ => operator::ANY,
        };
        self.counts.operators = self.counts.operators.saturating_add(weight);
    }

    fn call(&mut self, operands: usize) -> u64 {
        if self.tries > 0 {
            // It goes on in two places.
            self.counts.blocks += 2;
        }
        operator::CALL + operator::OPERAND.saturating_mul(operands as u64)
    }

    fn function_type(&self, index: u32) -> (usize, usize) {
        let found = self.validator.resources().sub_type_at(index);
        match found.map(|ty| &ty.composite_type.inner) {
            Some(wasmparser::CompositeInnerType::Func(ty)) => (ty.params().len(), ty.results().len()),
            _ => (0, 0),
        }
    }

    fn open(&mut self, ty: BlockType, is_loop: bool) {
        let (params, results) = match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => self.function_type(index),
        };
        let values = if is_loop { params } else { results } as u64;
        let (start, before) = (self.position, self.counts.blocks);
        self.counts.blocks += 1;
        // What is in a loop comes again: a read before the block is one after it as well.
        let in_loop = self.open.last().filter(|around| around.is_loop || around.end == AGAIN).map(|_| AGAIN);
        let end = in_loop.or_else(|| self.ahead.ends.get(self.opened).copied()).unwrap_or(AGAIN);
        self.opened += 1;
        let (own, around) = (Written::default(), self.written);
        self.open.push(Open { start, end, before, is_loop, is_try: false, jumps: 0, values, own, around });
    }

    fn jump(&mut self, depth: u32) {
        let at = self.open.len().checked_sub(1 + depth as usize);
        if let Some(open) = at.and_then(|at| self.open.get_mut(at)) {
            open.jumps += 1;
        }
    }

    /// Targets that are the same are one place to come from.
    fn table(&mut self, targets: &BrTable<'_>) -> Option<()> {
        let mut depths = targets.targets().collect::<Result<Vec<_>, _>>().ok()?;
        depths.push(targets.default());
        depths.sort_unstable();
        depths.dedup();
        self.counts.blocks += 1 + depths.len() as u64;
        depths.into_iter().for_each(|depth| self.jump(depth));
        Some(())
    }

    fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
        self.tries -= u64::from(open.is_try);
        let written = match open.is_loop {
            true => self.written.all - open.around.all,
            false => self.written.read_later - open.around.read_later,
        };
        let values = open.values.saturating_add(written);
        self.written.all -= open.own.all;
        self.written.read_later -= open.own.read_later;
        // A block that nothing jumps to is no join. A function ends with a return.
        let edges = match open.is_loop {
            _ if open.jumps > 0 && (open.is_loop || !self.open.is_empty()) => values.saturating_mul(open.jumps + 1),
            true => open.values,
            false => 0,
        };
        let before = if open.is_loop { open.before } else { self.counts.blocks };
        self.counts.edges = self.counts.edges.saturating_add(edges);
        self.counts.before = self.counts.before.saturating_add(edges.saturating_mul(before));
        Some(())
    }
}

fn label(catch: &wasmparser::Catch) -> u32 {
    use wasmparser::Catch::{All, AllRef, One, OneRef};
    match catch {
        One { label, .. } | OneRef { label, .. } | All { label } | AllRef { label } => *label,
    }
}

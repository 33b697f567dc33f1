//! The blocks that are open: how often they are jumped to, and what may differ where they begin or end.

use super::Walk;
use crate::work::ahead::AGAIN;
use crate::work::operator;
use wasmparser::{BlockType, BrTable, Catch};

/// A block that is open.
pub(super) struct Open {
    /// The number of the operator that opened it.
    pub(super) start: u64,
    /// The number of the operator that ends it, or [`AGAIN`] in a loop.
    pub(super) end: u64,
    /// The blocks that lie before it.
    pub(super) before: u64,
    pub(super) is_loop: bool,
    /// Loops that are open here, with this one.
    pub(super) loops: u64,
    /// The handlers that what is in it may throw to.
    pub(super) handlers: u64,
    /// From how many places its join is reached, without the one where it opens or ends.
    pub(super) jumps: u64,
    /// How many values jumps to it bring.
    pub(super) values: u64,
    pub(super) own: Written,
    /// The sum of that over the blocks around it, when it was opened.
    pub(super) around: Written,
}

/// How many locals are written in a block, and not before in a block around it that is still open.
#[derive(Clone, Copy, Default)]
pub(super) struct Written {
    /// All of them. Those may differ each time that a loop begins anew.
    pub(super) all: u64,
    /// Those that are read after the block. Only they matter where it ends.
    pub(super) read_later: u64,
}

impl Walk {
    pub(super) fn open(&mut self, ty: BlockType, is_loop: bool) {
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
        let (own, around, handlers) = (Written::default(), self.written, self.handlers());
        let loops = self.open.last().map_or(0, |open| open.loops) + u64::from(is_loop);
        self.open.push(Open { start, end, before, is_loop, loops, handlers, jumps: 0, values, own, around });
    }

    pub(super) fn jump(&mut self, depth: u32) {
        let at = self.open.len().checked_sub(1 + depth as usize);
        if let Some(open) = at.and_then(|at| self.open.get_mut(at)) {
            open.jumps += 1;
        }
    }

    /// Targets that are the same are one place to come from.
    pub(super) fn table(&mut self, targets: &BrTable<'_>) -> Option<()> {
        let mut depths = targets.targets().collect::<Result<Vec<_>, _>>().ok()?;
        depths.push(targets.default());
        depths.sort_unstable();
        depths.dedup();
        self.counts.blocks += 1 + depths.len() as u64;
        self.counts.operators += operator::TARGET.saturating_mul(depths.len() as u64);
        depths.into_iter().for_each(|depth| self.jump(depth));
        Some(())
    }

    pub(super) fn end(&mut self) -> Option<()> {
        let open = self.open.pop()?;
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

    /// The block that was just opened catches these. A place has one handler for each tag: that of the innermost block.
    /// What catches all hides those around it.
    pub(super) fn catch(&mut self, catches: &[Catch]) -> Option<()> {
        let most = self.most_handlers;
        let open = self.open.last_mut()?;
        let around = if catches.iter().any(catches_all) { 0 } else { open.handlers };
        open.handlers = around.saturating_add(catches.len() as u64).min(most);
        self.counts.handlers = self.counts.handlers.saturating_add(open.handlers);
        self.counts.blocks += 1 + catches.len() as u64;
        Some(())
    }
}

pub(super) fn label(catch: &Catch) -> u32 {
    match catch {
        Catch::One { label, .. } | Catch::OneRef { label, .. } | Catch::All { label } | Catch::AllRef { label } => {
            *label
        }
    }
}

fn catches_all(catch: &Catch) -> bool {
    matches!(catch, Catch::All { .. } | Catch::AllRef { .. })
}

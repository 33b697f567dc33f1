//! What is known at each place of a function, whichever way leads there: how much can have run since a check, and
//! whether the compiler has the control memory's address at hand.
//!
//! It loads the address anew where it can't know that one loaded before is still right: after calls and other
//! instructions that may change anything, and where ways meet that don't have one check behind them all. A loop without such
//! instructions that comes first would pay for the address in each round, unless there is a check before it.

use super::loops::Loops;
use crate::ModuleError;
use crate::operators::{self, Effects};
use wasmparser::{Catch, FunctionBody, Operator};

/// What has to be followed: where an instruction leads, and which blocks are open.
const FOLLOWED: Effects = Effects::JUMPS.and(Effects::NESTS).and(Effects::ENDS);

/// Goes through a function's instructions in their order.
pub(super) struct Flow {
    /// Instructions since the last check, at the most; `None` where no way leads.
    work: Option<u32>,
    /// Whether the address is at hand.
    address: bool,
    /// The blocks that are open.
    blocks: Vec<Block>,
}

#[derive(Default)]
struct Block {
    is_loop: bool,
    /// Of an `if` without an `else`: the work at its begin.
    skipped: Option<u32>,
    /// The work where it was left by jumps.
    end: Option<u32>,
    /// The most work in it: exceptions can leave it anywhere.
    most: u32,
    /// Where these lead, in blocks around it.
    catches: Vec<u32>,
    /// Whether the address was at hand at its begin.
    address: bool,
    /// Whether something in it may have changed anything.
    changed: bool,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self { work: Some(0), address: false, blocks: Vec::new() }
    }

    /// How many instructions can have run since the last check.
    pub(super) fn work(&self) -> u32 {
        self.work.unwrap_or(0)
    }

    /// Whether the address is at hand.
    pub(super) fn has_address(&self) -> bool {
        self.address
    }

    /// There is a check.
    pub(super) fn check(&mut self) {
        self.work = self.work.map(|_| 0);
        self.address = true;
    }

    /// So many instructions are added here.
    pub(super) fn add(&mut self, work: u32) {
        self.work = self.work.map(|before| before + work);
        if let Some(block) = self.blocks.last_mut() {
            block.most = block.most.max(self.work.unwrap_or(0));
        }
    }

    /// The next instruction, which comes to so many.
    pub(super) fn step(&mut self, operator: &Operator<'_>, effects: Effects, work: u32) {
        let changes = effects.any(Effects::CHANGES_ALL);
        self.work = self.work.map(|before| before + work);
        self.address &= !changes;
        if let Some(block) = self.blocks.last_mut() {
            block.most = block.most.max(self.work.unwrap_or(0));
            block.changed |= changes;
        }
        match operator {
            Operator::Block { .. } => self.begin(Block::default()),
            Operator::Loop { .. } => self.begin(Block { is_loop: true, ..Block::default() }),
            Operator::If { .. } => self.begin(Block { skipped: self.work, ..Block::default() }),
            Operator::TryTable { try_table } => {
                let label = |catch: &Catch| match *catch {
                    Catch::One { label, .. } | Catch::OneRef { label, .. } => label,
                    Catch::All { label } | Catch::AllRef { label } => label,
                };
                self.begin(Block { catches: try_table.catches.iter().map(label).collect(), ..Block::default() });
            }
            Operator::Else => {
                self.jump(0);
                if let Some(block) = self.blocks.last_mut() {
                    self.work = block.skipped.take();
                    self.address = block.address;
                }
            }
            Operator::End => self.end(),
            Operator::BrIf { relative_depth } => self.jump(*relative_depth),
            Operator::Br { relative_depth } => {
                self.jump(*relative_depth);
                self.work = None;
            }
            Operator::BrTable { targets } => {
                targets.targets().flatten().chain([targets.default()]).for_each(|target| self.jump(target));
                self.work = None;
            }
            Operator::Return | Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef => self.work = None,
            _ => assert!(!effects.any(FOLLOWED), "{operator:?} does {effects:?}, and nobody follows it"),
        }
    }

    fn begin(&mut self, block: Block) {
        self.blocks.push(Block { address: self.address, ..block });
    }

    /// A jump to the end of a block, in blocks around this place. At the head of a loop there is a check anyhow, and
    /// the function itself is no block.
    fn jump(&mut self, label: u32) {
        let block = self.blocks.iter_mut().rev().nth(label as usize);
        if let Some(block) = block.filter(|block| !block.is_loop) {
            block.end = block.end.max(self.work);
        }
    }

    fn end(&mut self) {
        let Some(block) = self.blocks.pop() else { return };
        let after = self.work.max(block.end).max(block.skipped);
        self.work = Some(block.most);
        block.catches.iter().for_each(|label| self.jump(*label));
        self.work = after;
        // A check in the block may have been jumped over.
        self.address = block.address && !block.changed;
        if let Some(around) = self.blocks.last_mut() {
            around.most = around.most.max(block.most);
            around.changed |= block.changed;
        }
    }
}

/// For each loop of a function, in their order, whether the address stays at hand all through it.
pub(super) fn quiet_loops(body: &FunctionBody<'_>) -> Result<Vec<bool>, ModuleError> {
    let mut loops = Loops::default();
    // Whether each is quiet, and the loop around it.
    let mut all: Vec<(bool, Option<usize>)> = Vec::new();
    for operator in operators::each(body)? {
        let (operator, effects) = operator?;
        let around = loops.innermost();
        loops.step(&operator, effects);
        if let Operator::Loop { .. } = operator {
            all.push((true, around));
        } else if let Some(at) = loops.innermost() {
            all[at].0 &= !effects.any(Effects::CHANGES_ALL);
        }
    }
    // A loop comes before those in it. Telling all around at each change would take long where many are open.
    for at in (0..all.len()).rev() {
        if let (false, Some(around)) = all[at] {
            all[around].0 = false;
        }
    }
    Ok(all.into_iter().map(|(quiet, _)| quiet).collect())
}

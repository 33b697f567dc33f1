//! What is known at each place of a function, whichever way leads there: how much can have run since a check, and
//! whether the compiler has the control memory's address at hand.
//!
//! It loads the address anew where it can't know that one loaded before is still right: after calls and other
//! instructions that may change anything, and where not all ways lead past an earlier check. A loop without such
//! instructions that comes first would pay for the address in each round, unless there is a check before it.

use super::edits::moves_much;
use wasmparser::{BinaryReaderError, Catch, FunctionBody, Operator};

/// Goes through a function's instructions in their order.
pub(super) struct Flow {
    /// `None` where no way leads.
    now: Option<State>,
    /// The blocks that are open.
    blocks: Vec<Block>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Instructions since the last check.
    work: u32,
    /// Whether the address is at hand.
    address: bool,
}

impl State {
    fn or(self, other: Self) -> Self {
        Self { work: self.work.max(other.work), address: self.address && other.address }
    }
}

#[derive(Default)]
struct Block {
    is_loop: bool,
    /// Of an `if` without an `else`, at its begin.
    skipped: Option<State>,
    /// Where it was left by jumps.
    end: Option<State>,
    /// The most work in it: exceptions can leave it anywhere.
    most: u32,
    /// Where these lead, in blocks around it.
    catches: Vec<u32>,
}

impl Flow {
    pub(super) fn new() -> Self {
        Self { now: Some(State::default()), blocks: Vec::new() }
    }

    /// How many instructions can have run since the last check.
    pub(super) fn work(&self) -> u32 {
        self.now.map_or(0, |now| now.work)
    }

    /// Whether the address is at hand.
    pub(super) fn has_address(&self) -> bool {
        self.now.is_none_or(|now| now.address)
    }

    /// There is a check.
    pub(super) fn check(&mut self) {
        self.now = self.now.map(|_| State { work: 0, address: true });
    }

    /// The next instruction, which comes to so many.
    pub(super) fn step(&mut self, operator: &Operator<'_>, work: u32) {
        if let Some(now) = &mut self.now {
            now.work += work;
            now.address &= !changes_anything(operator);
        }
        if let Some(block) = self.blocks.last_mut() {
            block.most = block.most.max(self.now.map_or(0, |now| now.work));
        }
        match operator {
            Operator::Block { .. } | Operator::Try { .. } => self.blocks.push(Block::default()),
            Operator::Loop { .. } => self.blocks.push(Block { is_loop: true, ..Block::default() }),
            Operator::If { .. } => self.blocks.push(Block { skipped: self.now, ..Block::default() }),
            Operator::TryTable { try_table } => {
                let label = |catch: &Catch| match *catch {
                    Catch::One { label, .. } | Catch::OneRef { label, .. } => label,
                    Catch::All { label } | Catch::AllRef { label } => label,
                };
                self.blocks.push(Block { catches: try_table.catches.iter().map(label).collect(), ..Block::default() });
            }
            Operator::Else => {
                self.jump(0);
                self.now = self.blocks.last_mut().and_then(|block| block.skipped.take());
            }
            Operator::Catch { .. } | Operator::CatchAll => {
                self.jump(0);
                let thrown = |block: &Block| State { work: block.most, address: false };
                self.now = self.blocks.last().map(thrown);
            }
            Operator::End | Operator::Delegate { .. } => self.end(),
            Operator::BrIf { relative_depth } => self.jump(*relative_depth),
            Operator::Br { relative_depth } => {
                self.jump(*relative_depth);
                self.now = None;
            }
            Operator::BrTable { targets } => {
                targets.targets().flatten().chain([targets.default()]).for_each(|target| self.jump(target));
                self.now = None;
            }
            Operator::Return
            | Operator::ReturnCall { .. }
            | Operator::ReturnCallIndirect { .. }
            | Operator::Unreachable
            | Operator::Throw { .. }
            | Operator::ThrowRef
            | Operator::Rethrow { .. } => self.now = None,
            _ => {}
        }
    }

    /// A jump to the end of a block, in blocks around this place. At the head of a loop there is a check anyhow, and
    /// the function itself is no block.
    fn jump(&mut self, label: u32) {
        let block = self.blocks.iter_mut().rev().nth(label as usize);
        if let (Some(block), Some(now)) = (block.filter(|block| !block.is_loop), self.now) {
            block.end = Some(block.end.map_or(now, |end| end.or(now)));
        }
    }

    fn end(&mut self) {
        let Some(block) = self.blocks.pop() else { return };
        let after = self.now;
        self.now = Some(State { work: block.most, address: false });
        block.catches.iter().for_each(|label| self.jump(*label));
        if let Some(around) = self.blocks.last_mut() {
            around.most = around.most.max(block.most);
        }
        self.now = [after, block.end, block.skipped].into_iter().flatten().reduce(State::or);
    }
}

/// For each loop of a function, in their order, whether the address stays at hand all through it.
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

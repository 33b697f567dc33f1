//! A second opinion on checks: goes through rewritten code by all ways, and counts what runs before one.

use super::super::super::bounded::MAX_WORK;
use super::super::super::probe::{CALL, WORK};
use wasmparser::{Catch, FunctionBody, Operator, Parser, Payload, TypeRef};

/// The most instructions that can have run at a place that some way leads to.
#[derive(Clone, Copy, Default)]
struct Work {
    /// Since the function's entry, if no check has to have come.
    unchecked: Option<u32>,
    /// Since the entry or the last check.
    since: u32,
}

/// The more of two; `None` where no way leads.
fn either(one: Option<Work>, other: Option<Work>) -> Option<Work> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(other)),
        _ => one.or(other),
    }
}

impl Work {
    fn or(self, other: Self) -> Self {
        Self { unchecked: self.unchecked.max(other.unchecked), since: self.since.max(other.since) }
    }

    fn and(self, work: u32) -> Self {
        Self { unchecked: self.unchecked.map(|before| before + work), since: self.since + work }
    }
}

/// A block that is open.
#[derive(Default)]
struct Open {
    is_loop: bool,
    /// Where it is left by jumps.
    end: Option<Work>,
    /// Of an `if`: at its begin.
    begin: Option<Work>,
    /// Of a `try_table`: where exceptions lead, by place among the open blocks; and the most work where they leave it.
    catches: Vec<usize>,
    thrown: Option<Work>,
}

/// What a call of each function costs until a check.
pub(super) struct Calls<'a> {
    imported: u32,
    bodies: Vec<FunctionBody<'a>>,
    costs: Vec<Cost>,
    probe: usize,
}

#[derive(Clone, Copy)]
enum Cost {
    Unknown,
    Asked,
    Known(u32),
}

impl<'a> Calls<'a> {
    /// The body at `probe` is that of the function that touches the stack.
    pub(super) fn of(wasm: &'a [u8], probe: usize) -> Self {
        let mut calls = Self { imported: 0, bodies: Vec::new(), costs: Vec::new(), probe };
        for payload in Parser::new(0).parse_all(wasm) {
            match payload.expect("it was validated") {
                Payload::ImportSection(imports) => {
                    let imports = imports.into_imports().map(|import| import.expect("it was validated"));
                    calls.imported = imports.filter(|import| matches!(import.ty, TypeRef::Func(_))).count() as u32;
                }
                Payload::CodeSectionEntry(body) => calls.bodies.push(body),
                _ => {}
            }
        }
        calls.costs = vec![Cost::Unknown; calls.bodies.len()];
        calls.costs[probe] = Cost::Known(WORK - CALL);
        calls
    }

    pub(super) fn check(mut self, text: &str) {
        let probe = self.probe;
        // The probe calls itself, a few times.
        for at in (0..self.bodies.len()).filter(|at| *at != probe) {
            let body = self.bodies[at].clone();
            self.cost(at, text);
            let (_, most) = walk(&body, text, &mut |callee, _| self.cost_of(callee, text));
            assert!(most <= MAX_WORK, "{most} instructions of function {at} without a check: {text}");
        }
    }

    fn cost_of(&mut self, callee: u32, text: &str) -> u32 {
        callee.checked_sub(self.imported).map_or(0, |callee| self.cost(callee as usize, text))
    }

    /// Calls after a check cost nothing here, so that only those without one can form a circle.
    fn cost(&mut self, at: usize, text: &str) -> u32 {
        match self.costs[at] {
            Cost::Known(cost) => return cost,
            Cost::Asked => panic!("functions call in a circle without a check: {text}"),
            Cost::Unknown => self.costs[at] = Cost::Asked,
        }
        let body = self.bodies[at].clone();
        let (cost, _) = walk(&body, text, &mut |callee, checked| if checked { 0 } else { self.cost_of(callee, text) });
        self.costs[at] = Cost::Known(cost);
        cost
    }
}

/// Goes through a function by all ways. Returns the most instructions that it runs from its entry, and from wherever it
/// may be, before a check. `cost` is that of a call, after a check or not.
fn walk(body: &FunctionBody<'_>, text: &str, cost: &mut dyn FnMut(u32, bool) -> u32) -> (u32, u32) {
    let mut now = Some(Work { unchecked: Some(0), since: 0 });
    let mut blocks: Vec<Open> = Vec::new();
    let (mut unchecked, mut since) = (0, 0);
    let mut head_of_loop = 0;
    let operators = body.get_operators_reader().expect("it was validated").into_iter();
    let operators: Vec<_> = operators.map(|operator| operator.expect("it was validated")).collect();
    let is_check = |at: usize| matches!(operators.get(at), Some(operator) if is_read_of_control(operator));
    for (at, operator) in operators.iter().enumerate() {
        // What belongs to a check is no work: an address before it, and what is read after it.
        let is_part = is_check(at + 1) || is_check(at) || (at > 0 && is_check(at - 1));
        now = now.map(|now| now.and(u32::from(!is_part)));
        match *operator {
            ref operator if is_read_of_control(operator) => {
                now = now.map(|_| Work::default());
                head_of_loop = 0;
            }
            // What comes before a trap ends the plugin.
            Operator::Call { .. } if let Some(Operator::Unreachable) = operators.get(at + 1) => {}
            Operator::Call { function_index } => {
                now = now.map(|now| now.and(cost(function_index, now.unchecked.is_none())));
            }
            Operator::CallIndirect { .. } => {
                let checked = now.is_none_or(|now| now.unchecked.is_none());
                assert!(checked, "anything may be called without a check: {text}");
            }
            Operator::Loop { .. } => {
                blocks.push(Open { is_loop: true, ..Open::default() });
                head_of_loop = 3;
            }
            Operator::Block { .. } => blocks.push(Open::default()),
            Operator::TryTable { ref try_table } => {
                let place = |catch: &Catch| match *catch {
                    Catch::One { label, .. } | Catch::OneRef { label, .. } => blocks.len() - 1 - label as usize,
                    Catch::All { label } | Catch::AllRef { label } => blocks.len() - 1 - label as usize,
                };
                let catches = try_table.catches.iter().map(place).collect();
                blocks.push(Open { catches, ..Open::default() });
            }
            Operator::If { .. } => blocks.push(Open { begin: now, ..Open::default() }),
            Operator::Else => {
                let block = blocks.last_mut().expect("an `else` is in an `if`");
                block.end = either(block.end, now);
                now = block.begin.take();
            }
            Operator::BrIf { relative_depth } => jump(&mut blocks, relative_depth, now),
            Operator::Br { relative_depth } => jump(&mut blocks, relative_depth, now.take()),
            Operator::BrTable { ref targets } => {
                for target in targets.targets().flatten().chain([targets.default()]) {
                    jump(&mut blocks, target, now);
                }
                now = None;
            }
            Operator::End => {
                if let Some(block) = blocks.pop() {
                    now = either(now, either(block.end, block.begin));
                    for target in
                        block.catches.into_iter().filter(|target| !blocks[*target].is_loop).collect::<Vec<_>>()
                    {
                        blocks[target].end = either(blocks[target].end, block.thrown);
                    }
                }
            }
            _ => {}
        }
        assert!(head_of_loop != 1, "a loop without a check: {text}");
        head_of_loop = u32::saturating_sub(head_of_loop, 1);
        if let Operator::Call { .. } | Operator::CallIndirect { .. } | Operator::Throw { .. } | Operator::ThrowRef =
            operator
        {
            for block in &mut blocks {
                block.thrown = either(block.thrown, now);
            }
        }
        unchecked = unchecked.max(now.and_then(|now| now.unchecked).unwrap_or(0));
        since = since.max(now.map_or(0, |now| now.since));
        if let Operator::Return | Operator::Unreachable | Operator::Throw { .. } | Operator::ThrowRef = operator {
            now = None;
        }
    }
    (unchecked, since)
}

/// A jump to the end of a block. At the head of a loop there is a check, and a jump out of all blocks is a return.
fn jump(blocks: &mut [Open], label: u32, now: Option<Work>) {
    if let Some(block) = blocks.iter_mut().rev().nth(label as usize).filter(|block| !block.is_loop) {
        block.end = either(block.end, now);
    }
}

fn is_read_of_control(operator: &Operator<'_>) -> bool {
    match operator {
        Operator::I32Load8U { memarg } | Operator::I32AtomicLoad8U { memarg } => memarg.memory == 1,
        _ => false,
    }
}

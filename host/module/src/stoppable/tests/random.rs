//! Random modules, and a second opinion on their checks: whatever a function does and whom it calls, one comes soon.

use super::super::bounded::MAX_WORK;
use super::rewrite;
use wasmparser::{Catch, FunctionBody, Operator, Parser, Payload, TypeRef};

#[test]
fn a_check_comes_soon() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    for _ in 0..3000 {
        let functions = 1 + random.below(6);
        let bodies: String =
            (0..functions).map(|n| format!("(func $f{n} {})", statements(&mut random, functions, 0))).collect();
        let text = format!(
            r#"(module (import "env" "host" (func $host)) (memory (export "memory") 1) (table 1 funcref)
                (tag $e) (global $g (mut i32) (i32.const 0)) {bodies})"#
        );
        let (wasm, _) = rewrite(&text);
        Calls::of(&wasm).check(&text);
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Kinds of statements without blocks. Four others have blocks.
const LEAVES: u64 = 14;

/// Some statements in so many blocks.
fn statements(random: &mut Random, functions: u64, blocks: u64) -> String {
    (0..random.below(5)).map(|_| statement(random, functions, blocks)).collect()
}

fn statement(random: &mut Random, functions: u64, blocks: u64) -> String {
    let kind = random.below(if blocks < 4 { LEAVES + 4 } else { LEAVES });
    if kind == LEAVES + 3 && blocks > 0 {
        return format!(
            "(try_table (catch_all {}) {})",
            random.below(blocks),
            statements(random, functions, blocks + 1)
        );
    }
    let mut inner = || statements(random, functions, blocks + 1);
    match kind {
        LEAVES => format!("(block {})", inner()),
        15 => format!("(loop {} (br_if 0 (i32.const 0)))", inner()),
        16 => format!("(if (i32.const 1) (then {}) (else {}))", inner(), inner()),
        0 => "(call $host)".to_owned(),
        1 => "(call_indirect (i32.const 0))".to_owned(),
        2 => "(global.set $g (i32.const 1))".to_owned(),
        3 => "(drop (i32.atomic.load (i32.const 8)))".to_owned(),
        4 => "(memory.fill (i32.const 0) (i32.const 0) (i32.const 9))".to_owned(),
        5 => "(nop)".repeat(random.below(200) as usize),
        6 if blocks > 0 => format!("(br_if {} (i32.const 0))", random.below(blocks)),
        7 if blocks > 0 => format!("(br {})", random.below(blocks)),
        8 if blocks > 0 => {
            let targets: Vec<_> = (0..=random.below(3)).map(|_| random.below(blocks).to_string()).collect();
            format!("(br_table {} (i32.const 1))", targets.join(" "))
        }
        9 => "(return)".to_owned(),
        10 => "(throw $e)".to_owned(),
        11 => "(throw_ref (ref.null exn))".to_owned(),
        _ => format!("(call $f{})", random.below(functions)),
    }
}

/// The most instructions that can have run at a place.
#[derive(Clone, Copy, Default)]
struct Work {
    /// Since the function's entry, if no check has to have come.
    unchecked: Option<u32>,
    /// Since the entry or the last check; `None` where no way leads.
    since: Option<u32>,
}

/// No way leads here, so that nothing has run.
const NOWHERE: Work = Work { unchecked: None, since: None };

/// Right after a check.
const CHECKED: Work = Work { unchecked: None, since: Some(0) };

impl Work {
    fn or(self, other: Self) -> Self {
        Self { unchecked: self.unchecked.max(other.unchecked), since: self.since.max(other.since) }
    }

    fn and(self, work: u32) -> Self {
        Self { unchecked: self.unchecked.map(|before| before + work), since: self.since.map(|before| before + work) }
    }
}

/// A block that is open.
#[derive(Default)]
struct Open {
    is_loop: bool,
    /// Where it is left by jumps.
    end: Work,
    /// Of an `if`: at its begin.
    begin: Option<Work>,
    /// Of a `try_table`: where exceptions lead, by place among the open blocks; and the most work in it.
    catch: Option<usize>,
    most: Work,
}

/// What a call of each function costs until a check.
struct Calls<'a> {
    imported: u32,
    bodies: Vec<FunctionBody<'a>>,
    costs: Vec<Cost>,
}

#[derive(Clone, Copy)]
enum Cost {
    Unknown,
    Asked,
    Known(u32),
}

impl<'a> Calls<'a> {
    fn of(wasm: &'a [u8]) -> Self {
        let mut calls = Self { imported: 0, bodies: Vec::new(), costs: Vec::new() };
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
        calls
    }

    fn check(mut self, text: &str) {
        for at in 0..self.bodies.len() {
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
    let mut now = Work { unchecked: Some(0), since: Some(0) };
    let mut blocks: Vec<Open> = Vec::new();
    let (mut unchecked, mut since) = (0, 0);
    let mut head_of_loop = 0;
    let operators = body.get_operators_reader().expect("it was validated").into_iter();
    let operators: Vec<_> = operators.map(|operator| operator.expect("it was validated")).collect();
    let is_check = |at: usize| matches!(operators.get(at), Some(operator) if is_read_of_control(operator));
    for (at, operator) in operators.iter().enumerate() {
        // What belongs to a check is no work: an address before it, and what is read after it.
        let is_part = is_check(at + 1) || is_check(at) || (at > 0 && is_check(at - 1));
        now = now.and(u32::from(!is_part));
        match *operator {
            ref operator if is_read_of_control(operator) => {
                // A check where no way leads is none.
                now = now.since.map_or(NOWHERE, |_| CHECKED);
                head_of_loop = 0;
            }
            Operator::Call { function_index } => now = now.and(cost(function_index, now.unchecked.is_none())),
            Operator::CallIndirect { .. } => {
                assert!(now.unchecked.is_none(), "anything may be called without a check: {text}");
            }
            Operator::Loop { .. } => {
                blocks.push(Open { is_loop: true, ..Open::default() });
                head_of_loop = 3;
            }
            Operator::Block { .. } => blocks.push(Open::default()),
            Operator::TryTable { ref try_table } => {
                let Some(Catch::All { label }) = try_table.catches.first() else { panic!("each has one: {text}") };
                blocks.push(Open { catch: Some(blocks.len() - 1 - *label as usize), ..Open::default() });
            }
            Operator::If { .. } => blocks.push(Open { begin: Some(now), ..Open::default() }),
            Operator::Else => {
                let block = blocks.last_mut().expect("an `else` is in an `if`");
                block.end = block.end.or(now);
                now = block.begin.take().expect("an `if` has one `else`");
            }
            Operator::BrIf { relative_depth } => jump(&mut blocks, relative_depth, now),
            Operator::Br { relative_depth } => {
                jump(&mut blocks, relative_depth, now);
                now = NOWHERE;
            }
            Operator::BrTable { ref targets } => {
                let others = targets.targets().map(|target| target.expect("it was validated"));
                others.chain([targets.default()]).for_each(|target| jump(&mut blocks, target, now));
                now = NOWHERE;
            }
            Operator::Return => now = NOWHERE,
            Operator::Throw { .. } | Operator::ThrowRef => {
                for block in &mut blocks {
                    block.most = block.most.or(now);
                }
                unchecked = unchecked.max(now.unchecked.unwrap_or(0));
                since = since.max(now.since.unwrap_or(0));
                now = NOWHERE;
            }
            Operator::End => {
                if let Some(block) = blocks.pop() {
                    now = now.or(block.end).or(block.begin.unwrap_or_default());
                    if let Some(target) = block.catch.filter(|target| !blocks[*target].is_loop) {
                        blocks[target].end = blocks[target].end.or(block.most);
                    }
                }
            }
            _ => {}
        }
        assert!(head_of_loop != 1, "a loop without a check: {text}");
        head_of_loop = u32::saturating_sub(head_of_loop, 1);
        if let Operator::Call { .. } | Operator::CallIndirect { .. } = operator {
            // It may throw.
            for block in &mut blocks {
                block.most = block.most.or(now);
            }
        }
        unchecked = unchecked.max(now.unchecked.unwrap_or(0));
        since = since.max(now.since.unwrap_or(0));
    }
    (unchecked, since)
}

/// A jump to a block's end. At the head of a loop there is a check.
fn jump(blocks: &mut [Open], relative_depth: u32, now: Work) {
    let target = blocks.len().checked_sub(1 + relative_depth as usize);
    // A jump out of all blocks leaves the function.
    if let Some(block) = target.map(|target| &mut blocks[target]).filter(|block| !block.is_loop) {
        block.end = block.end.or(now);
    }
}

fn is_read_of_control(operator: &Operator<'_>) -> bool {
    match operator {
        Operator::I32Load8U { memarg } | Operator::I32AtomicLoad8U { memarg } => memarg.memory == 1,
        _ => false,
    }
}

//! Random modules, and a second opinion on their checks: whatever a function does and whom it calls, one comes soon.

mod walk;

use super::super::stoppable;
use super::rewrite;
use crate::{ModuleError, ModuleLimits, validate};
use proptest::prelude::*;
use walk::Calls;
use wasmparser::{Validator, WasmFeatures};

/// How many modules are made. An interpreter is slow.
const MODULES: usize = if cfg!(miri) { 3 } else { 2000 };

#[test]
fn a_check_comes_soon() {
    let mut random = Random::new(0x2545_f491_4f6c_dd1d);
    for _ in 0..MODULES {
        let text = random.module(&[]);
        let (wasm, _) = rewrite(&text);
        Calls::of(&wasm, random.functions as usize).check(&text);
    }
}

#[test]
fn tail_calls_are_refused_wherever_they_are() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let mut count = 0;
    for _ in 0..MODULES / 10 {
        let text = random.module(&["(return_call $f0)", "(return_call_indirect (i32.const 0))"]);
        if !text.contains("return_call") {
            continue;
        }
        let wasm = wat::parse_str(&text).expect("the text is a module");
        let limits = ModuleLimits::default();
        assert!(matches!(validate(&wasm), Err(ModuleError::Proposal { proposal: "tail-call", .. })), "{text}");
        for refused in [limits.check_code(&wasm), stoppable(&wasm).map(drop)] {
            assert!(matches!(refused, Err(ModuleError::Operator { proposal: "tail-call", .. })), "{refused:?}: {text}");
        }
        count += 1;
    }
    assert!(count > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if cfg!(miri) { 3 } else { 256 }, failure_persistence: None, ..ProptestConfig::default() })]

    /// Some bytes of a module are others: whatever it is then, nothing panics, and what was rewritten is valid.
    #[test]
    fn modules_with_changes(seed in any::<u64>(), changes in prop::collection::vec(any::<(prop::sample::Index, u8)>(), 0..4)) {
        let mut wasm = wat::parse_str(Random::new(seed).module(&[])).expect("the text is a module");
        for (at, byte) in changes {
            let at = at.index(wasm.len());
            wasm[at] = byte;
        }
        let (code, valid, rewritten) = (ModuleLimits::default().check_code(&wasm), validate(&wasm), stoppable(&wasm));
        assert!(code.is_err() || valid.is_ok(), "what is checked is valid: {valid:?}");
        if let (Ok(()), Ok(rewritten)) = (code, rewritten) {
            Validator::new_with_features(WasmFeatures::default()).validate_all(&rewritten).expect("what is rewritten is valid");
        }
    }
}

/// Makes modules. The same seed makes the same ones.
pub(super) struct Random {
    state: u64,
    functions: u64,
    /// The blocks that are open, and whether a jump to one takes nothing along.
    blocks: Vec<bool>,
}

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        // The state must not be 0.
        Self { state: seed | 1 << 63, functions: 0, blocks: Vec::new() }
    }

    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % end
    }

    /// A module as text. Some of its statements are of these.
    pub(super) fn module(&mut self, more: &[&str]) -> String {
        self.functions = 1 + self.below(6);
        let bodies: String = (0..self.functions).map(|n| format!("(func $f{n} {})", self.statements(more))).collect();
        // Half of the modules have a stack pointer, and the others one more global.
        let name = if self.below(2) == 0 { r#"(export "__stack_pointer")"# } else { "" };
        format!(
            r#"(module (import "env" "host" (func $host)) (memory (export "memory") 1) (table 1 funcref) (tag $t)
                (global $g (mut i32) (i32.const 0)) (global $sp {name} (mut i32) (i32.const 4096)) {bodies})"#
        )
    }

    fn statements(&mut self, more: &[&str]) -> String {
        (0..self.below(5)).map(|_| self.statement(more)).collect()
    }

    /// Some statements in one more block.
    fn inner(&mut self, takes_nothing: bool, more: &[&str]) -> String {
        self.blocks.push(takes_nothing);
        let statements = self.statements(more);
        // Behind it nothing runs, so it comes last.
        let exit = if self.below(3) == 0 { self.exit() } else { String::new() };
        self.blocks.pop();
        statements + &exit
    }

    /// A statement that doesn't go on behind itself.
    fn exit(&mut self) -> String {
        match (self.below(8), self.label()) {
            (0, _) => "(return)".to_owned(),
            (1, _) => "(throw $t)".to_owned(),
            (2, _) => "(throw_ref (ref.null exn))".to_owned(),
            (3 | 4, Some(label)) => format!("(br {label})"),
            (5.., Some(label)) => {
                let others: String =
                    (0..self.below(4)).filter_map(|_| self.label()).map(|label| format!("{label} ")).collect();
                format!("(br_table {others}{label} (i32.const 0))")
            }
            _ => "(unreachable)".to_owned(),
        }
    }

    /// Where a jump may lead, in blocks around this place.
    fn label(&mut self) -> Option<usize> {
        let labels: Vec<_> =
            self.blocks.iter().rev().enumerate().filter(|(_, plain)| **plain).map(|(at, _)| at).collect();
        match labels.len() {
            0 => None,
            len => Some(labels[self.below(len as u64) as usize]),
        }
    }

    fn statement(&mut self, more: &[&str]) -> String {
        if !more.is_empty() && self.below(8) == 0 {
            return more[self.below(more.len() as u64) as usize].to_owned();
        }
        let kind = self.below(if self.blocks.len() < 4 { 20 } else { 13 });
        match (kind, self.label()) {
            (0, _) => "(call $host)".to_owned(),
            (1, _) => "(call_indirect (i32.const 0))".to_owned(),
            (2, _) => "(global.set $g (i32.const 1))".to_owned(),
            (3, _) => "(drop (i32.atomic.load (i32.const 8)))".to_owned(),
            (4, _) => "(memory.fill (i32.const 0) (i32.const 0) (i32.const 9))".to_owned(),
            (5, _) => "(nop)".repeat(self.below(200) as usize),
            (6, Some(label)) => format!("(br_if {label} (i32.const 0))"),
            (7, _) => self.exit(),
            (11, _) => "(global.set $sp (i32.sub (global.get $sp) (i32.const 16)))".to_owned(),
            (12, _) => "(global.set $sp (i32.add (global.get $sp) (i32.const 16)))".to_owned(),
            (8, _) => "(drop (table.get 0 (i32.const 0)))".to_owned(),
            (13, _) => format!("(block {})", self.inner(true, more)),
            (14 | 15, _) => format!("(loop {} (br_if 0 (i32.const 0)))", self.inner(true, more)),
            (16, _) => {
                format!("(if (i32.const 1) (then {}) (else {}))", self.inner(true, more), self.inner(true, more))
            }
            (17, _) => format!("(if (i32.const 1) (then {}))", self.inner(true, more)),
            (18, Some(label)) => {
                let catch = ["catch $t", "catch_all"][self.below(2) as usize];
                let second = self.label().map(|label| format!("(catch_all {label})")).unwrap_or_default();
                format!("(try_table ({catch} {label}) {second} {})", self.inner(true, more))
            }
            (19, _) => self.catch_reference(more),
            _ => format!("(call $f{})", self.below(self.functions)),
        }
    }

    /// What was caught is thrown on, or not.
    fn catch_reference(&mut self, more: &[&str]) -> String {
        let catch = ["catch_ref $t", "catch_all_ref"][self.below(2) as usize];
        // A jump to the block would have to take the reference along.
        self.blocks.push(false);
        let tried = self.inner(true, more);
        self.blocks.pop();
        let then = ["throw_ref", "drop"][self.below(2) as usize];
        format!("(block (result exnref) (try_table ({catch} 0) {tried}) (return)) ({then})")
    }
}

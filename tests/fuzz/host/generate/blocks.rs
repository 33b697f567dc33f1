//! Blocks, jumps and exceptions.

use super::Generator;
use super::arguments::constant;

impl Generator {
    pub(super) fn block(&mut self) -> String {
        match self.random.below(4) {
            0 => format!("(block {})", self.inner(true)),
            // A counter of its own for each depth, so that loops end.
            1 => {
                let (counter, rounds) = (self.blocks.len(), 1 + self.random.below(6));
                let inner = self.inner(false);
                format!(
                    "(local.set $c{counter} (i32.const {rounds})) (loop {inner}
                    (br_if 0 (local.tee $c{counter} (i32.sub (local.get $c{counter}) (i32.const 1)))))"
                )
            }
            2 => format!("(if {} (then {}) (else {}))", self.number(), self.inner(true), self.inner(true)),
            _ => format!("(if (i32.eqz (local.get $a)) (then {}))", self.inner(true)),
        }
    }

    /// Some statements in one more block, to whose label a jump may lead or not.
    fn inner(&mut self, takes_jumps: bool) -> String {
        self.blocks.push(takes_jumps);
        let statements = self.statements(4);
        self.blocks.pop();
        statements
    }

    /// Where a jump may lead.
    fn label(&mut self) -> Option<usize> {
        let labels = self.blocks.iter().rev().enumerate().filter(|(_, takes_jumps)| **takes_jumps).map(|(at, _)| at);
        let labels: Vec<_> = labels.collect();
        if labels.is_empty() { None } else { Some(self.random.pick(&labels)) }
    }

    pub(super) fn exit(&mut self) -> String {
        match (self.random.below(4), self.label()) {
            (0, _) => "(return)".to_owned(),
            (1, Some(label)) => format!("(br_table {label} {label} {})", self.number()),
            (_, Some(label)) => format!("(br_if {label} {})", self.number()),
            _ => self.compute(),
        }
    }

    pub(super) fn exception(&mut self) -> String {
        let throw = self.throw();
        let then = self.random.pick(&["throw_ref", "drop", "drop", "drop"]);
        match self.random.below(7) {
            // Nobody may catch it.
            0 if self.traps => throw,
            0 | 1 => format!("(block $to (try_table (catch_all $to) {throw}))"),
            2 => format!("(local.set $a (block $to (result i32) (try_table (catch $number $to) {throw}) (i32.const 0)))"),
            3 => format!("(block $to (result exnref) (try_table (catch_all_ref $to) {throw}) (ref.null exn)) (drop)"),
            4 if self.blocks.len() < 4 => {
                self.blocks.extend([false, false]);
                let tried = self.statements(4);
                self.blocks.truncate(self.blocks.len() - 2);
                format!("(block $to (result exnref) (try_table (catch_all_ref $to) {tried} {throw}) (ref.null exn)) (drop)")
            }
            // Again and again.
            5 => {
                let rounds = constant(self.random.pick(&[3, 30, 300]));
                format!(
                    "(local.set $n {rounds}) (loop $again (block $to (try_table (catch $tag $to) (catch_all $to) {throw}))
                    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))"
                )
            }
            _ => format!(
                "(block $out (try_table (catch_all $out)
                (block $to (result exnref) (try_table (catch_ref $tag $to) (catch_all $out) {throw}) (return)) ({then})))"
            ),
        }
    }

    fn throw(&mut self) -> String {
        match self.random.below(6) {
            0 => "(throw $number (local.get $a))".to_owned(),
            1 => "(throw $much (i64.const 1) (f64.const 2) (local.get $b) (local.get $v))".to_owned(),
            2 if self.traps => "(throw_ref (ref.null exn))".to_owned(),
            3 if self.function + 1 < super::FUNCTIONS => format!("(call $f{})", super::FUNCTIONS - 1),
            _ => "(throw $tag)".to_owned(),
        }
    }
}

//! Statements of few instructions: memory, tables, atomics, numbers.

use super::Generator;
use super::arguments::constant;
use super::data::{BUFFER_AT, WORDS_AT};

impl Generator {
    /// A number.
    pub(super) fn number(&mut self) -> String {
        match self.random.below(8) {
            0 => "(local.get $a)".to_owned(),
            1 => "(local.get $b)".to_owned(),
            2 => "(global.get $g)".to_owned(),
            3 => format!("(i32.load {})", constant(BUFFER_AT + 4 * self.random.below(100))),
            4 => format!("(i32.add {} (local.get $a))", constant(self.random.edge())),
            _ => constant(self.random.edge()),
        }
    }

    /// An address, which may be out of bounds if traps are wanted.
    fn address(&mut self) -> String {
        if self.traps && self.random.one_in(8) {
            self.wild()
        } else {
            constant(BUFFER_AT + 8 * self.random.below(1_000))
        }
    }

    /// How much of something, or where in a small table.
    pub(super) fn amount(&mut self, usual: u32) -> String {
        if self.traps && self.random.one_in(8) { self.number() } else { constant(self.random.below(usual)) }
    }

    pub(super) fn memory(&mut self) -> String {
        match self.random.below(8) {
            0 => format!("(memory.fill {} {} {})", self.address(), self.number(), self.amount(9_000)),
            1 => format!("(memory.copy {} {} {})", self.address(), self.address(), self.amount(9_000)),
            2 => format!("(memory.init $data {} (i32.const 0) {})", self.address(), self.amount(4)),
            3 => "(data.drop $data)".to_owned(),
            4 => format!(
                "(drop (memory.grow {}))",
                self.random.pick(&["(i32.const 1)", "(i32.const 16)", "(local.get $a)"])
            ),
            5 => "(local.set $a (i32.mul (memory.size) (i32.const 65536)))".to_owned(),
            6 => format!("(i64.store {} (i64.load {}))", self.address(), self.address()),
            _ => format!("(i32.store {} {})", self.address(), self.number()),
        }
    }

    pub(super) fn table(&mut self) -> String {
        match self.random.below(9) {
            0 => format!("(table.set $table {} (ref.func $f0))", self.amount(10)),
            1 => format!("(table.set $table {} (table.get $table {}))", self.amount(10), self.amount(10)),
            2 => format!("(local.set $b (table.grow $table (ref.null func) {}))", self.amount(2_000)),
            3 => format!("(table.fill $table {} (ref.func $f0) {})", self.amount(10), self.amount(10)),
            4 => format!("(table.copy $table $table {} {} {})", self.amount(10), self.amount(10), self.amount(5)),
            5 => format!("(table.init $table $elements {} (i32.const 0) {})", self.amount(10), self.amount(2)),
            6 => "(elem.drop $elements)".to_owned(),
            7 => format!("(drop (table.grow $others (ref.null extern) {}))", self.number()),
            _ => "(local.set $b (table.size $table))".to_owned(),
        }
    }

    pub(super) fn atomic(&mut self) -> String {
        let word = constant(WORDS_AT + 4 * self.random.below(8));
        let wide = constant(WORDS_AT + 8 * self.random.below(4));
        let timeout = if self.patient && self.random.one_in(3) { -1 } else { i64::from(self.random.below(1_000_000)) };
        let expected = self.random.below(3);
        match self.random.below(7) {
            // A wait traps on a memory that is not shared.
            0 if self.shared => {
                format!("(drop (memory.atomic.wait32 {word} (i32.const {expected}) (i64.const {timeout})))")
            }
            1 if self.shared => {
                format!("(drop (memory.atomic.wait64 {wide} (i64.const {expected}) (i64.const {timeout})))")
            }
            2 if self.traps => format!("(drop (memory.atomic.notify {} (i32.const 1)))", self.wild()),
            3 => format!("(drop (memory.atomic.notify {word} {}))", self.number()),
            4 => format!("(drop (i32.atomic.rmw.add {word} (i32.const 1)))"),
            5 => "(atomic.fence)".to_owned(),
            _ => format!("(i32.atomic.store {word} {})", self.number()),
        }
    }

    pub(super) fn compute(&mut self) -> String {
        let operator = self.random.pick(&["add", "sub", "mul", "xor", "shl", "rotl", "and", "lt_u"]);
        match self.random.below(5) {
            0 => format!("(global.set $g {})", self.number()),
            1 => "(local.set $l (i64.add (local.get $l) (i64.extend_i32_s (local.get $a))))".to_owned(),
            2 => "(local.set $v (i32x4.add (local.get $v) (i32x4.splat (local.get $b))))".to_owned(),
            3 => "(local.set $b (i32.trunc_sat_f64_s (f64.sqrt (f64.convert_i32_s (local.get $a)))))".to_owned(),
            _ => format!("(local.set $a (i32.{operator} {} {}))", self.number(), self.number()),
        }
    }

    pub(super) fn trap(&mut self) -> String {
        let trap = self.random.pick(&[
            "(unreachable)",
            "(drop (i32.div_s (i32.const 1) (i32.const 0)))",
            "(drop (i32.trunc_f64_s (f64.const nan)))",
            "(drop (i32.load (i32.const 0xfffffff0)))",
            "(global.set $__stack_pointer (i32.const 0))",
            "(drop (memory.atomic.wait32 (i32.const 1) (i32.const 0) (i64.const 0)))",
        ]);
        trap.to_owned()
    }
}

//! Statements that leave nothing on the stack.

use super::Generator;
use super::arguments::constant;
use super::data::{BUFFER_AT, WORDS_AT};

impl Generator {
    /// Some statements.
    pub(super) fn statements(&mut self, most: u32) -> String {
        (0..self.random.below(most + 1)).map(|_| self.statement()).collect()
    }

    /// A statement with a number of its own. One that is left out takes those in it along, and changes no other.
    pub(super) fn statement(&mut self) -> String {
        let number = self.number;
        self.number += 1;
        let text = if number > super::MOST_STATEMENTS { String::new() } else { self.any() };
        if self.without.contains(&number) { String::new() } else { text + "\n" }
    }

    fn any(&mut self) -> String {
        match self.random.below(100) {
            0..=34 if !self.imports.is_empty() => self.system_call(),
            35..=44 => self.memory(),
            45..=52 => self.table(),
            53..=59 => self.atomic(),
            60..=66 => self.exception(),
            67..=72 => self.call(),
            73..=75 => self.deep(),
            76..=86 if self.blocks.len() < 4 => self.block(),
            87 if self.patient => self.endless(),
            88 if self.traps => self.trap(),
            89 if self.refused => self.refusal(),
            90..=93 if !self.host_functions.is_empty() => self.random.pick(&self.host_functions).to_owned(),
            94 => self.exit(),
            _ => self.compute(),
        }
    }

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
    fn amount(&mut self, usual: u32) -> String {
        if self.traps && self.random.one_in(8) { self.number() } else { constant(self.random.below(usual)) }
    }

    fn memory(&mut self) -> String {
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

    fn table(&mut self) -> String {
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

    fn atomic(&mut self) -> String {
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

    fn call(&mut self) -> String {
        // Most calls lead on to later functions, so that they end.
        match self.random.below(8) {
            0 => format!("(call_indirect $table (type $plain) {})", self.amount(10)),
            1 if self.patient => format!("(call $f{})", self.random.below(super::FUNCTIONS)),
            2 if self.traps => format!("(drop (call_indirect $table (type $other) (i32.const 1) {}))", self.amount(10)),
            _ if self.function + 1 < super::FUNCTIONS => {
                let later = self.function + 1 + self.random.below(super::FUNCTIONS - self.function - 1);
                format!("(call $f{later})")
            }
            _ => self.compute(),
        }
    }

    /// Goes down to about where the native stack ends, or steps towards it until something ends it.
    fn deep(&mut self) -> String {
        // A function that goes deep calls no other that does.
        if self.function >= super::FUNCTIONS {
            return self.compute();
        }
        let which = self.random.pick(&["deep", "wide"]);
        let most = if which == "deep" { 80_000 } else { 3_000 };
        let depth = self.random.below(most);
        if self.traps && self.random.one_in(2) {
            let step = 1 + self.random.below(most / 100);
            return format!(
                "(local.set $n (i32.const {depth})) (loop $down (call ${which} (local.get $n))
                (local.set $n (i32.add (local.get $n) (i32.const {step})))
                (br_if $down (i32.lt_u (local.get $n) (i32.const {}))))",
                depth + 60 * step
            );
        }
        format!("(call ${which} (i32.const {}))", if self.traps { depth } else { depth / 16 })
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

    fn endless(&mut self) -> String {
        match self.random.below(4) {
            0 => "(loop $on (br $on))".to_owned(),
            1 => {
                self.blocks.push(false);
                let statements = self.statements(3);
                self.blocks.pop();
                format!("(loop $on {statements} (br $on))")
            }
            2 => "(call $endless (i32.const 1))".to_owned(),
            _ => "(loop $on (memory.fill (i32.const 16384) (i32.const 1) (i32.const 32768)) (br $on))".to_owned(),
        }
    }

    fn trap(&mut self) -> String {
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

    /// What no module may have.
    fn refusal(&mut self) -> String {
        let refused = self.random.pick(&[
            "(return_call $f0)",
            "(return_call_indirect $table (type $plain) (i32.const 0))",
            "try nop catch_all nop end",
            "try call $f1 catch $tag rethrow 0 end",
        ]);
        refused.to_owned()
    }
}

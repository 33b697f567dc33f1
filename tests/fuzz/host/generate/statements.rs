//! Statements that leave nothing on the stack.

use super::Generator;

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
        if self.traps && self.random.one_in(4) {
            return "(call $falling (i32.const 1))".to_owned();
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

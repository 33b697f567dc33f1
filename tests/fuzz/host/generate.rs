//! Random modules as text. The same seed gives the same one. Most are valid.

mod arguments;
mod blocks;
mod data;
mod imports;
mod instructions;
mod statements;

use super::table::Call;
use imports::{host_functions, some_imports};
use plugix_e2e::Random;
use std::fmt::Write as _;

/// Functions that call each other. A few more have special tasks.
const FUNCTIONS: u32 = 4;

/// Statements of a module; further ones are left out.
const MOST_STATEMENTS: u32 = 150;

/// What runs the engine's own code on the guest's stack.
const NATIVE: [&str; 6] = [
    "(block $caught (try_table (catch_all $caught) (throw $tag)))",
    "(block $caught (result exnref) (try_table (catch_all_ref $caught) (throw $tag)) unreachable) drop",
    "(drop (table.grow $others (ref.null extern) (i32.const 0)))",
    "(memory.fill (i32.const 0) (i32.const 0) (i32.const 16))",
    "(drop (memory.atomic.notify (i32.const 0) (i32.const 0)))",
    "(drop (memory.grow (i32.const 0)))",
];

struct Generator {
    random: Random,
    imports: Vec<&'static Call>,
    /// Calls of the host's own functions, and of its interfaces, as statements.
    host_functions: Vec<&'static str>,
    /// Pages that the memory begins with.
    pages: u32,
    shared: bool,
    /// Whether there are loops and waits without an end.
    patient: bool,
    /// Whether it may trap.
    traps: bool,
    /// Whether it has something that no module may have.
    refused: bool,
    /// The statement that comes next, and those that are left out.
    number: u32,
    without: Vec<u32>,
    /// The function that is being made.
    function: u32,
    /// The blocks that are open, and whether a jump to each takes nothing along.
    blocks: Vec<bool>,
}

/// How the host runs it.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    Bare,
    Reactor,
    Command,
    Plugin,
}

/// The module of a seed, without some of its statements, and how many statements it has.
pub(super) fn module(seed: u64, without: &[u32]) -> (String, u32) {
    let mut random = Random::new(seed);
    let imports = some_imports(&mut random);
    let form = random.pick(&[Form::Bare, Form::Bare, Form::Reactor, Form::Command, Form::Plugin]);
    let (host_imports, host_functions) = host_functions(&mut random, form);
    let generator = Generator {
        pages: random.pick(&[1, 1, 2, 8]),
        shared: !random.one_in(5),
        patient: random.one_in(8),
        traps: random.one_in(2),
        refused: random.one_in(50),
        random,
        imports,
        host_functions,
        number: 0,
        without: without.to_vec(),
        function: 0,
        blocks: Vec::new(),
    };
    generator.module(form, &host_imports)
}

impl Generator {
    fn module(mut self, form: Form, host_imports: &str) -> (String, u32) {
        let mut text = "(module\n".to_owned() + &imports::text(&self.imports) + host_imports;
        let most = self.random.pick(&[16, 64, 4_096]);
        match self.shared {
            true => writeln!(
                text,
                r#"(import "env" "memory" (memory {} {most} shared)) (export "memory" (memory 0))"#,
                self.pages
            ),
            false => writeln!(text, r#"(memory (export "memory") {} {most})"#, self.pages),
        }
        .expect("a string grows");
        text += r#"(type $plain (func)) (type $other (func (param i32) (result i32)))
            (tag $tag) (tag $number (param i32)) (tag $much (param i64 f64 i32 v128))
            (table $table 10 20000 funcref) (table $others 0 externref)
            (elem (table $table) (i32.const 0) func $f0 $f1 $f2 $f3) (elem $elements func $f1 $f2)
            (global $g (mut i32) (i32.const 0))
            (global $__stack_pointer (export "__stack_pointer") (mut i32) (i32.const 61440))
            "#;
        let (pages, patient) = (self.pages, self.patient);
        text += &data::segments(&mut self.random, pages, patient);
        text += "(data $data \"abc\")\n";
        for at in 0..FUNCTIONS {
            self.function = at;
            let statements = self.statements(12);
            text += &function(&format!("$f{at}"), "", &statements);
        }
        // What these do, they do at some depth.
        self.function = FUNCTIONS;
        for (name, keep, give) in [("deep", String::new(), String::new()), wide()] {
            let statements = self.statements(3);
            let body = format!(
                "{keep} (if (local.get $d)
                (then (call ${name} (i32.sub (local.get $d) (i32.const 1)))) (else {statements})) {give}"
            );
            text += &function(&format!("${name}"), "(param $d i32)", &body);
        }
        text += "(func $endless (param i32) (call $endless (local.get 0)) (global.set $g (local.get 0)))\n";
        // It comes to the end of the stack with each of its frames, wherever that is.
        let native = self.random.pick(&NATIVE);
        text += &format!(
            "(func $falling (param i32) {native} (call $falling (local.get 0)) (global.set $g (local.get 0)))\n"
        );
        text += &self.exports(form);
        (text + ")\n", self.number)
    }

    fn exports(&mut self, form: Form) -> String {
        let mut text = r#"(export "run" (func $f0)) (export "again" (func $f1))"#.to_owned();
        let rarely = |random: &mut Random, text: &str| if random.one_in(6) { text.to_owned() } else { String::new() };
        if self.shared || self.random.one_in(2) {
            text += r#"(func (export "wasi_thread_start") (param i32 i32) (call $f2))"#;
        }
        if self.random.one_in(2) {
            text += r#"(func (export "__wasm_signal") (param i32) (call $f3))"#;
        }
        text += &rarely(
            &mut self.random,
            r#"(func (export "asyncify_start_unwind") (param i32) (call $f3))
            (func (export "asyncify_stop_unwind") (call $f3))"#,
        );
        text += &rarely(&mut self.random, "(start $f3)");
        match form {
            Form::Bare => {}
            Form::Reactor => text += r#"(export "_initialize" (func $f1))"#,
            Form::Command => text += r#"(export "_start" (func $f0))"#,
            Form::Plugin => {
                let answer = self.random.pick(&["16384", "8192", "0x7fffffff"]);
                write!(
                    text,
                    r#"(global (export "plugix_metadata") i32 (i32.const 16))
                    (data (i32.const 16) "plgx" "\01\00\00\00"
                    "\40\00\00\00\06\00\00\00" "\40\00\00\00\01\00\00\00" "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")
                    (data (i32.const 64) "random") (func (export "_initialize"))
                    (func (export "plugix_frame_new") (param i32) (result i32) (i32.const 36864))
                    (func (export "plugix_frame_free") (param i32)) (func (export "plugix_result_free"))
                    (func (export "plugix:run") (param i32) (result i32) (call $f0)
                        (i32.store offset=16 (local.get 0) (i32.const {answer}))
                        (i32.store offset=20 (local.get 0) (i32.const 100)) (global.get $g))"#
                )
                .expect("a string grows");
            }
        }
        text
    }
}

/// A function with the locals that all have.
fn function(name: &str, params: &str, body: &str) -> String {
    format!(
        "(func {name} {params} (local $a i32) (local $b i32) (local $n i32) (local $l i64) (local $v v128)
        (local $c0 i32) (local $c1 i32) (local $c2 i32) (local $c3 i32)\n{body})\n"
    )
}

/// What gives a function a large frame: values that it keeps over a call.
fn wide() -> (&'static str, String, String) {
    let (mut keep, mut give) = (String::new(), String::new());
    for at in 0..60 {
        write!(keep, "(i64.load offset={} (i32.const 16384))", 8 * at).expect("a string grows");
        write!(give, "(local.set $l (i64.xor (local.get $l)))").expect("a string grows");
    }
    ("wide", keep, give)
}

/// Modules that are refused for what they have are text all the same.
#[test]
fn modules_are_well_formed() -> anyhow::Result<()> {
    for seed in 0..1_000 {
        wat::parse_str(module(seed, &[]).0)?;
        assert_eq!(module(seed, &[]), module(seed, &[]));
    }
    Ok(())
}

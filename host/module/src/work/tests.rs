//! What the counts are, and that they grow with what the compiler takes long for.

use super::Work;
use crate::{ModuleError, ModuleLimits};
use std::fmt::Write;
use std::time::Duration;

fn work(body: &str) -> Work {
    let wasm = wat::parse_str(format!("(module (memory 1) {body})")).expect("the text is a module");
    ModuleLimits::default().work(&wasm).expect("the code can be read")
}

fn refusal(limits: &ModuleLimits, body: &str) -> ModuleError {
    let wasm = wat::parse_str(format!("(module (memory 1) {body})")).expect("the text is a module");
    limits.check_code(&wasm).expect_err("it takes too much")
}

/// Loops in each other, in which each local is written.
fn loops(depth: usize, locals: usize) -> String {
    let mut text = format!("(func $slow (local{})", " i32".repeat(locals));
    text.push_str(&" loop".repeat(depth));
    (0..locals).for_each(|local| write!(text, " local.get {local} local.set {local}").expect("memory takes text"));
    text.push_str(&" local.get 0 br_if 0 end".repeat(depth));
    text + ")"
}

#[test]
fn work_grows_with_the_square_of_what_meets_at_joins() {
    let (small, deep, wide) = (work(&loops(100, 100)), work(&loops(200, 100)), work(&loops(100, 200)));
    assert!(deep.time > small.time * 3 && deep.time < small.time * 5, "{small:?} {deep:?}");
    assert!(wide.time > small.time * 3 && wide.time < small.time * 5, "{small:?} {wide:?}");
    assert!(deep.memory > small.memory, "{small:?} {deep:?}");
}

#[test]
fn a_local_that_is_written_twice_in_a_block_counts_once() {
    let once = work("(func (local i32) loop i32.const 1 local.set 0 br 0 end)");
    let twice = work("(func (local i32) loop i32.const 1 local.set 0 i32.const 1 local.set 0 br 0 end)");
    assert!(twice.time - once.time < Duration::from_micros(5), "{once:?} {twice:?}");
    // In blocks beside each other it counts in each, and in the block around them once.
    let apart =
        "(func (local i32) loop loop i32.const 1 local.set 0 br 0 end loop i32.const 1 local.set 0 br 0 end br 0 end)";
    assert!(work(apart).time > once.time);
}

/// As in an interpreter: one loop, and in it an arm for each instruction, each with locals of its own.
#[test]
fn what_each_way_writes_before_it_is_read_does_not_meet_at_the_loop() {
    let body = |arm: &str| {
        let arms: String = (1..200).map(|local| arm.replace('N', &local.to_string())).collect();
        work(&format!("(func (local{}) loop $head {arms} end)", " i32".repeat(200)))
    };
    let write = "i32.const 1 local.set N";
    let read = "local.get 0 if local.get N drop end br $head";
    let own = body(&format!("block $next local.get 0 br_if $next {write} {read} end "));
    let shared = body(&format!("block $next local.get 0 br_if $next local.get N drop {write} {read} end "));
    assert!(shared.time > own.time * 20, "{own:?} {shared:?}");
    // A write in one arm of a choice is none on the way through the other.
    let maybe = body(&format!("block $next local.get 0 br_if $next local.get 0 if {write} else {read} end end "));
    assert!(maybe.time > own.time * 20, "{own:?} {maybe:?}");
}

/// As in code that nobody optimized.
#[test]
fn what_is_read_straight_after_its_write_meets_nowhere() {
    let body = |read_first: &str| {
        let steps: String = (1..400)
            .map(|local| {
                let first = read_first.replace('N', &local.to_string());
                format!(
                    " block {first} i32.const 1 local.set {local} local.get {local} br_if 0 end local.get 0 br_if 0"
                )
            })
            .collect();
        format!("(func (local{}) loop {steps} end)", " i32".repeat(400))
    };
    let (temporary, crossing) = (work(&body("")), work(&body("local.get N drop")));
    assert!(crossing.time > temporary.time * 20, "{temporary:?} {crossing:?}");
    // All of them may be wanted at the same time.
    let all = |what: &str| (0..400).map(|local| what.replace('N', &local.to_string())).collect::<String>();
    let (writes, reads) = (all(" i32.const 1 local.set N"), all(" local.get N drop"));
    let straight = format!("(func (local{}) {writes} {reads})", " i32".repeat(400));
    let apart =
        format!("(func (local{}) {})", " i32".repeat(400), all(" i32.const 1 local.set N local.get N drop br 0"));
    assert!(
        work(&straight).time > work(&apart).time + Duration::from_millis(3),
        "{:?} {:?}",
        work(&straight),
        work(&apart)
    );
}

#[test]
fn what_nobody_reads_later_meets_nowhere() {
    let block = |set: &str, after: &str| {
        let jumps = format!("block local.get 0 br_if 0 {set} end");
        format!("(func (local{}) {jumps} {after})", " i32".repeat(200))
    };
    let all = |what: &str| (1..200).map(|local| what.replace('N', &local.to_string())).collect::<String>();
    let (set, read) = (all(" i32.const 1 local.set N local.get N drop"), all(" local.get N drop"));
    let (unread, read_later) = (work(&block(&set, "")), work(&block(&set, &read)));
    assert!(read_later.time > unread.time + Duration::from_micros(300), "{unread:?} {read_later:?}");
    // In a loop, what comes before comes again.
    let again = format!(
        "(func (local{}) loop {read} block local.get 0 br_if 0 {set} end local.get 0 br_if 0 end)",
        " i32".repeat(200)
    );
    let twice = again.replace(&read, "");
    assert!(work(&again).memory > unread.memory && work(&twice).memory > unread.memory);
}

/// `try_table`s in each other, and then calls.
fn tries(depth: usize, tags: usize, catch: &str) -> Work {
    let calls = "(call $f)".repeat(depth);
    let opened: String =
        (0..depth).map(|level| format!("(try_table ({catch})").replace('N', &(level % tags).to_string())).collect();
    work(&format!("{} (func $f) (func (block $out {opened} {calls} {}))", "(tag)".repeat(tags), ")".repeat(depth)))
}

#[test]
fn handlers_count_for_each_call_and_each_tag() {
    let (one, small, large) =
        (tries(100, 1, "catch N $out"), tries(100, 100, "catch N $out"), tries(200, 200, "catch N $out"));
    assert!(large.time > small.time * 3 && small.time > one.time * 2, "{one:?} {small:?} {large:?}");
    assert!(large.memory > small.memory * 2, "{small:?} {large:?}");
    // What catches all hides those around it.
    assert!(tries(100, 100, "catch_all $out").time < small.time / 2);
}

#[test]
fn work_grows_with_the_square_of_the_loops_around_it() {
    let sums = |depth| {
        let (opened, ended) = ("loop ".repeat(depth), "local.get 0 br_if 0 end ".repeat(depth));
        let sum = "local.get 0 i32.load local.get 0 i32.add local.set 0 ".repeat(1_000);
        work(&format!("(func (local i32) {opened} {sum} {ended})"))
    };
    let (shallow, small, large) = (sums(5), sums(200), sums(400));
    assert!(large.time > small.time * 3 && small.time > shallow.time * 10, "{shallow:?} {small:?} {large:?}");
}

#[test]
fn constants_that_are_added_to_each_other_take_long() {
    let steps = |step: &str| work(&format!("(func (local i32 i32) local.get 0 {} drop)", step.repeat(100)));
    let apart = steps("local.get 1 i32.const 3 i32.add local.set 0 ");
    let chains = [
        "i32.const 3 i32.add ",
        "i32.const 3 nop i32.add ",
        "local.set 0 i32.const 3 local.get 0 i32.add ",
        "local.tee 1 drop local.get 1 i32.const 3 i32.add local.set 1 local.get 1 ",
    ];
    for chain in chains {
        assert!(steps(chain).time > apart.time * 5, "{chain}");
    }
}

#[test]
fn types_count_even_without_code() {
    let one = format!("(type (func (param{})))", " i32".repeat(1_000));
    assert!(work(&one.repeat(2)).time >= Duration::from_millis(20));
}

#[test]
fn an_error_names_the_function_and_the_limit() {
    let limits = ModuleLimits { function_work: Duration::from_millis(1), ..ModuleLimits::default() };
    let text = refusal(&limits, &format!("(func) {}", loops(100, 100))).to_string();
    assert!(
        text.contains("the function 1 `slow` would take") && text.contains("ModuleLimits::function_work"),
        "{text}"
    );

    let mut limits = ModuleLimits::default();
    (limits.function_work, limits.work_per_byte) = (Duration::MAX, Duration::from_nanos(1));
    let text = refusal(&limits, &loops(200, 200)).to_string();
    assert!(text.contains("the module, most of all the function 0 `slow`"), "{text}");
    assert!(text.contains("ModuleLimits::work_per_byte"), "{text}");

    limits.work_per_byte = Duration::MAX;
    limits.work_memory = 1_000;
    let error = refusal(&limits, &loops(2, 2));
    assert!(matches!(error, ModuleError::CompileMemory { allowed: 1_000, .. }), "{error}");
}

#[test]
fn functions_add_up_to_the_module() {
    let one = loops(20, 100);
    let (single, many) = (work(&one), work(&(0..50).map(|_| one.replace("$slow", "")).collect::<String>()));
    assert!(many.time > single.time * 45, "{single:?} {many:?}");
    // At most so many are compiled at the same time.
    assert_eq!(many.memory, single.memory * super::module::COMPILER_THREADS as u64);
}

#[test]
fn what_is_wrong_with_invalid_code_is_the_validators_to_say() {
    let wasm = wat::parse_str("(module (func (result i32) i64.const 0))").expect("text is not validated");
    let (checked, validated) = (ModuleLimits::default().check_code(&wasm), crate::validate(&wasm));
    assert!(checked.is_err());
    assert_eq!(format!("{checked:?}"), format!("{validated:?}"));
}

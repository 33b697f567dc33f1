//! The process in which modules run: many of them, one after another, beside an innocent plugin.

use super::attack::{Outcome, attack};
use super::case::Case;
use super::innocent::Innocent;
use super::setup::Setup;
use anyhow::{Context as _, Result, bail, ensure};
use plugix_e2e::{Footprint, engine, peak_kib, resident_kib, wait_until};
use std::sync::Mutex;
use std::time::Duration;

/// How much later than its deadline a step may end. The host promises some milliseconds on a machine that has time. This
/// is for one on which other programs run, and two attackers for each processor. A module that is later is tried again,
/// later and later, and fails if it is late each time.
const LATE: Duration = Duration::from_secs(1);
const TRIES: u32 = 5;

/// KiB that the process may grow by while a module runs, besides the policy's memory: code, tables, stacks, output,
/// scratch folders, exceptions.
const MORE_KIB: u64 = 64 << 10;

/// KiB that may be left behind by all modules of a process: what allocators keep.
const LEFT_KIB: u64 = 96 << 10;

/// The innocent plugin does a round in the time of so many modules.
const ROUND: usize = 8;

/// Panics of this process. None is expected, caught or not.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Runs some cases, a line each, and says so on standard output.
pub(super) fn run(cases: &str) -> Result<()> {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}\n{}", std::backtrace::Backtrace::force_capture());
        PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(panic.to_string());
    }));
    let mut innocent = Innocent::start()?;
    innocent.ask()?;
    innocent.wait()?;
    let before = Footprint::take()?;
    for (number, case) in cases.lines().enumerate() {
        println!("\nfuzz begin {case}");
        if number % ROUND == 0 {
            innocent.ask()?;
        }
        let Outcome { ends, late, time } = one(&case.parse()?)?;
        println!("fuzz end {} {} {ends}", late.as_micros(), time.as_micros());
    }
    innocent.wait()?;
    println!("\nfuzz begin all of them");
    // The threads of plugins have a slash in their names. The watchdog's and the compiler's come and go.
    let ended = || plugix_e2e::threads().is_ok_and(|names| !names.iter().any(|name| name.contains('/')));
    wait_until("the end of all plugins' threads", ended);
    wait_until("that all files are closed", || Footprint::take().is_ok_and(|now| now.files <= before.files + 1));
    let left = resident_kib()?.saturating_sub(before.resident_kib);
    ensure!(left <= LEFT_KIB, "the modules have left {left} KiB behind");
    Ok(())
}

fn one(case: &Case) -> Result<Outcome> {
    let mut problem = String::new();
    for tried in 0..TRIES {
        // Whatever else keeps the machine busy may be over then.
        std::thread::sleep(Duration::from_secs(u64::from(tried)));
        let (text, seed) = case.text()?;
        let setup = Setup::new(seed)?;
        // The kernel forgets the most that there was.
        std::fs::write("/proc/self/clear_refs", "5").context("/proc/self/clear_refs")?;
        let before = resident_kib()?;
        let outcome = attack(&text, &setup, seed)?;
        let most = peak_kib()?.saturating_sub(before);
        let allowed = setup.memory / 1024 + MORE_KIB;
        setup.check()?;
        let panics = PANICS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        ensure!(panics.is_empty(), "the host panics: {}", panics.join("; "));
        ensure!(engine().quarantined() == 0, "threads don't end");
        problem = if outcome.late > LATE {
            format!("a step was {:?} late ({})", outcome.late, outcome.ends)
        } else if most > allowed {
            format!("it took {most} KiB, and may take {allowed}")
        } else {
            return Ok(outcome);
        };
    }
    bail!("{problem}, {TRIES} times")
}

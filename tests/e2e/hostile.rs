//! Attacks, each by its name, and what must happen. The same holds for all of them. A sibling of the same module is in
//! the middle of a call, and finishes it correctly. The host's folder is unchanged. A new plugin answers. No thread,
//! file descriptor or memory is left.

mod bombs;
mod compiling;
mod ends;
mod escapes;
mod exceptions;
mod files;
mod imports;
mod logs;
mod modules;
mod native_stack;
mod network;
mod processes;
mod signals;
mod stage;
mod states;

use crate::capture;
use anyhow::{Result, ensure};
use plugix_e2e::{call, descriptors, engine, happens, isolated, mapped_kib, plugin, threads, wait_until};
use plugix_host::Policy;
use stage::{House, Sibling};

/// Runs an attack inside of its test. The path of a function in the test is the test's path.
macro_rules! attack {
    ($attack:expr) => {{
        fn here() {}
        $crate::hostile::withstand(std::any::type_name_of_val(&here), $attack)
    }};
}
use attack;

/// KiB of address space that may be left. A plugin's memory takes more than four times this. The allocator keeps less
/// for later threads.
const MAPPED: u64 = 1 << 20;

/// Runs an attack twice in a process of its own, and counts what the second time leaves behind. The first time makes
/// what is kept, such as the compiled module and the compiler's threads.
fn withstand(here: &str, attack: impl Fn(&House) -> Result<()>) -> Result<()> {
    let test = here.trim_start_matches("e2e::").trim_end_matches("::here");
    let run = || {
        capture::listen();
        let work = call(&plugin("hostile", &Policy::new()), "work_together", "2")?;
        let round = || {
            let house = House::new()?;
            let sibling = Sibling::start()?;
            attack(&house)?;
            ensure!(sibling.finish()? == work, "the sibling miscalculated");
            house.check()?;
            ensure!(
                call(&plugin("hostile", &Policy::new()), "work_together", "2")? == work,
                "the next one miscalculated"
            );
            Ok(())
        };
        round()?;
        let before = Left::when_quiet()?;
        round()?;
        before.wait_for_no_more();
        ensure!(engine().quarantined() == 0, "threads were given up");
        Ok(())
    };
    isolated(test, run).map(drop)
}

/// What an attack could leave behind.
#[derive(Debug)]
struct Left {
    threads: Vec<String>,
    descriptors: Vec<String>,
    mapped_kib: u64,
}

impl Left {
    fn now() -> Result<Self> {
        let mut threads = threads()?;
        // The thread comes when there is a deadline. It ends when there has been none for a second.
        threads.retain(|name| name != "plugix-watchdog");
        threads.sort();
        Ok(Self { threads, descriptors: descriptors()?, mapped_kib: mapped_kib()? })
    }

    /// The process without threads of plugins. A thread that has ended may still be there for the operating system, for
    /// a moment. The names of plugins' threads have a slash; so have those of the tests' own threads.
    fn when_quiet() -> Result<Self> {
        let is_quiet = |names: Vec<String>| !names.iter().any(|name| name.contains('/'));
        wait_until("the end of all plugins' threads", || threads().is_ok_and(is_quiet));
        Self::now()
    }

    fn wait_for_no_more(&self) {
        let no_more = |now: &Self| {
            contains(&self.threads, &now.threads)
                && contains(&self.descriptors, &now.descriptors)
                && now.mapped_kib < self.mapped_kib + MAPPED
        };
        let mut last = None;
        let went = happens(|| {
            last = Self::now().ok();
            last.as_ref().is_some_and(no_more)
        });
        assert!(went, "{self:?} became {last:?}");
    }
}

/// Whether all names are among others, each as often.
fn contains(all: &[String], names: &[String]) -> bool {
    let mut left = all.to_vec();
    names.iter().all(|name| left.iter().position(|other| other == name).map(|at| left.swap_remove(at)).is_some())
}

/// Some test has each attack and each state that the guest knows.
#[test]
fn every_attack_is_tested() -> Result<()> {
    let tests = [
        include_str!("hostile/bombs.rs"),
        include_str!("hostile/ends.rs"),
        include_str!("hostile/escapes.rs"),
        include_str!("hostile/files.rs"),
        include_str!("hostile/network.rs"),
        include_str!("hostile/processes.rs"),
        include_str!("hostile/signals.rs"),
        include_str!("hostile/states.rs"),
    ]
    .concat();
    let names = call(&plugin("hostile", &Policy::new()), "names", "")?;
    let untested: Vec<_> = names.split(' ').filter(|name| !tests.contains(&format!("\"{name}"))).collect();
    ensure!(untested.is_empty(), "no test has {untested:?}");
    ensure!(names.split(' ').count() > 100, "{names}");
    Ok(())
}

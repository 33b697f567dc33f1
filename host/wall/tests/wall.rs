//! What a walled process can't do any more, and what it still can. Each case is a process of its own, which starts with one
//! thread and tells by its exit code how it went.

#[path = "wall/calls.rs"]
mod calls;
#[path = "wall/files.rs"]
mod files;
#[path = "wall/life.rs"]
mod life;
#[path = "wall/limits.rs"]
mod limits;
#[path = "wall/network.rs"]
mod network;
#[path = "wall/others.rs"]
mod others;
#[path = "wall/place.rs"]
mod place;
#[path = "wall/steps.rs"]
mod steps;

use std::process::{Command, ExitCode};

/// A case's name, and what its process does.
type Case = (&'static str, fn());

/// Which case a process is. It works in a folder of its own.
const CASE: &str = "PLUGIX_WALL_CASE";

fn main() -> ExitCode {
    let cases = [files::CASES, network::CASES, others::CASES, life::CASES, limits::CASES, steps::CASES].concat();
    if let Ok(wanted) = std::env::var(CASE) {
        let (_, run) = cases.into_iter().find(|(name, _)| *name == wanted).expect("there is such a case");
        run();
        return ExitCode::SUCCESS;
    }
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut failed = 0;
    for (name, _) in cases.iter().filter(|(name, _)| name.contains(&filter)) {
        let is_well = runs_well(name);
        println!("test {name} ... {}", if is_well { "ok" } else { "FAILED" });
        failed += usize::from(!is_well);
    }
    println!("{failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn runs_well(case: &str) -> bool {
    let place = place::new();
    let own = std::env::current_exe().expect("this program has a path");
    let done = Command::new(own).env(CASE, case).current_dir(place.path()).output().expect("it starts");
    if !done.status.success() {
        println!("{}\n{}", done.status, String::from_utf8_lossy(&done.stderr));
    }
    done.status.success()
}

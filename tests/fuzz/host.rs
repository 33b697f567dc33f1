//! The target `host`: random modules with imports and policies, run by the whole host.
//!
//! Modules run in child processes, many in each, beside an innocent plugin. A run fails when a child dies or hangs, when
//! a module takes more than its policy allows or ends late, and when the innocent plugin is late or wrong. Everything but
//! the time follows from the seed. A module that fails is made smaller, and kept as text.

mod attack;
mod case;
mod child;
mod generate;
mod innocent;
mod keep;
mod setup;
mod supervise;
mod table;

use anyhow::{Result, bail};
use case::Case;
use std::collections::HashMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use supervise::{Failure, Ran};

/// Its name on the command line.
pub(crate) const NAME: &str = "host";

/// Modules that were found by this target or by hand. Each ends well today.
const CORPUS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");

/// Modules that one process runs.
const CHUNK: u64 = 250;

/// Kinds of outcome that are shown, with how many modules had each.
const SHOWN: usize = 40;

/// What all modules of a run have done.
#[derive(Default)]
struct Summary {
    runs: u64,
    ends: HashMap<String, u64>,
    late: Duration,
    time: Duration,
}

impl Summary {
    fn add(&mut self, Ran { ends, late, time }: Ran) {
        self.runs += 1;
        *self.ends.entry(ends).or_default() += 1;
        self.late = self.late.max(late);
        self.time += time;
    }
}

/// Runs what a parent has asked this process to run, if it is a child.
pub(crate) fn as_a_child() -> Option<Result<()>> {
    supervise::asked().map(|cases| child::run(&cases))
}

/// Runs the corpus, and then the modules of so many seeds. Keeps one that fails in the folder.
pub(crate) fn fuzz(folder: &Path, runs: u64, seed: u64) -> Result<()> {
    let began = Instant::now();
    let summary = run(folder, seed..seed + runs, CHUNK, Duration::MAX)?;
    let Summary { runs, ends, late, time } = summary;
    println!(
        "{NAME}: {runs} modules, {} kinds of outcome, no failure; {:.0} modules a second, {:.1} ms each; the latest step was \
         {late:?} late",
        ends.len(),
        runs as f64 / began.elapsed().as_secs_f64(),
        time.as_secs_f64() * 1e3 / runs.max(1) as f64,
    );
    let mut ends: Vec<_> = ends.into_iter().collect();
    ends.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ends.iter().take(SHOWN).for_each(|(ends, count)| println!("{count:8} {ends}"));
    Ok(())
}

/// Runs one module that was kept.
pub(crate) fn repeat(file: &Path) -> Result<()> {
    match supervise::run(&[Case::File(fs::canonicalize(file)?)], |_| {})? {
        None => Ok(()),
        Some(failure) => bail!("{failure}"),
    }
}

fn run(folder: &Path, seeds: Range<u64>, chunk: u64, time: Duration) -> Result<Summary> {
    let summary = Mutex::new(Summary::default());
    let watch = |cases: &[Case]| {
        supervise::run(cases, |ran| summary.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).add(ran))
    };
    if let Some(failure) = watch(&corpus()?)? {
        bail!("{failure}");
    }
    let began = Instant::now();
    let next = AtomicU64::new(seeds.start);
    let work = || -> Result<Option<Failure>> {
        while began.elapsed() < time {
            let start = next.fetch_add(chunk, Ordering::Relaxed);
            if start >= seeds.end {
                break;
            }
            let chunk = start..seeds.end.min(start + chunk);
            let cases: Vec<_> = chunk.map(|seed| Case::Seed { seed, without: Vec::new() }).collect();
            if let Some(failure) = watch(&cases)? {
                // The others end soon.
                next.store(seeds.end, Ordering::Relaxed);
                return Ok(Some(failure));
            }
        }
        Ok(None)
    };
    // Many modules wait for their deadline.
    let workers = 2 * std::thread::available_parallelism()?.get();
    let failures = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect::<Result<Vec<_>>>()
    })?;
    if let Some(failure) = failures.into_iter().flatten().next() {
        let kept = keep::keep(folder, &failure)?;
        bail!("{failure}\nkept as {}; to repeat it: cargo xtask fuzz {NAME} --file {0}", kept.display());
    }
    Ok(summary.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn corpus() -> Result<Vec<Case>> {
    let mut files = fs::read_dir(CORPUS)?.map(|file| Ok(file?.path())).collect::<Result<Vec<PathBuf>>>()?;
    files.sort();
    Ok(files.into_iter().map(Case::File).collect())
}

/// The body of the processes that the test below starts.
#[test]
fn a_child_of_another_test() -> Result<()> {
    as_a_child().unwrap_or(Ok(()))
}

#[test]
fn a_failure_is_found_and_told() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("wrong.wat");
    fs::write(&file, "(module")?;
    let failure = repeat(&file).expect_err("it is no module").to_string();
    anyhow::ensure!(failure.contains("wrong.wat") && failure.contains("the process ended"), "{failure}");
    Ok(())
}

#[test]
fn the_host_holds_for_a_while() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let summary = run(folder.path(), 0..1_000_000, 40, Duration::from_secs(6))?;
    anyhow::ensure!(summary.runs > 50 && summary.ends.len() > 20, "{} modules never get far", summary.runs);
    Ok(())
}

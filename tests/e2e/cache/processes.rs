//! Processes that share a cache.

use super::{Place, answering, ask};
use anyhow::{Context, Result};
use plugix_e2e::{isolated_under, threads};
use plugix_host::code::{Artifact, Cache};
use plugix_host::raw::RawPlugin;
use plugix_host::{Engine, Policy};
use std::fs;
use std::path::PathBuf;
use std::thread::scope;

/// Tells a process the folder.
const FOLDER: &str = "PLUGIX_TEST_FOLDER";

/// Threads of a process that has compiled nothing: libtest's, the test's, and the engine's thread for I/O.
const FRESH: usize = 2 + 1;

/// Runs a test's body in a process of its own. Returns whether this process is that one.
fn process(test: &str, place: &Place, body: impl FnOnce(&Cache) -> Result<()>) -> Result<bool> {
    let setting = format!("{FOLDER}={}", place.folder.display());
    isolated_under(&["env", &setting], test, || {
        body(&Cache::at(PathBuf::from(std::env::var_os(FOLDER).context("no folder was named")?)))
    })
    .map(|output| output.is_some())
}

#[test]
fn a_later_process_compiles_nothing() -> Result<()> {
    let place = Place::new()?;
    for _ in 0..2 {
        let parent = process("cache::processes::a_later_process_compiles_nothing", &place, |cache| {
            let known = !cache.entries()?.is_empty();
            let engine = Engine::builder().cache(cache.clone()).build()?;
            let module = engine.load(answering(1))?;
            module.compile()?;
            // The compiler starts threads of its own, which stay.
            assert_eq!(threads()?.len() == FRESH, known, "{:?}", threads());
            assert_eq!(RawPlugin::new(&module, &Policy::new())?.call::<(), i32>("answer", ())?, 1);
            Ok(())
        })?;
        if !parent {
            return Ok(());
        }
    }
    assert_eq!(Cache::at(&place.folder).entries()?.len(), 1);
    Ok(())
}

#[test]
fn processes_at_once() -> Result<()> {
    let place = Place::new()?;
    ask(&Cache::at(&place.folder), 0)?;
    let one = Cache::at(&place.folder).entries()?[0].size;
    let parents = scope(|scope| {
        let process = || {
            process("cache::processes::processes_at_once", &place, |cache| {
                // There is room for two of three, so they throw out each other's.
                let size = cache.entries()?.iter().map(|entry| entry.size).max().unwrap_or(1 << 20);
                let cache = cache.clone().max_size(2 * size + size / 2);
                (0..30).try_for_each(|round| ask(&cache, round % 3))
            })
        };
        let processes: Vec<_> = (0..4).map(|_| scope.spawn(process)).collect();
        processes.into_iter().map(|process| process.join().expect("the thread is well")).collect::<Result<Vec<_>>>()
    })?;
    if !parents.iter().all(|parent| *parent) {
        return Ok(());
    }
    // Whatever they did to each other: what is there is whole, and the next process makes room.
    let cache = Cache::at(&place.folder).max_size(2 * one + one / 2);
    ask(&cache, 7)?;
    let entries = cache.entries()?;
    assert!((1..=2).contains(&entries.len()), "{entries:?}");
    for entry in entries {
        Artifact::read_file(place.folder.join(&entry.file))?;
    }
    assert!(
        fs::read_dir(&place.folder)?.all(|file| file.is_ok_and(|file| file.path().extension() != Some("tmp".as_ref())))
    );
    Ok(())
}

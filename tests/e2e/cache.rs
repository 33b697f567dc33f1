//! The cache of compiled modules: what it saves. Whatever is wrong with the cache, a module runs.

mod bounds;
mod damage;
mod disk;
mod processes;

use anyhow::{Context, Result};
use plugix_host::code::{Artifact, Cache};
use plugix_host::raw::RawPlugin;
use plugix_host::{Engine, Policy};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder for a cache. It doesn't exist yet, and its parent is removed at the end.
struct Place {
    _parent: tempfile::TempDir,
    folder: PathBuf,
}

impl Place {
    fn new() -> Result<Self> {
        let parent = tempfile::tempdir()?;
        Ok(Self { folder: parent.path().join("modules"), _parent: parent })
    }
}

/// A module that answers with a number.
fn answering(number: i32) -> Vec<u8> {
    let text = format!(
        r#"(module $answer{number}
            (memory (export "memory") 1)
            (func (export "answer") (result i32) (i32.const {number})))"#
    );
    wat::parse_str(text).expect("it is well-formed")
}

/// Asks such a module. Its engine has compiled nothing yet.
fn ask(cache: &Cache, number: i32) -> Result<()> {
    let engine = Engine::builder().cache(cache.clone()).build()?;
    let module = engine.load(answering(number))?;
    assert_eq!(RawPlugin::new(&module, &Policy::new())?.call::<(), i32>("answer", ())?, number);
    Ok(())
}

/// The file of the module that was kept last.
fn latest(cache: &Cache) -> Result<PathBuf> {
    let entries = cache.entries()?;
    Ok(cache.folder().join(&entries.first().context("nothing was kept")?.file))
}

/// The names of everything in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    let mut names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

#[test]
fn what_is_kept_is_for_people_to_see() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    assert_eq!(cache.entries()?, []);
    assert!(!place.folder.exists(), "looking makes nothing");
    ask(&cache, 1)?;
    ask(&cache, 2)?;
    ask(&cache, 2)?;
    let entries = cache.entries()?;
    let mut modules: Vec<_> = entries.iter().map(|entry| entry.module.as_deref()).collect();
    modules.sort();
    assert_eq!(modules, [Some("answer1"), Some("answer2")]);
    for entry in &entries {
        let artifact = Artifact::read_file(place.folder.join(&entry.file))?;
        assert_eq!((entry.origin.as_ref(), entry.size), (Some(artifact.origin()), artifact.as_bytes().len() as u64));
    }
    cache.clear()?;
    assert_eq!((cache.entries()?.len(), names(&place.folder)?), (0, vec!["lock".to_owned()]));
    ask(&cache, 1)
}

#[test]
fn engines_without_a_cache_write_nothing() -> Result<()> {
    let place = Place::new()?;
    let module = Engine::new()?.load(answering(3))?;
    module.compile()?;
    assert!(!place.folder.exists());
    Ok(())
}

#[test]
fn other_configurations_have_entries_of_their_own() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 4)?;
    let baseline = Engine::builder().cache(cache.clone()).cpu(plugix_host::code::Cpu::Baseline).build()?;
    baseline.load(answering(4))?.compile()?;
    let lesser = baseline.origin() != Engine::new()?.origin();
    assert_eq!(cache.entries()?.len(), 1 + usize::from(lesser));
    // Code without checks is for measuring, and is never kept.
    let engine = Engine::builder().cache(cache.clone()).build()?;
    let before = names(&place.folder)?;
    engine.load_unstoppable(answering(5))?.compile()?;
    assert_eq!(names(&place.folder)?, before);
    Ok(())
}

//! How much is kept.

use super::{Place, ask, names};
use anyhow::{Context, Result};
use plugix_host::code::Cache;
use std::fs::{self, File};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

fn file(cache: &Cache, module: &str) -> Result<PathBuf> {
    let entry = cache.entries()?.into_iter().find(|entry| entry.module.as_deref() == Some(module));
    Ok(cache.folder().join(entry.with_context(|| format!("{module} is not kept"))?.file))
}

/// Makes a file look as if it was last used so many seconds ago.
fn age(file: PathBuf, seconds: u64) -> Result<()> {
    Ok(File::options().write(true).open(file)?.set_modified(SystemTime::now() - Duration::from_secs(seconds))?)
}

fn modules(cache: &Cache) -> Result<Vec<String>> {
    let mut names: Vec<_> = cache.entries()?.into_iter().filter_map(|entry| entry.module).collect();
    names.sort();
    Ok(names)
}

#[test]
fn what_was_not_used_for_the_longest_time_makes_room() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 1)?;
    let one = fs::metadata(file(&cache, "answer1")?)?.len();
    let cache = cache.max_size(3 * one + one / 2);
    ask(&cache, 2)?;
    ask(&cache, 3)?;
    for (module, seconds) in [("answer1", 3000), ("answer2", 2000), ("answer3", 1000)] {
        age(file(&cache, module)?, seconds)?;
    }
    // Used now, so that the second is the oldest.
    ask(&cache, 1)?;
    ask(&cache, 4)?;
    assert_eq!(modules(&cache)?, ["answer1", "answer3", "answer4"]);
    // Room for one.
    ask(&cache.clone().max_size(one + one / 2), 5)?;
    assert_eq!(modules(&cache)?, ["answer5"]);
    Ok(())
}

#[test]
fn what_is_larger_than_the_cache_is_not_kept() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder).max_size(100);
    ask(&cache, 1)?;
    ask(&cache, 1)?;
    assert_eq!(names(&place.folder)?, <[String; 0]>::default());
    Ok(())
}

#[test]
fn what_was_left_behind_goes_and_what_is_not_ours_stays() -> Result<()> {
    let place = Place::new()?;
    let cache = Cache::at(&place.folder);
    ask(&cache, 1)?;
    let half = place.folder.join("half.1.0.tmp");
    let writing = place.folder.join("writing.2.0.tmp");
    for path in [&half, &writing, &place.folder.join("notes.txt"), &place.folder.join("mine.plugix")] {
        fs::write(path, "something")?;
    }
    age(half.clone(), 2 * 60 * 60)?;
    ask(&cache.clone().max_size(1 << 20), 2)?;
    assert!(!half.exists() && writing.exists());
    cache.clear()?;
    assert_eq!(names(&place.folder)?, ["lock", "mine.plugix", "notes.txt"]);
    Ok(())
}

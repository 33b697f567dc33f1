//! The per-user cache. Finished entries appear in one step, and half-made ones never outlive the next maker.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::environment::CACHE_VAR;
use crate::{Environment, Error, files};

/// Entries in the making. Only the holder of the lock has any; whatever else is here was left behind.
const MAKING: &str = "making";
const LOCK: &str = "lock";

/// A folder with everything that the toolchain crate keeps between runs.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

/// Proof that this process is the only one that changes the cache.
pub(crate) struct Exclusive<'a> {
    cache: &'a Cache,
}

impl Cache {
    /// `PLUGIX_CACHE`, else `plugix` in `XDG_CACHE_HOME` or in `~/.cache`. Creates nothing.
    ///
    /// # Errors
    /// [`Error::NoCacheFolder`] when no variable names a place.
    pub fn locate(environment: &Environment) -> Result<Self, Error> {
        let in_user_cache = |folder: PathBuf| folder.join("plugix");
        let root = environment
            .path(CACHE_VAR)
            .or_else(|| environment.path("XDG_CACHE_HOME").map(in_user_cache))
            .or_else(|| environment.path("HOME").map(|home| in_user_cache(home.join(".cache"))))
            .ok_or(Error::NoCacheFolder)?;
        let root = std::path::absolute(&root).map_err(Error::io("find", &root))?;
        Ok(Self { root })
    }

    /// The folder, which may not exist yet.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The size of all files in the cache, in bytes. Walks the folder.
    pub fn size(&self) -> u64 {
        files::size_of_tree(&self.root)
    }

    /// Removes everything in the cache. If a process is just adding to it, this waits.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be locked or something in it cannot be removed.
    pub fn clean(&self) -> Result<(), Error> {
        if !self.root.exists() {
            return Ok(());
        }
        self.exclusively(|_| {
            for entry in self.root.read_dir().map_err(Error::io("read", &self.root))?.flatten() {
                if entry.file_name() != LOCK {
                    files::remove(&entry.path())?;
                }
            }
            Ok(())
        })
    }

    /// The entries of one kind, in a fixed order.
    pub(crate) fn entries(&self, kind: &str) -> Vec<PathBuf> {
        let Ok(entries) = self.root.join(kind).read_dir() else { return Vec::new() };
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        paths
    }

    /// An entry, if it is there.
    pub(crate) fn entry(&self, kind: &str, name: &str) -> Option<PathBuf> {
        Some(self.root.join(kind).join(name)).filter(|path| path.is_dir())
    }

    /// Runs `work` while no other process changes the cache. It waits for its turn.
    pub(crate) fn exclusively<T>(&self, work: impl FnOnce(Exclusive<'_>) -> Result<T, Error>) -> Result<T, Error> {
        files::create_dir(&self.root)?;
        let path = self.root.join(LOCK);
        let file = File::options().create(true).append(true).open(&path).map_err(Error::io("open", &path))?;
        let mut lock = fd_lock::RwLock::new(file);
        let _guard = lock.write().map_err(Error::io("lock", &path))?;
        files::remove(&self.root.join(MAKING))?;
        work(Exclusive { cache: self })
    }
}

impl Exclusive<'_> {
    /// A folder that lasts as long as its guard.
    pub(crate) fn scratch(&self) -> Result<TempDir, Error> {
        let making = self.cache.root.join(MAKING);
        files::create_dir(&making)?;
        tempfile::tempdir_in(&making).map_err(Error::io("create a folder in", &making))
    }

    /// Lets `make` fill a fresh folder, and then gives it its name in one step. An older entry of that name is
    /// replaced.
    pub(crate) fn publish(
        &self,
        kind: &str,
        name: &str,
        make: impl FnOnce(&Path) -> Result<(), Error>,
    ) -> Result<PathBuf, Error> {
        let folder = self.scratch()?;
        make(folder.path())?;

        let parent = self.cache.root.join(kind);
        files::create_dir(&parent)?;
        let entry = parent.join(name);
        files::remove(&entry)?;
        fs::rename(folder.keep(), &entry).map_err(Error::io("create", &entry))?;
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn cache() -> (tempfile::TempDir, Cache) {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::locate(&Environment::bare("/nowhere").with(CACHE_VAR, folder.path())).unwrap();
        (folder, cache)
    }

    #[test]
    fn the_most_specific_variable_wins() {
        let bare = Environment::bare("/nowhere");
        assert!(matches!(Cache::locate(&bare), Err(Error::NoCacheFolder)));
        let home = bare.with("HOME", "/h");
        assert_eq!(Cache::locate(&home).unwrap().root(), Path::new("/h/.cache/plugix"));
        let xdg = home.with("XDG_CACHE_HOME", "/x");
        assert_eq!(Cache::locate(&xdg).unwrap().root(), Path::new("/x/plugix"));
        let own = xdg.with(CACHE_VAR, "/own");
        assert_eq!(Cache::locate(&own).unwrap().root(), Path::new("/own"));
    }

    #[test]
    fn a_failed_maker_publishes_nothing() {
        let (_folder, cache) = cache();
        let made = cache.exclusively(|exclusive| {
            exclusive.publish("things", "a", |folder| {
                files::write(&folder.join("half"), "half")?;
                Err(Error::NoCacheFolder)
            })
        });
        assert!(made.is_err());
        assert_eq!(cache.entry("things", "a"), None);
    }

    #[test]
    fn leftovers_of_a_killed_maker_are_swept() {
        let (_folder, cache) = cache();
        let leftover = cache.root().join(MAKING).join("leftover");
        files::create_dir(&leftover).unwrap();
        let entry = cache
            .exclusively(|exclusive| exclusive.publish("things", "a", |folder| files::write(&folder.join("f"), "x")))
            .unwrap();
        assert!(!leftover.exists());
        assert_eq!(cache.entry("things", "a"), Some(entry.clone()));
        assert_eq!(files::read(&entry.join("f")).unwrap(), "x");
    }

    #[test]
    fn clean_leaves_no_entries() {
        let (_folder, cache) = cache();
        cache.exclusively(|exclusive| exclusive.publish("things", "a", |_| Ok(()))).unwrap();
        cache.clean().unwrap();
        assert!(cache.entries("things").is_empty());
    }

    #[test]
    fn only_one_at_a_time() {
        let (_folder, cache) = cache();
        let inside = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    cache.exclusively(|_| {
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        std::thread::sleep(std::time::Duration::from_millis(5));
                        inside.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    })
                });
            }
        });
    }
}

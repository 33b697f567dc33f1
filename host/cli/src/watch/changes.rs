//! Changes of the files below a folder that are somebody's work, and no product of a build.

use super::News;
use anyhow::{Context as _, Result};
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{DirEntry, WalkBuilder};
use notify::event::{EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::path::Path;
use std::sync::mpsc::{self, Sender};
use std::thread;

/// Tells each change below a folder, until nobody listens any more.
pub(super) fn watch(root: &Path, news: Sender<News>) -> Result<()> {
    let (sender, events) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(sender).context("can't watch files")?;
    watch_folders(&mut watcher, root)?;
    let root = root.to_owned();
    // The watcher's own thread can't watch more.
    thread::spawn(move || {
        let ignored = ignored(&root);
        let is_ignored = |path: &Path| ignored.matched_path_or_any_parents(path, path.is_dir()).is_ignore();
        let changed = events.into_iter().flatten().filter(|event: &Event| is_change(event.kind));
        for path in changed.flat_map(|event| event.paths).filter(|path| !is_product(&root, path) && !is_ignored(path)) {
            if path.is_dir() {
                // A folder that is gone again has nothing to tell.
                let _ = watch_folders(&mut watcher, &path);
            }
            if news.send(News::Changed(path)).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Each folder is watched by itself: those of a build are many.
fn watch_folders(watcher: &mut RecommendedWatcher, root: &Path) -> Result<()> {
    let mut walk = WalkBuilder::new(root);
    walk.require_git(false).parents(false).filter_entry(|entry| !is_built(entry));
    for entry in walk.build().filter_map(Result::ok).filter(|entry| entry.file_type().is_some_and(|ty| ty.is_dir())) {
        let watched = watcher.watch(entry.path(), RecursiveMode::NonRecursive);
        watched.with_context(|| format!("can't watch {}", entry.path().display()))?;
    }
    Ok(())
}

/// Whether a folder is that of a build.
fn is_built(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|ty| ty.is_dir()) && is_built_at(entry.path())
}

fn is_built_at(folder: &Path) -> bool {
    folder.ends_with("target") || folder.join("CACHEDIR.TAG").exists()
}

/// Whether a path is hidden, below the folder of a build, or what cargo writes itself.
fn is_product(root: &Path, path: &Path) -> bool {
    let Ok(inside) = path.strip_prefix(root) else { return true };
    let hidden = inside.iter().any(|name| name.as_encoded_bytes().starts_with(b"."));
    let built = path.ancestors().take_while(|folder| *folder != root).any(is_built_at);
    hidden || built || inside.file_name().is_some_and(|name| name == "Cargo.lock")
}

/// What `.gitignore` leaves out, whether or not there is a repository.
fn ignored(root: &Path) -> Gitignore {
    let mut builder = GitignoreBuilder::new(root);
    // A file that isn't there, or that can't be read, leaves nothing out.
    let _ = builder.add(root.join(".gitignore"));
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Create(_) | EventKind::Remove(_) => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Any | EventKind::Access(_) | EventKind::Other => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::PathBuf;

    #[test]
    fn only_changes_of_sources_are_told() {
        let folder = tempfile::tempdir().expect("there is a disk");
        let root = folder.path().canonicalize().expect("it is there");
        for made in ["src", "target/debug", "out", ".hidden", "left-out"] {
            fs::create_dir_all(root.join(made)).expect("there is a disk");
        }
        fs::write(root.join(".gitignore"), "left-out\n*.log\n").expect("there is a disk");
        fs::write(root.join("out/CACHEDIR.TAG"), "").expect("there is a disk");
        let (sender, news) = mpsc::channel();
        watch(&root, sender).expect("files can be watched");
        for file in
            ["target/debug/a", "out/a", ".hidden/a", "left-out/a", "a.log", "src/.a.swp", "Cargo.lock", "src/lib.rs"]
        {
            fs::write(root.join(file), "new").expect("there is a disk");
        }
        let next = || -> PathBuf {
            match news.recv() {
                Ok(News::Changed(path)) => path,
                _ => panic!("a change was expected"),
            }
        };
        // Events come in order: none of the others was told.
        assert_eq!(next(), root.join("src/lib.rs"));
        fs::create_dir(root.join("src/new")).expect("there is a disk");
        while next() != root.join("src/new") {}
        // Whoever makes a file before its folder is watched is told of the folder alone.
        while news.try_recv().is_ok() {}
        fs::write(root.join("src/new/mod.rs"), "new").expect("there is a disk");
        fs::write(root.join("src/lib.rs"), "newer").expect("there is a disk");
        let told = next();
        assert!(told == root.join("src/new/mod.rs") || told == root.join("src/lib.rs"), "{told:?}");
    }
}

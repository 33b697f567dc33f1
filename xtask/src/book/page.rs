//! The pages, in the order of `SUMMARY.md`.

use super::{shown, source};
use crate::workspace;
use anyhow::{Context as _, Result};
use std::fs;
use std::path::PathBuf;

/// A page of the book.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Where it is, from the root of the repository.
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Page {
    fn read(path: PathBuf) -> Result<Self> {
        let name = shown(&path);
        let text = fs::read_to_string(&path).with_context(|| name.clone())?;
        Ok(Self { name, path, text })
    }
}

/// The page with the order of the others.
pub(super) fn summary() -> Result<Page> {
    Page::read(source().join("SUMMARY.md"))
}

/// All pages but the summary. Those that the summary forgets come last.
pub(super) fn all() -> Result<Vec<Page>> {
    let summary = summary()?.text;
    let mut paths = workspace::files(&source(), "md")?;
    paths.retain(|path| !path.ends_with("SUMMARY.md"));
    let place = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        summary.find(&format!("({name})")).unwrap_or(usize::MAX)
    };
    paths.sort_by_key(place);
    paths.into_iter().map(Page::read).collect()
}

//! Edits a copy of the standard library's sources for WASIX. Each edit is checked: it applies exactly once or fails.

mod edits;

use std::path::Path;

use crate::{Error, files};

use edits::EDITS;

/// One replacement in one file.
#[derive(Debug)]
struct Edit {
    /// Why upstream's text is not right for WASIX.
    purpose: &'static str,
    /// The file, relative to the library folder.
    file: &'static str,
    /// The text to replace; it must occur exactly once.
    expected: &'static str,
    /// What takes its place.
    replacement: &'static str,
}

/// Applies all edits to a library folder.
pub(crate) fn apply(library: &Path) -> Result<(), Error> {
    EDITS.iter().try_for_each(|edit| edit.apply(library))
}

/// Whether the edits fit a library folder as it is installed.
pub(crate) fn check(library: &Path) -> Result<(), Error> {
    EDITS.iter().try_for_each(|edit| edit.expect_in(&files::read(&library.join(edit.file))?))
}

/// Changes with any edit.
pub(crate) fn identity() -> String {
    format!("{EDITS:?}")
}

impl Edit {
    fn apply(&self, library: &Path) -> Result<(), Error> {
        let path = library.join(self.file);
        let text = files::read(&path)?;
        self.expect_in(&text)?;
        files::write(&path, text.replace(self.expected, self.replacement))
    }

    fn expect_in(&self, text: &str) -> Result<(), Error> {
        let Self { purpose, file, expected, .. } = *self;
        match text.matches(expected).count() {
            1 => Ok(()),
            found => Err(Error::Overlay { purpose, file, expected, found }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDIT: Edit = Edit { purpose: "test", file: "a.rs", expected: "one", replacement: "two" };

    fn applied_to(text: &str) -> Result<String, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.rs");
        files::write(&path, text).unwrap();
        EDIT.apply(folder.path())?;
        files::read(&path)
    }

    #[test]
    fn the_expected_text_is_replaced() {
        assert_eq!(applied_to("fn one() {}").unwrap(), "fn two() {}");
    }

    #[test]
    fn absent_text_is_an_error_that_names_file_and_text() {
        let error = applied_to("fn three() {}").unwrap_err();
        assert!(matches!(error, Error::Overlay { found: 0, .. }));
        assert!(error.to_string().contains("a.rs") && error.to_string().contains("`one`"));
    }

    #[test]
    fn ambiguous_text_is_an_error() {
        assert!(matches!(applied_to("one one"), Err(Error::Overlay { found: 2, .. })));
    }
}

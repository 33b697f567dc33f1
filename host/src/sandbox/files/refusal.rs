//! Remembers a refusal that the host may have to report.
//!
//! wasmer-wasix opens each file for reading and writing. If that is refused, it opens the file for reading. Only the
//! code that knows what the plugin asked for can tell whether something was denied.

use crate::events::{Event, Events};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

thread_local! {
    /// The last file that the calling thread wanted to open for writing, and was not allowed to.
    static REFUSED: RefCell<Option<(Events, PathBuf)>> = const { RefCell::new(None) };
}

/// Remembers a refusal.
pub(super) fn remember_refusal(events: &Events, path: &Path) {
    REFUSED.set(Some((events.clone(), Path::new("/").join(path))));
}

/// Forgets an earlier refusal.
pub(crate) fn forget_refusal() {
    REFUSED.set(None);
}

/// Reports the refusal: the plugin asked for what was refused.
pub(crate) fn report_refusal() {
    if let Some((events, path)) = REFUSED.take() {
        events.report(Event::Denied { operation: "write", target: path.display().to_string() });
    }
}

//! Ways to change a file system, by name.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Tries to do `what` to `path`.
pub(crate) fn attempt(what: &str, path: &Path) -> io::Result<()> {
    match what {
        "create" => File::create_new(path).map(drop),
        "write" => fs::write(path, "changed"),
        _ => panic!("{what} is unknown"),
    }
}

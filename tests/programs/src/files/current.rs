//! The current folder, which a process has only one of.

use crate::told::Told;
use std::env;
use std::fs;
use std::io;
use std::path::Path;

/// The folder stays the current one, and has another name.
pub fn renamed(folder: &Path) -> io::Result<String> {
    let (before, after) = (folder.join("before"), folder.join("after"));
    fs::create_dir(&before)?;
    fs::write(before.join("file"), "content")?;
    env::set_current_dir(&before)?;
    fs::rename(&before, &after)?;
    let mut told = Told::new();
    told.line("its name", env::current_dir().map(|path| path == after));
    // wasix-libc keeps the name, and makes absolute paths with it.
    told.line("by its name", env::current_dir().and_then(env::set_current_dir));
    told.line("read", fs::read_to_string("file"));
    told.line("written", fs::write("new", "new"));
    told.line("found", fs::read_to_string(after.join("new")));
    told.line("the folder above", fs::read_to_string("../after/file"));
    fs::remove_dir_all(&after)?;
    told.line("removed", fs::write("new", "new"));
    told.end()
}

//! Data that has to be on the disk.

use crate::told::Told;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// A file's content, with and without its metadata.
pub fn files(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    let mut file = File::create(folder.join("file"))?;
    file.write_all(b"kept")?;
    told.line("all", file.sync_all());
    told.line("data", file.sync_data());
    told.line("of a file that is read", File::open(folder.join("file"))?.sync_all());
    told.end()
}

/// A folder, as databases do after they have renamed a file in it.
pub fn folders(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    fs::create_dir(folder.join("below"))?;
    told.line("the folder itself", File::open(folder)?.sync_all());
    told.line("one below", File::open(folder.join("below"))?.sync_all());
    told.line("data", File::open(folder)?.sync_data());
    told.end()
}

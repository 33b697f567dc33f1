//! Who may write.

use crate::told::Told;
use std::fs;
use std::io;
use std::path::Path;

/// Of new files and folders.
pub fn of_new(folder: &Path) -> io::Result<String> {
    fs::write(folder.join("file"), "")?;
    fs::create_dir(folder.join("folder"))?;
    let copied = fs::copy(folder.join("file"), folder.join("copy"))?;
    let mut told = Told::new();
    told.say("copied", copied);
    told.line("read-only", of(folder));
    told.line("the same", fs::set_permissions(folder.join("file"), fs::metadata(folder.join("file"))?.permissions()));
    told.end()
}

/// Of all that is in a folder, in the order of the names: whether it may only be read.
///
/// # Errors
/// The folder can't be read.
pub fn of(folder: &Path) -> io::Result<Vec<(String, bool)>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        Ok((entry.file_name().to_string_lossy().into_owned(), entry.metadata()?.permissions().readonly()))
    };
    let mut all = fs::read_dir(folder)?.map(entry).collect::<io::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// The same, as a program.
pub fn told(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    told.line("read-only", of(folder));
    told.end()
}

/// Makes a file read-only, in two ways.
pub fn changed(folder: &Path) -> io::Result<String> {
    let file = fs::File::create(folder.join("file"))?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    let mut told = Told::new();
    told.line("by its path", fs::set_permissions(folder.join("file"), permissions.clone()));
    told.line("by its descriptor", file.set_permissions(permissions));
    told.line("read-only", of(folder));
    told.end()
}

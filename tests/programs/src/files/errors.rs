//! What can't be done, and how the system says so.

use crate::told::Told;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;

/// A `file` and a `full` folder with a file in it.
fn furnish(folder: &Path) -> io::Result<()> {
    fs::write(folder.join("file"), "content")?;
    fs::create_dir(folder.join("full"))?;
    fs::write(folder.join("full/file"), "content")
}

/// Of what is a file, or should be one.
pub fn of_files(folder: &Path) -> io::Result<String> {
    furnish(folder)?;
    let (file, below) = (folder.join("file"), folder.join("file/below"));
    let mut told = Told::new();
    told.line("no file", File::open(folder.join("nothing")).map(drop));
    told.line("below no folder", File::create(folder.join("nothing/file")).map(drop));
    told.line("there already", File::create_new(&file).map(drop));
    told.line("below a file", File::open(&below).map(drop));
    told.line("created below a file", File::create(&below).map(drop));
    told.line("metadata below a file", fs::metadata(&below).map(drop));
    told.line("removed below a file", fs::remove_file(&below));
    told.line("a file with a slash", File::open(folder.join("file/")).map(drop));
    told.line("created with a slash", File::create(folder.join("new/")).map(drop));
    told.line("written by a reader", File::open(&file)?.write(b"x"));
    told.line("read by a writer", OpenOptions::new().write(true).open(&file)?.read(&mut [0; 4]));
    told.line("no access at all", OpenOptions::new().open(&file).map(drop));
    told.line("removed as a folder", fs::remove_dir(&file));
    told.line("listed", fs::read_dir(&file).map(drop));
    told.line("the target of no link", fs::read_link(&file).map(drop));
    told.line("the same", fs::read_to_string(&file));
    told.end()
}

/// Of what is a folder, or should be one.
pub fn of_folders(folder: &Path) -> io::Result<String> {
    furnish(folder)?;
    let full = folder.join("full");
    let mut told = Told::new();
    told.line("opened to write", OpenOptions::new().write(true).open(&full).map(drop));
    told.line("created as a file", File::create(&full).map(drop));
    told.line("opened to read", File::open(&full).map(drop));
    told.line("read", File::open(&full)?.read(&mut [0; 4]));
    told.line("read at once", fs::read(&full).map(drop));
    told.line("removed as a file", fs::remove_file(&full));
    told.line("made again", fs::create_dir(&full));
    told.line("made below nothing", fs::create_dir(folder.join("nothing/below")));
    told.line("made below a file", fs::create_dir(folder.join("file/below")));
    told.line("removed and never there", fs::remove_dir(folder.join("nothing")));
    told.line("listed and never there", fs::read_dir(folder.join("nothing")).map(drop));
    told.line("copied", fs::copy(&full, folder.join("copy")).map(drop));
    told.end()
}

/// Of a folder that isn't empty.
pub fn of_full_folders(folder: &Path) -> io::Result<String> {
    furnish(folder)?;
    let mut told = Told::new();
    told.line("removed", fs::remove_dir(folder.join("full")));
    fs::create_dir(folder.join("empty"))?;
    told.line("replaced", fs::rename(folder.join("empty"), folder.join("full")));
    told.line("an empty one is replaced", fs::rename(folder.join("full"), folder.join("empty")));
    told.line("and all is there", fs::read_to_string(folder.join("empty/file")));
    told.end()
}

/// Of names that are too long, empty or strange.
pub fn of_names(folder: &Path) -> io::Result<String> {
    let mut told = Told::new();
    told.line("the longest", fs::write(folder.join("n".repeat(255)), ""));
    told.line("too long", fs::write(folder.join("n".repeat(256)), ""));
    told.line("a folder's", fs::create_dir(folder.join("n".repeat(256))));
    told.line("found", fs::metadata(folder.join("n".repeat(300))).map(drop));
    told.line("renamed", fs::rename(folder.join("n".repeat(255)), folder.join("n".repeat(256))));
    told.line("a path", fs::metadata(folder.join("n/".repeat(3_000))).map(drop));
    told.line("empty", File::open("").map(drop));
    told.line("of an empty one", fs::metadata("").map(drop));
    told.line("made empty", fs::create_dir(""));
    told.line("listed empty", fs::read_dir("").map(drop));
    told.line("with a zero", File::create(folder.join("a\0b")).map(drop));
    told.line("with spaces and signs", fs::write(folder.join(" ü\n\\*?"), ""));
    told.line("only dots", fs::write(folder.join("..."), ""));
    told.say("listed", fs::read_dir(folder)?.count());
    told.end()
}

/// Of renaming what can't go there.
pub fn of_renaming(folder: &Path) -> io::Result<String> {
    furnish(folder)?;
    let at = |name: &str| folder.join(name);
    fs::create_dir(at("empty"))?;
    let mut told = Told::new();
    told.line("a folder onto a file", fs::rename(at("empty"), at("file")));
    told.line("a file onto a folder", fs::rename(at("file"), at("empty")));
    told.line("a folder into itself", fs::rename(at("full"), at("full/below")));
    told.line("what isn't there", fs::rename(at("nothing"), at("new")));
    told.line("to where nothing is", fs::rename(at("file"), at("nothing/file")));
    told.line("below a file", fs::rename(at("empty"), at("file/empty")));
    told.line("onto itself", fs::rename(at("file"), at("file")));
    told.line("a folder onto itself", fs::rename(at("full"), at("full")));
    told.line("the same", fs::read_to_string(at("file")));
    told.end()
}

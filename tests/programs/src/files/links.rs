//! Links of both sorts, within one folder.

use crate::told::Told;
use std::fs;
use std::io;
use std::path::Path;

/// `std`'s own for WASI isn't stable.
#[allow(deprecated)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    fs::soft_link(target, link)
}

/// Two names of one file.
pub fn hard(folder: &Path) -> io::Result<String> {
    let at = |name: &str| folder.join(name);
    fs::write(at("one"), "content")?;
    fs::create_dir(at("folder"))?;
    let mut told = Told::new();
    told.line("made", fs::hard_link(at("one"), at("folder/other")));
    fs::write(at("folder/other"), "changed")?;
    told.line("read by its first name", fs::read_to_string(at("one")));
    told.line("there already", fs::hard_link(at("one"), at("folder/other")));
    told.line("of nothing", fs::hard_link(at("nothing"), at("new")));
    told.line("of a folder", fs::hard_link(at("folder"), at("new")));
    told.line("renamed onto itself", fs::rename(at("one"), at("folder/other")));
    told.say("is there still", at("one").exists());
    fs::remove_file(at("one"))?;
    told.line("read by its other name", fs::read_to_string(at("folder/other")));
    told.end()
}

/// Targets that begin at the link.
pub fn relative(folder: &Path) -> io::Result<String> {
    let at = |name: &str| folder.join(name);
    fs::create_dir_all(at("a/b"))?;
    fs::write(at("file"), "content")?;
    let mut told = Told::new();
    for (target, link) in [("file", "beside"), ("../../file", "a/b/up"), ("loop", "loop"), ("nothing", "broken")] {
        told.line(link, symlink(target.as_ref(), &at(link)));
        told.line("read", fs::read_to_string(at(link)));
        told.line("target", fs::read_link(at(link)));
        told.line("is a link", fs::symlink_metadata(at(link)).map(|metadata| metadata.is_symlink()));
    }
    told.line("a folder", symlink("a/b".as_ref(), &at("folder")));
    told.line("read through it", fs::read_to_string(at("folder/up")));
    told.line("written through it", fs::write(at("folder/new"), "new"));
    told.line("and found", fs::read_to_string(at("a/b/new")));
    told.line("written through a link", fs::write(at("beside"), "changed"));
    told.line("and found", fs::read_to_string(at("file")));
    told.line("created through a broken one", fs::write(at("broken"), "made"));
    told.line("and found", fs::read_to_string(at("nothing")));
    told.line("removed", fs::remove_file(at("beside")));
    told.say("its target is there", at("file").exists());
    told.end()
}

/// Targets that begin at the root, as the program knows it, and one that goes down and up again. Only the program's own
/// memory may hold them: the host follows links in its folders from its own root.
pub fn anywhere(folder: &Path) -> io::Result<String> {
    let at = |name: &str| folder.join(name);
    fs::create_dir(at("below"))?;
    fs::write(at("below/file"), "content")?;
    let mut told = Told::new();
    told.line("of a file", symlink(&at("below/file"), &at("file")));
    told.line("read", fs::read_to_string(at("file")));
    told.line("of a folder", symlink(&at("below"), &at("folder")));
    told.line("read through it", fs::read_to_string(at("folder/file")));
    told.line("down and up", symlink("below/../folder/file".as_ref(), &at("around")));
    told.line("read through it", fs::read_to_string(at("around")));
    told.say("the target", fs::read_link(at("file")).is_ok_and(|target| target == at("below/file")));
    told.say("canonical", fs::canonicalize(at("folder/file")).is_ok_and(|path| path.ends_with("below/file")));
    told.end()
}

//! A program that has files open and has looked at others, while somebody else changes them.

use crate::told::Told;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const SEEN: [&str; 9] =
    ["replaced", "removed", "grown", "cut", "becomes a folder", "becomes a file", "link", "log", "moved"];

/// What the program has open.
pub struct Watcher {
    folder: PathBuf,
    replaced: File,
    removed: File,
    grown: File,
    cut: File,
    log: File,
}

impl Watcher {
    /// Opens files and looks at each name.
    ///
    /// # Errors
    /// If the files aren't there.
    pub fn open(folder: &Path) -> io::Result<Self> {
        for name in SEEN {
            let path = folder.join(name);
            let _ = (fs::metadata(&path)?, fs::read(&path), fs::read_dir(&path).map(Iterator::count));
        }
        let open = |name| -> io::Result<File> {
            let mut file = File::open(folder.join(name))?;
            file.read_exact(&mut [0; 2])?;
            Ok(file)
        };
        let mut log = OpenOptions::new().append(true).open(folder.join("log"))?;
        log.write_all(b"program\n")?;
        let (replaced, removed, grown, cut) = (open("replaced")?, open("removed")?, open("grown")?, open("cut")?);
        Ok(Self { folder: folder.to_owned(), replaced, removed, grown, cut, log })
    }

    /// Tells what it sees now, by its open files and by name.
    ///
    /// # Errors
    /// If the folder isn't there.
    pub fn look(mut self) -> io::Result<String> {
        let mut told = Told::new();
        for (name, file) in [
            ("replaced", &mut self.replaced),
            ("removed", &mut self.removed),
            ("grown", &mut self.grown),
            ("cut", &mut self.cut),
        ] {
            let mut rest = String::new();
            told.line(name, file.read_to_string(&mut rest).map(|_| rest));
            told.line("length and end", Ok((file.metadata()?.len(), file.seek(SeekFrom::End(0))?)));
        }
        for name in SEEN {
            let path = self.folder.join(name);
            told.line(name, fs::read_to_string(&path));
            told.line("is a folder", fs::metadata(&path).map(|metadata| metadata.is_dir()));
            told.line("entries", fs::read_dir(&path).map(Iterator::count));
        }
        told.line("the link", fs::read_link(self.folder.join("link")));
        let names = fs::read_dir(&self.folder)?.map(|entry| Ok(entry?.file_name().display().to_string()));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort();
        told.say("names", names);
        told.line("appended", self.log.write_all(b"program again\n"));
        told.line("the log", fs::read_to_string(self.folder.join("log")));
        told.line("made anew", File::create_new(self.folder.join("removed")).map(drop));
        told.line("written", fs::write(self.folder.join("replaced"), "by the program"));
        told.end()
    }
}

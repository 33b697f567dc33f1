//! The files of dumps. Each is whole, or not there.

use super::TIME;
use crate::error::DumpError;
use crate::sync::lock::lock;
use rustix::fs::{AtFlags, Dir, Mode, OFlags, RenameFlags, openat, renameat_with, unlinkat};
use std::fs::{DirBuilder, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

/// How the name of a dump ends.
const EXTENSION: &str = ".coredump";

/// How it ends while the dump is being written.
const UNFINISHED: &str = ".unfinished";

/// How many characters of a plugin's name are in the name of a file.
const MAX_NAME: usize = 64;

/// The folder of dumps. It stays open, so that nobody puts another in its place.
#[derive(Debug)]
pub(super) struct Folder {
    folder: File,
    path: PathBuf,
    /// Held from the count of the files until there is one more.
    counted: Mutex<()>,
}

impl Folder {
    /// Opens the folder. Makes it if there is none.
    pub(super) fn make(path: &Path) -> Result<Self, DumpError> {
        let failed = |source| DumpError::Io { what: format!("open the folder {}", path.display()), source };
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty()).map_err(|error| failed(error.into()))?;
        Ok(Self { folder: folder.into(), path: path.to_owned(), counted: Mutex::default() })
    }

    /// Writes a file of a plugin, unless there are `most` already. No link is followed, and no file is replaced.
    pub(super) fn write(
        &self,
        plugin: &str,
        most: usize,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<PathBuf, DumpError> {
        let name = name(plugin);
        let path = self.path.join(&name);
        let failed = |source: io::Error| match source.kind() {
            io::ErrorKind::TimedOut => DumpError::Slow { limit: TIME },
            _ => DumpError::Io { what: format!("write {}", path.display()), source },
        };
        let unfinished = format!("{name}{UNFINISHED}");
        let file = self.create(&unfinished, most).map_err(failed)?.ok_or(DumpError::Full { files: most })?;
        let mut file = BufWriter::new(file);
        let written = write(&mut file)
            .and_then(|()| file.flush())
            .and_then(|()| Ok(renameat_with(&self.folder, &unfinished, &self.folder, &name, RenameFlags::NOREPLACE)?));
        if let Err(error) = written {
            // What is wrong with the file is told. That it can't be removed either says nothing new.
            let _ = unlinkat(&self.folder, &unfinished, AtFlags::empty());
            return Err(failed(error));
        }
        Ok(path)
    }

    /// A new file. `None` if there are `most` dumps already.
    fn create(&self, name: &str, most: usize) -> io::Result<Option<File>> {
        let _counted = lock(&self.counted);
        if self.count()? >= most {
            return Ok(None);
        }
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        Ok(Some(openat(&self.folder, name, flags, Mode::RUSR | Mode::WUSR)?.into()))
    }

    /// How many dumps there are, and how many are being written.
    fn count(&self) -> io::Result<usize> {
        let is_dump = |name: &str| name.strip_suffix(UNFINISHED).unwrap_or(name).ends_with(EXTENSION);
        let mut count = 0;
        for entry in Dir::read_from(&self.folder)? {
            count += usize::from(entry?.file_name().to_str().is_ok_and(is_dump));
        }
        Ok(count)
    }
}

/// A name that no other dump has: the plugin's, the second, the process, and a number of the process's own.
fn name(plugin: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || letter == '_' { letter } else { '-' };
    let plugin: String = plugin.chars().take(MAX_NAME).map(plain).collect();
    let time = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs();
    let (process, count) = (std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    format!("{plugin}.{time}.{process}.{count}{EXTENSION}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    fn files(path: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(path).expect("it is a folder");
        entries.map(|entry| entry.expect("it is there").file_name().into_string().expect("it is text")).collect()
    }

    #[test]
    fn a_dump_is_whole_or_not_there() {
        let parent = tempfile::tempdir().expect("there is a disk");
        let path = parent.path().join("new/dumps");
        let folder = Folder::make(&path).expect("it can be made");
        let failing = folder.write("p", 2, |file| {
            file.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(matches!(failing, Err(DumpError::Io { .. })), "{failing:?}");
        let late = folder.write("p", 2, |_| Err(io::ErrorKind::TimedOut.into()));
        assert!(matches!(late, Err(DumpError::Slow { .. })), "{late:?}");
        assert_eq!(files(&path), Vec::<String>::new());

        let file = folder.write("../p/\u{e9}", 2, |file| file.write_all(b"whole")).expect("it can be written");
        assert_eq!(file.parent(), Some(&*path), "{}", file.display());
        assert_eq!(std::fs::read(&file).expect("it is there"), b"whole");
        assert_eq!(std::fs::metadata(&file).expect("it is there").permissions().mode() & 0o777, 0o600);
        folder.write("p", 2, |_| Ok(())).expect("there is room for another");
        let full = folder.write("p", 2, |_| Ok(()));
        assert!(matches!(full, Err(DumpError::Full { files: 2 })), "{full:?}");
    }

    #[test]
    fn the_folder_is_the_one_that_was_opened() {
        let parent = tempfile::tempdir().expect("there is a disk");
        let [path, moved, other] = ["dumps", "moved", "other"].map(|name| parent.path().join(name));
        std::fs::create_dir(&other).expect("there is a disk");
        let folder = Folder::make(&path).expect("it can be made");
        std::fs::rename(&path, &moved).expect("it is there");
        symlink(&other, &path).expect("there is a disk");
        folder.write("p", 2, |_| Ok(())).expect("it can be written");
        assert_eq!((files(&moved).len(), files(&other).len()), (1, 0));
    }
}

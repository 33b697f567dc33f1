//! The cache's folder. Nobody else can write there. The folder stays open, so moving it later changes nothing for this
//! process.

use crate::code::artifact::read_whole;
use crate::error::CacheError;
use bytes::Bytes;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, renameat, statat, unlinkat};
use std::fs::{DirBuilder, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

/// The mode bits that let others than the owner write.
const OTHERS_WRITE: u32 = 0o022;

/// The name of a file ends with this while the file is being written.
const UNFINISHED: &str = ".tmp";

/// A folder that only the user of this process can write to.
#[derive(Debug)]
pub(super) struct Folder(File);

/// A file in the folder.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) size: u64,
    pub(super) modified: SystemTime,
}

impl Folder {
    /// Opens the folder, if there is one.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, CacheError> {
        let failed = |source| CacheError::Io { what: format!("open the cache {}", path.display()), source };
        let folder = match File::open(path) {
            Ok(folder) => folder,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        let metadata = folder.metadata().map_err(failed)?;
        if !metadata.is_dir() {
            return Err(failed(io::ErrorKind::NotADirectory.into()));
        }
        let path = path.to_owned();
        if metadata.uid() != user() {
            return Err(CacheError::NotOurs { folder: path, owner: metadata.uid(), user: user() });
        }
        if metadata.mode() & OTHERS_WRITE != 0 {
            return Err(CacheError::OthersCanWrite { folder: path, mode: metadata.mode() & 0o777 });
        }
        Ok(Some(Self(folder)))
    }

    /// Opens the folder. Makes it if there is none.
    pub(super) fn make(path: &Path) -> Result<Self, CacheError> {
        let failed = |source| CacheError::Io { what: format!("make the cache {}", path.display()), source };
        if let Some(folder) = Self::open(path)? {
            return Ok(folder);
        }
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed)?;
        Self::open(path)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }

    /// Opens a file, if there is one. It must be a regular file that only this user can write. A link is not followed,
    /// because it could lead out of the folder. A pipe is not waited for.
    pub(super) fn file(&self, name: &str) -> io::Result<Option<File>> {
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let file = match openat(&self.0, name, flags, Mode::empty()) {
            Ok(file) => File::from(file),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let is_ours = |file: &Metadata| file.is_file() && file.uid() == user() && file.mode() & OTHERS_WRITE == 0;
        if is_ours(&file.metadata()?) {
            Ok(Some(file))
        } else {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is not a file of this user's alone"))
        }
    }

    /// Reads a file, if there is one, and marks the file as used.
    pub(super) fn read(&self, name: &str) -> io::Result<Option<Bytes>> {
        let Some(file) = self.file(name)? else { return Ok(None) };
        let bytes = read_whole(&file)?;
        // Where the time can't be written, nothing is evicted either.
        let _ = file.set_modified(SystemTime::now());
        Ok(Some(bytes))
    }

    /// Writes a file, and replaces a file that may be there.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // In containers that share the folder, two processes can have the same number. Then one of them doesn't write.
        let unfinished = format!("{name}.{}.{count}{UNFINISHED}", std::process::id());
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(openat(&self.0, &unfinished, flags, Mode::RUSR | Mode::WUSR)?);
        let written = file.write_all(bytes).and_then(|()| Ok(renameat(&self.0, &unfinished, &self.0, name)?));
        if written.is_err() {
            self.remove(&unfinished)?;
        }
        written
    }

    /// Removes a file, if there is one.
    pub(super) fn remove(&self, name: &str) -> io::Result<()> {
        match unlinkat(&self.0, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// All regular files in the folder.
    pub(super) fn list(&self) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        for entry in Dir::read_from(&self.0)? {
            let entry = entry?;
            let Ok(name) = entry.file_name().to_str() else { continue };
            // Others may remove the file meanwhile.
            let Ok(stat) = statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
            if FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile {
                let since_epoch = Duration::new(stat.st_mtime.try_into().unwrap_or(0), stat.st_mtime_nsec as u32);
                let modified = SystemTime::UNIX_EPOCH + since_epoch;
                listed.push(Listed { name: name.to_owned(), size: stat.st_size.try_into().unwrap_or(0), modified });
            }
        }
        Ok(listed)
    }

    /// Runs `run`, unless another process or another thread is in here.
    pub(super) fn alone<T>(&self, run: impl FnOnce() -> io::Result<T>) -> io::Result<Option<T>> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = File::from(openat(&self.0, "lock", flags, Mode::RUSR | Mode::WUSR)?);
        let mut lock = fd_lock::RwLock::new(file);
        match lock.try_write() {
            Ok(_guard) => run().map(Some),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Listed {
    /// Whether the file was still being written when it was last changed.
    pub(super) fn is_unfinished(&self) -> bool {
        self.name.ends_with(UNFINISHED)
    }
}

/// The user whose rights this process has.
fn user() -> u32 {
    // SAFETY: this takes nothing, touches no memory and can't fail.
    unsafe { libc::geteuid() }
}

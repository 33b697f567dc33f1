//! A file in memory.

use super::chunks::Chunks;
use crate::sandbox::files::content::Content;
use crate::sandbox::files::space::Space;
use crate::sync::lock::lock;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;
use virtual_fs::{FileType, Metadata, Result};

/// A file. All clones are the same file. Its bytes stay until the last name and the last handle are gone.
#[derive(Clone, Debug)]
pub(super) struct MemoryFile(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    chunks: Chunks,
    accessed: u64,
    modified: u64,
    created: u64,
}

impl MemoryFile {
    pub(super) fn new(space: &Space) -> Self {
        let created = now();
        let inner = Inner { chunks: Chunks::new(space), accessed: created, modified: created, created };
        Self(Arc::new(Mutex::new(inner)))
    }
}

impl Content for MemoryFile {
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        Ok(lock(&self.0).chunks.read(into, at))
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<usize> {
        let mut inner = lock(&self.0);
        let written = inner.chunks.write(bytes, at);
        if written == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        inner.modified = now();
        Ok(written)
    }

    fn metadata(&self) -> Result<Metadata> {
        let inner = lock(&self.0);
        let Inner { accessed, modified, created, .. } = *inner;
        Ok(Metadata { ft: FileType::new_file(), accessed, created, modified, len: inner.chunks.len() })
    }

    fn set_len(&self, len: u64) -> Result<()> {
        let mut inner = lock(&self.0);
        inner.chunks.set_len(len);
        inner.modified = now();
        Ok(())
    }

    fn set_times(&self, accessed: Option<u64>, modified: Option<u64>) -> Result<()> {
        let mut inner = lock(&self.0);
        inner.accessed = accessed.unwrap_or(inner.accessed);
        inner.modified = modified.unwrap_or(inner.modified);
        Ok(())
    }
}

/// The time now, in nanoseconds since 1970.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_nanos() as u64
}

//! Compiled modules as bytes. A cache keeps them, and they can be shipped in place of WebAssembly.
//!
//! An artifact is machine code. Its hashes find damage. Its origin says for which host it is. But nothing can find out
//! whether the code is harmless. So anybody can read an artifact, and whoever runs it has to vouch for it.

mod aligned;
mod format;
mod origin;
mod outline;
mod raise;

pub(crate) use format::{Header, MAGIC, is_artifact, with_header};
pub(crate) use origin::CacheKey;
pub use origin::Origin;

use crate::error::{ArtifactError, LoadError};
use aligned::{ALIGNMENT, Aligned};
use bytes::Bytes;
use format::Body;
use plugix_module::{ModuleInfo, inspect};
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;

/// A compiled module, whole and undamaged. Clones are cheap.
///
/// ```no_run
/// use plugix_host::Engine;
/// use plugix_host::code::Artifact;
///
/// # let engine = Engine::new()?;
/// # let module = engine.load_file("word_count.wasm")?;
/// module.to_artifact()?.write_file("word_count.plugix")?;
/// // On another machine, or in another process:
/// let artifact = Artifact::read_file("word_count.plugix")?;
/// // SAFETY: we wrote the file, and nobody else can write there.
/// let module = unsafe { engine.load_artifact(&artifact) }?; // nothing is compiled
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Artifact {
    header: Arc<Header>,
    /// The bytes of the whole file.
    bytes: Bytes,
    body: Body,
}

impl Artifact {
    /// Reads a file that [`Artifact::write_file`] or `plugix compile` wrote. Nothing in it runs.
    ///
    /// # Errors
    /// [`ArtifactError::Io`] if the file can't be read, and the errors of [`Artifact::from_bytes`].
    pub fn read_file(path: impl AsRef<Path>) -> Result<Self, ArtifactError> {
        let path = path.as_ref();
        let failed = |source| ArtifactError::Io { what: format!("read {}", path.display()), source };
        let read = File::open(path).and_then(|file| read_whole(&file));
        Self::parse(read.map_err(failed)?)
    }

    /// Reads an open file, as [`Artifact::read_file`] does.
    pub(crate) fn read(file: &File) -> Result<Self, ArtifactError> {
        let failed = |source| ArtifactError::Io { what: "read a compiled module".into(), source };
        Self::parse(read_whole(file).map_err(failed)?)
    }

    /// Checks that bytes are an artifact, and undamaged. Nothing in them runs.
    ///
    /// # Errors
    /// [`ArtifactError::NotAnArtifact`], [`ArtifactError::OtherFormat`] or [`ArtifactError::Damaged`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ArtifactError> {
        Self::parse(Aligned::copy_of(bytes).into())
    }

    /// Writes the artifact to a file, and replaces a file that may be there. Whoever opens the file meanwhile finds the
    /// old file or the new one, and nothing in between.
    ///
    /// # Errors
    /// [`ArtifactError::Io`] if the file can't be written.
    pub fn write_file(&self, path: impl AsRef<Path>) -> Result<(), ArtifactError> {
        let path = path.as_ref();
        let mut unfinished = path.as_os_str().to_owned();
        unfinished.push(format!(".{}.tmp", std::process::id()));
        let written = File::create_new(&unfinished)
            .and_then(|mut file| file.write_all(&self.bytes).and_then(|()| file.sync_all()))
            .and_then(|()| std::fs::rename(&unfinished, path));
        written.map_err(|source| {
            // There may be no such file. Then nothing is left behind either.
            let _ = std::fs::remove_file(&unfinished);
            ArtifactError::Io { what: format!("write {}", path.display()), source }
        })
    }

    /// The artifact in memory that nobody can change any more.
    ///
    /// # Errors
    /// If there is no memory or no descriptor for it.
    pub(crate) fn to_sealed_memory(&self) -> io::Result<OwnedFd> {
        let descriptor = memfd_create("plugix-artifact", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
        let mut file = File::from(descriptor);
        file.write_all(&self.bytes)?;
        fcntl_add_seals(&file, SealFlags::SHRINK | SealFlags::GROW | SealFlags::WRITE | SealFlags::SEAL)?;
        Ok(file.into())
    }

    /// The artifact as bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What the module is, what it wants and what it offers. Its WebAssembly says the same.
    ///
    /// # Errors
    /// The variant of [`LoadError`] that says why the artifact's outline can't be read.
    pub fn info(&self) -> Result<ModuleInfo, LoadError> {
        let mut info = inspect(&self.bytes[self.body.outline.clone()])?;
        info.size = usize::try_from(self.header.source_size).unwrap_or(usize::MAX);
        Ok(info)
    }

    /// The name that the module had when it was compiled.
    pub fn name(&self) -> &str {
        &self.header.name
    }

    /// What compiled the module, and for which host.
    pub fn origin(&self) -> &Origin {
        &self.header.origin
    }

    /// The BLAKE3 hash of the WebAssembly that the module was compiled from.
    pub fn source_hash(&self) -> &[u8; 32] {
        &self.header.source
    }

    /// Puts compiled code together with everything that belongs to it.
    pub(crate) fn new(name: &str, origin: Origin, wasm: &[u8], code: &wasmer::Module) -> Result<Self, LoadError> {
        let payload = code.serialize().map_err(|error| LoadError::Engine(error.to_string()))?;
        let bytes = format::seal(name, origin, wasm, &outline::outline(wasm)?, &payload);
        Ok(Self::parse(bytes)?)
    }

    pub(crate) fn parse(bytes: Bytes) -> Result<Self, ArtifactError> {
        let (header, body) = format::open(&bytes)?;
        Ok(Self { header: Arc::new(header), bytes, body })
    }

    /// Whether no instruction of the module changes a table.
    pub(crate) fn keeps_tables(&self) -> bool {
        self.header.keeps_tables
    }

    /// The key under which a cache keeps the module.
    pub(crate) fn key(&self) -> CacheKey {
        self.origin().key(self.source_hash())
    }

    /// The code, ready to run, if it is for hosts like this one. `wasmer` then owns the code.
    ///
    /// # Safety
    /// 1. The artifact is what [`Artifact::new`] made from a module, in this process or in another one.
    pub(crate) unsafe fn code(&self, host: &Origin, wasmer: &wasmer::Engine) -> Result<wasmer::Module, ArtifactError> {
        self.header.origin.check(host)?;
        let payload = self.bytes.slice(self.body.payload.clone());
        assert!(payload.as_ptr().addr().is_multiple_of(ALIGNMENT), "a payload is where its format has it");
        // SAFETY: wasmer checks nothing here (7.4.2: `deserialize` is `deserialize_unchecked`). The bytes are what its
        // `serialize` returned, as the caller promises. Their version, configuration and target fit this engine, as was
        // just checked. They are unchanged, because their hash was right. They begin at an address that suits the
        // archive in them.
        let code = unsafe { wasmer::Module::deserialize(wasmer, payload.clone()) };
        let code = code.map_err(|error| ArtifactError::Engine(error.to_string()))?;
        if self.header.origin.is_optimized() {
            // SAFETY: the code was just made of this payload.
            unsafe { raise::replace(&code, &payload) }?;
        }
        Ok(code)
    }
}

/// Reads a regular file. Other kinds of files may have no end.
pub(crate) fn read_whole(file: &File) -> io::Result<Bytes> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let len = usize::try_from(metadata.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let mut bytes = Aligned::zeroed(len);
    // Where the file is read from is no other reader's business, if others have it open.
    file.read_exact_at(bytes.as_mut(), 0)?;
    Ok(bytes.into())
}

impl fmt::Debug for Artifact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Artifact").field("header", &self.header).field("len", &self.bytes.len()).finish_non_exhaustive()
    }
}

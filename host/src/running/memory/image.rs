//! A copy of memory that the kernel keeps, and from which memory is mapped copy-on-write: a page costs something when it
//! is written to, and nothing before.

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, memfd_create};
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd as _;
use std::ptr::{self, NonNull};

/// A file in memory that nobody changes any more.
#[derive(Debug)]
pub(super) struct Image {
    file: Option<File>,
    /// The file as the host reads it.
    bytes: NonNull<u8>,
    len: usize,
}

// SAFETY: the mapping is the image's own, and nobody writes to it.
unsafe impl Send for Image {}
// SAFETY: as above.
unsafe impl Sync for Image {}

impl Image {
    /// An image of `len` bytes, which `write` writes. `len` is a multiple of the page size, and not zero.
    pub(super) fn new(len: usize, write: impl FnOnce(&File) -> io::Result<()>) -> io::Result<Self> {
        let file = File::from(memfd_create("plugix-image", MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?);
        file.set_len(len as u64)?;
        write(&file)?;
        fcntl_add_seals(&file, SealFlags::WRITE | SealFlags::GROW | SealFlags::SHRINK | SealFlags::SEAL)?;
        // SAFETY: a mapping at a place of the kernel's choice touches nothing that is there.
        let bytes = unsafe { map(ptr::null_mut(), len, libc::PROT_READ, 0, &file, 0) }?;
        Ok(Self { file: Some(file), bytes, len })
    }

    /// Gives the file's descriptor back. What is mapped stays; nothing more can be mapped.
    pub(super) fn close(&mut self) {
        self.file = None;
    }

    /// Maps a part of the image over memory. Whoever writes there writes to a copy of the page. The part begins at
    /// `offset` in the image; all of it is in pages.
    ///
    /// # Safety
    /// `at` is the start of `len` bytes of a mapping that may be read and written, whose contents nobody needs. No code
    /// uses them meanwhile. If this fails, nobody may use them ever again: there may be no mapping any more.
    pub(super) unsafe fn map_over(&self, at: *mut u8, len: usize, offset: usize) -> io::Result<()> {
        let file = self.file.as_ref().ok_or(io::ErrorKind::Unsupported)?;
        // SAFETY: the caller gives the place away.
        unsafe { map(at, len, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_FIXED, file, offset) }.map(drop)
    }

    /// The bytes from `offset` on. There are `len - offset` of them, for as long as the image lives.
    pub(super) fn at(&self, offset: usize) -> *const u8 {
        assert!(offset < self.len);
        // SAFETY: it is in the mapping.
        unsafe { self.bytes.as_ptr().add(offset) }
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // SAFETY: the mapping is the image's own.
        unsafe { libc::munmap(self.bytes.as_ptr().cast(), self.len) };
    }
}

/// Makes memory that nobody needs any more what it is before it is first written to.
///
/// # Safety
/// `at` is the start of `len` bytes of whole pages, privately mapped, whose contents nobody needs, and which no code uses
/// meanwhile.
pub(super) unsafe fn give_back(at: *mut u8, len: usize) -> io::Result<()> {
    // SAFETY: as the caller promises.
    match unsafe { libc::madvise(at.cast(), len, libc::MADV_DONTNEED) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// # Safety
/// As for `mmap`: with `MAP_FIXED`, `at` is the caller's to give away.
unsafe fn map(at: *mut u8, len: usize, rights: i32, more: i32, file: &File, offset: usize) -> io::Result<NonNull<u8>> {
    let offset = libc::off_t::try_from(offset).map_err(io::Error::other)?;
    // SAFETY: the caller promises it.
    let mapped = unsafe { libc::mmap(at.cast(), len, rights, libc::MAP_PRIVATE | more, file.as_raw_fd(), offset) };
    match NonNull::new(mapped) {
        Some(mapped) if mapped.as_ptr() != libc::MAP_FAILED => Ok(mapped.cast()),
        _ => Err(io::Error::last_os_error()),
    }
}

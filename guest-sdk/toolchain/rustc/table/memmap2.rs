//! Maps of files, as copies: WebAssembly has one memory, and nothing else can be put into it. A map has what the file
//! had when it was made. What is written to it goes into the file when it is flushed, and when it is dropped.

use std::alloc::{alloc_zeroed, dealloc, Layout};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ptr::NonNull;

const PAGE: usize = 65536;

pub struct MmapInner {
    memory: NonNull<u8>,
    len: usize,
    /// Where what is written goes, if it does.
    file: Option<(File, u64)>,
}

// SAFETY: nobody else has the memory.
unsafe impl Send for MmapInner {}
// SAFETY: as above.
unsafe impl Sync for MmapInner {}

impl MmapInner {
    fn layout(len: usize) -> io::Result<Layout> {
        Layout::from_size_align(len.max(1), PAGE).map_err(|_| io::ErrorKind::OutOfMemory.into())
    }

    fn new(len: usize) -> io::Result<MmapInner> {
        // SAFETY: the length isn't 0.
        let memory = NonNull::new(unsafe { alloc_zeroed(Self::layout(len)?) }).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(MmapInner { memory, len, file: None })
    }

    fn read(len: usize, mut file: &File, offset: u64) -> io::Result<MmapInner> {
        let map = Self::new(len)?;
        // SAFETY: the memory is the map's, and as long.
        let mut rest = unsafe { std::slice::from_raw_parts_mut(map.memory.as_ptr(), len) };
        let before = file.stream_position()?;
        file.seek(SeekFrom::Start(offset))?;
        // Behind the file's end, there are zeros.
        while !rest.is_empty() {
            match file.read(rest) {
                Ok(0) => break,
                Ok(count) => rest = &mut rest[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        file.seek(SeekFrom::Start(before))?;
        Ok(map)
    }

    pub fn map(len: usize, file: &File, offset: u64, _: bool, _: bool, _: bool) -> io::Result<MmapInner> {
        Self::read(len, file, offset)
    }

    pub fn map_exec(_: usize, _: &File, _: u64, _: bool, _: bool, _: bool) -> io::Result<MmapInner> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn map_mut(len: usize, file: &File, offset: u64, _: bool, _: bool, _: bool) -> io::Result<MmapInner> {
        let map = Self::read(len, file, offset)?;
        Ok(MmapInner { file: Some((file.try_clone()?, offset)), ..map })
    }

    pub fn map_copy(len: usize, file: &File, offset: u64, _: bool, _: bool, _: bool) -> io::Result<MmapInner> {
        Self::read(len, file, offset)
    }

    pub fn map_copy_read_only(
        len: usize,
        file: &File,
        offset: u64,
        _: bool,
        _: bool,
        _: bool,
    ) -> io::Result<MmapInner> {
        Self::read(len, file, offset)
    }

    pub fn map_anon(len: usize, _: bool, _: bool, _: Option<u8>, _: bool) -> io::Result<MmapInner> {
        Self::new(len)
    }

    pub fn flush(&self, offset: usize, len: usize) -> io::Result<()> {
        let Some((mut file, start)) = self.file.as_ref().map(|(file, start)| (file, start)) else { return Ok(()) };
        // No more than the file has: a map doesn't make it longer.
        let end = (file.metadata()?.len().saturating_sub(*start)).min((offset + len).min(self.len) as u64) as usize;
        if offset >= end {
            return Ok(());
        }
        // SAFETY: the memory is the map's, and as long.
        let bytes = unsafe { std::slice::from_raw_parts(self.memory.as_ptr().add(offset), end - offset) };
        let before = file.stream_position()?;
        file.seek(SeekFrom::Start(start + offset as u64))?;
        let written = file.write_all(bytes);
        file.seek(SeekFrom::Start(before))?;
        written?;
        file.sync_data()
    }

    pub fn flush_async(&self, offset: usize, len: usize) -> io::Result<()> {
        self.flush(offset, len)
    }

    pub fn make_read_only(&mut self) -> io::Result<()> {
        self.flush(0, self.len)
    }

    pub fn make_exec(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn make_mut(&mut self) -> io::Result<()> {
        Ok(())
    }

    #[inline]
    pub fn ptr(&self) -> *const u8 {
        self.memory.as_ptr()
    }

    #[inline]
    pub fn mut_ptr(&mut self) -> *mut u8 {
        self.memory.as_ptr()
    }

    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn check_safe_to_map(_: &File, _: u64, _: usize) -> Result<(), crate::MapIfSafeError> {
        Err(crate::MapIfSafeError::new_not_supported())
    }
}

impl Drop for MmapInner {
    fn drop(&mut self) {
        // As with a real map, nobody is told if it fails.
        let _ = self.flush(0, self.len);
        if let Ok(layout) = Self::layout(self.len) {
            // SAFETY: it was allocated with this layout.
            unsafe { dealloc(self.memory.as_ptr(), layout) };
        }
    }
}

pub fn file_len(file: &File) -> io::Result<u64> {
    Ok(file.metadata()?.len())
}

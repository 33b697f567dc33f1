//! Reads debug information, and gives up when that has gone on for too long.

use addr2line::gimli::{EndianSlice, Error, LittleEndian, Reader, ReaderOffsetId, Result};
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Reads that each byte of debug information allows, and what there is besides. A compiler's takes one or two.
const READS_PER_BYTE: u64 = 4;
const READS: u64 = 1 << 20;

/// The most reads. Something of 24 to 40 bytes may be kept for each.
const MOST_READS: u64 = 24 << 20;

/// After how many reads the clock is looked at.
const LOOK: u64 = 1 << 12;

/// How many bytes one read of text is.
const TEXT: usize = 16;

/// What is left to be read.
#[derive(Debug)]
pub(super) struct Budget {
    reads: AtomicU64,
    end: Instant,
}

impl Budget {
    pub(super) fn new(bytes: usize, time: Duration) -> Self {
        let reads = (bytes as u64).saturating_mul(READS_PER_BYTE).saturating_add(READS).min(MOST_READS);
        Self { reads: AtomicU64::new(reads), end: Instant::now() + time }
    }

    fn take(&self, reads: u64) -> Result<()> {
        let left = self.reads.load(Ordering::Relaxed);
        if left < reads {
            return Err(Error::UnexpectedEof(ReaderOffsetId(0)));
        }
        self.reads.store(left - reads, Ordering::Relaxed);
        if left / LOOK != (left - reads) / LOOK && Instant::now() >= self.end {
            self.reads.store(0, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// A section, or a part of one.
#[derive(Clone, Debug)]
pub(super) struct Limited<'a> {
    bytes: EndianSlice<'a, LittleEndian>,
    budget: &'a Budget,
}

impl<'a> Limited<'a> {
    pub(super) fn new(bytes: &'a [u8], budget: &'a Budget) -> Self {
        Self::of(EndianSlice::new(bytes, LittleEndian), budget)
    }

    fn of(bytes: EndianSlice<'a, LittleEndian>, budget: &'a Budget) -> Self {
        Self { bytes, budget }
    }

    fn text(&self, len: usize) -> Result<()> {
        self.budget.take(1 + (len / TEXT) as u64)
    }
}

impl Reader for Limited<'_> {
    type Endian = LittleEndian;
    type Offset = usize;

    fn endian(&self) -> LittleEndian {
        LittleEndian
    }

    fn len(&self) -> usize {
        self.bytes.len()
    }

    fn empty(&mut self) {
        self.bytes.empty();
    }

    fn truncate(&mut self, len: usize) -> Result<()> {
        self.bytes.truncate(len)
    }

    fn offset_from(&self, base: &Self) -> usize {
        self.bytes.offset_from(base.bytes)
    }

    fn offset_id(&self) -> ReaderOffsetId {
        self.bytes.offset_id()
    }

    fn lookup_offset_id(&self, id: ReaderOffsetId) -> Option<usize> {
        self.bytes.lookup_offset_id(id)
    }

    fn find(&self, byte: u8) -> Result<usize> {
        let found = Reader::find(&self.bytes, byte);
        self.text(*found.as_ref().unwrap_or(&self.bytes.len()))?;
        found
    }

    fn skip(&mut self, len: usize) -> Result<()> {
        self.budget.take(1)?;
        self.bytes.skip(len)
    }

    fn split(&mut self, len: usize) -> Result<Self> {
        self.budget.take(1)?;
        Ok(Self::of(self.bytes.split(len)?, self.budget))
    }

    fn to_slice(&self) -> Result<Cow<'_, [u8]>> {
        self.text(self.bytes.len())?;
        self.bytes.to_slice()
    }

    fn to_string(&self) -> Result<Cow<'_, str>> {
        self.text(self.bytes.len())?;
        Reader::to_string(&self.bytes)
    }

    fn to_string_lossy(&self) -> Result<Cow<'_, str>> {
        self.text(self.bytes.len())?;
        Reader::to_string_lossy(&self.bytes)
    }

    fn read_slice(&mut self, buffer: &mut [u8]) -> Result<()> {
        self.budget.take(1)?;
        self.bytes.read_slice(buffer)
    }
}

//! Bytes in memory, in chunks, so that growing copies nothing and holes take nothing.

use crate::files::space::{Space, Taken};
use crate::part::Part;
use crate::{Errno, Result, Thread};
use std::collections::BTreeMap;

/// Bytes of a chunk. It takes all of them of the limit, however many are written.
const CHUNK: usize = 4096;

/// A sequence of bytes. What was never written is zero.
#[derive(Debug)]
pub(super) struct Chunks {
    chunks: BTreeMap<u64, Chunk>,
    len: u64,
    space: Space,
}

#[derive(Debug)]
struct Chunk {
    bytes: Box<[u8; CHUNK]>,
    _taken: Taken,
}

impl Chunks {
    pub(super) fn new(space: &Space) -> Self {
        Self { chunks: BTreeMap::new(), len: 0, space: space.clone() }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Reads up to the end, and returns how many bytes that was.
    pub(super) fn read(&self, into: Part, at: u64) -> usize {
        self.pieces(at, into.len(), |done, piece| {
            into.skip(done).write(piece);
        })
    }

    /// The same, into the host's own memory.
    pub(super) fn copy(&self, into: &mut [u8], at: u64) -> usize {
        self.pieces(at, into.len(), |done, piece| into[done..done + piece.len()].copy_from_slice(piece))
    }

    /// Gives at most `len` bytes piece by piece, each with how many there were before. Returns how many there were.
    fn pieces(&self, at: u64, len: usize, mut take: impl FnMut(usize, &[u8])) -> usize {
        let left = usize::try_from(self.len.saturating_sub(at)).unwrap_or(usize::MAX);
        let len = len.min(left);
        let mut done = 0;
        while done < len {
            let (index, offset) = locate(at + done as u64);
            let piece = (CHUNK - offset).min(len - done);
            let bytes = self.chunks.get(&index).map_or(&[0; CHUNK], |chunk| &chunk.bytes);
            take(done, &bytes[offset..offset + piece]);
            done += piece;
        }
        len
    }

    /// Writes until there is no more space, and returns how many bytes that was.
    pub(super) fn write(&mut self, from: Part, at: u64) -> usize {
        let mut written = 0;
        while written < from.len() {
            let (index, offset) = locate(at + written as u64);
            let piece = (CHUNK - offset).min(from.len() - written);
            let Some(chunk) = self.chunk(index) else { break };
            written += from.skip(written).read(&mut chunk[offset..offset + piece]);
        }
        if written > 0 {
            self.len = self.len.max(at + written as u64);
        }
        written
    }

    /// Cuts off what is behind that, or appends zeros.
    pub(super) fn set_len(&mut self, len: u64) {
        if len < self.len {
            let (index, offset) = locate(len);
            let keeps_part = offset > 0;
            drop(self.chunks.split_off(&(index + u64::from(keeps_part))));
            if let Some(last) = self.chunks.get_mut(&index) {
                last.bytes[offset..].fill(0);
            }
        }
        self.len = len;
    }

    /// Takes the space for what is there from one byte to another. It is given back if there is too little.
    pub(super) fn allocate(&mut self, thread: &Thread, start: u64, end: u64) -> Result<()> {
        let (first, last) = (start / CHUNK as u64, end.div_ceil(CHUNK as u64));
        let missing = (last - first).saturating_sub(self.chunks.range(first..last).count() as u64);
        // Before anything is taken bit by bit.
        drop(Taken::new(&self.space, missing.saturating_mul(CHUNK as u64))?);
        for index in first..last {
            thread.check_stop()?;
            self.chunk(index).ok_or(Errno::Nospc)?;
        }
        self.len = self.len.max(end);
        Ok(())
    }

    /// A chunk, new if need be and if there is space.
    fn chunk(&mut self, index: u64) -> Option<&mut [u8; CHUNK]> {
        use std::collections::btree_map::Entry;
        match self.chunks.entry(index) {
            Entry::Occupied(chunk) => Some(&mut chunk.into_mut().bytes),
            Entry::Vacant(place) => {
                let taken = Taken::new(&self.space, CHUNK as u64).ok()?;
                Some(&mut place.insert(Chunk { bytes: Box::new([0; CHUNK]), _taken: taken }).bytes)
            }
        }
    }
}

/// The chunk that a byte is in, and where.
fn locate(at: u64) -> (u64, usize) {
    (at / CHUNK as u64, (at % CHUNK as u64) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Halt;
    use crate::testing::part;
    use std::sync::Arc;

    fn chunks(limit: usize) -> Chunks {
        Chunks::new(&Space::new(limit as u64, Arc::new(())))
    }

    #[test]
    fn reads_what_was_written_and_zeros_in_between() {
        let mut chunks = chunks(1 << 20);
        let far = 3 * CHUNK as u64 - 2;
        assert_eq!(chunks.write(part(&mut b"abcd".to_vec()), far), 4);
        assert_eq!(chunks.len(), far + 4);
        let mut read = vec![9; 3 * CHUNK + 10];
        assert_eq!(chunks.read(part(&mut read), 0), 3 * CHUNK + 2);
        assert!(read[..far as usize].iter().all(|byte| *byte == 0));
        assert_eq!(&read[far as usize..3 * CHUNK + 2], b"abcd");
        assert_eq!(chunks.read(part(&mut read), far + 4), 0);
        assert_eq!(chunks.read(part(&mut read), u64::MAX), 0);
    }

    #[test]
    fn what_was_cut_off_is_zero_and_free() {
        let mut chunks = chunks(CHUNK);
        assert_eq!(chunks.write(part(&mut [1; 100]), 0), 100);
        assert_eq!(chunks.write(part(&mut [1; 2 * CHUNK]), 0), CHUNK);
        assert_eq!(chunks.write(part(&mut [1; 1]), CHUNK as u64), 0);
        let halt = Halt::new();
        let thread = Thread::new(&halt);
        for end in [CHUNK as u64 + 1, u64::MAX] {
            assert_eq!(chunks.allocate(&thread, 0, end), Err(Errno::Nospc));
        }
        halt.stop();
        assert_eq!(chunks.allocate(&thread, 0, 1), Err(Errno::Canceled));
        chunks.set_len(10);
        chunks.set_len(u64::MAX / 2);
        let mut read = [9; 20];
        assert_eq!(chunks.read(part(&mut read), 0), 20);
        assert_eq!((read[9], read[10]), (1, 0));
        chunks.set_len(0);
        assert_eq!(chunks.write(part(&mut [1; CHUNK]), 10 * CHUNK as u64), CHUNK);
    }
}

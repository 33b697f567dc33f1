//! What is in files.

use super::timed;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

const PIECE: usize = 64 << 10;
const PAGE: usize = 4 << 10;
/// The file that is read at random.
const PAGES: u64 = 4096;
/// Threads that append.
const THREADS: u32 = 4;

fn file(folder: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join("file"))
}

/// Calls with a piece of 64 KiB that begins with a page.
///
/// The kernel copies with one instruction of the processor's. How fast that is depends on where in their pages the bytes
/// lie: at some places it takes six times as long. Allocators put the same piece elsewhere in a plugin than natively.
fn with_piece<T>(work: impl FnOnce(&mut [u8]) -> T) -> T {
    let mut bytes = vec![7; PIECE + PAGE];
    let start = bytes.as_ptr().align_offset(PAGE);
    work(&mut bytes[start..start + PIECE])
}

/// Pieces of 64 KiB, from the beginning again where the file ends.
pub(super) fn in_order(folder: &Path, count: u32) -> io::Result<Duration> {
    with_piece(|piece| read_in_order(folder, count, piece))
}

fn read_in_order(folder: &Path, count: u32, piece: &mut [u8]) -> io::Result<Duration> {
    let mut file = file(folder)?;
    file.set_len(0)?;
    // As much as the cache of the system holds on any machine.
    for _ in 0..count.min(1024) {
        file.write_all(piece)?;
    }
    file.rewind()?;
    timed(count, || {
        if file.read(piece)? == 0 {
            file.rewind()?;
        }
        Ok(())
    })
}

/// Pieces of 64 KiB, over what is there: the disk's own work is no part of it.
pub(super) fn written(folder: &Path, count: u32) -> io::Result<Duration> {
    with_piece(|piece| write_in_order(folder, count, piece))
}

fn write_in_order(folder: &Path, count: u32, piece: &[u8]) -> io::Result<Duration> {
    let mut file = file(folder)?;
    let mut written = 0;
    let mut write = |file: &mut File| {
        if written % 256 == 0 {
            file.rewind()?;
        }
        written += 1;
        file.write_all(piece)
    };
    (0..256).try_for_each(|_| write(&mut file))?;
    timed(count, || write(&mut file))
}

/// Pages of 4 KiB.
pub(super) fn at_random(folder: &Path, count: u32) -> io::Result<Duration> {
    let mut file = file(folder)?;
    file.set_len(PAGES * PAGE as u64)?;
    let mut page = vec![0; PAGE];
    let mut state = 1_u64;
    timed(count, || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        file.seek(SeekFrom::Start((state >> 33) % PAGES * PAGE as u64))?;
        file.read_exact(&mut page)
    })
}

/// Lines of 64 bytes, from four threads.
pub(super) fn appended(folder: &Path, count: u32) -> io::Result<Duration> {
    let path = folder.join("lines");
    File::create(&path)?;
    let start = Instant::now();
    thread::scope(|scope| {
        let append = || {
            let mut file = OpenOptions::new().append(true).open(&path)?;
            (0..count / THREADS).try_for_each(|_| file.write_all(&[b'x'; 64]))
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(append)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().expect("nothing panics"))
    })?;
    Ok(start.elapsed())
}

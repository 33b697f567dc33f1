//! A file as memory, read and written.

use std::fs::{self, File};

fn main() {
    fs::write("/data/file", "hello map").unwrap();
    // SAFETY: nobody else changes the file.
    let map = unsafe { memmap2::Mmap::map(&File::open("/data/file").unwrap()).unwrap() };
    assert_eq!(&map[..], b"hello map");
    let file = File::options().read(true).write(true).open("/data/file").unwrap();
    // SAFETY: as above.
    let mut map = unsafe { memmap2::MmapMut::map_mut(&file).unwrap() };
    map[0] = b'J';
    map.flush().unwrap();
    assert_eq!(fs::read("/data/file").unwrap(), b"Jello map");
    let mut room = memmap2::MmapMut::map_anon(100_000).unwrap();
    room[99_999] = 1;
    assert_eq!(room.iter().map(|byte| u32::from(*byte)).sum::<u32>(), 1);
    println!("ok");
}

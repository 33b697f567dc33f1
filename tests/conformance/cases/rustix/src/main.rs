//! Files and clocks by its own calls.

use rustix::fs::{FileType, Mode, OFlags};

fn main() {
    let file = rustix::fs::open("/data/file", OFlags::CREATE | OFlags::RDWR | OFlags::CLOEXEC, Mode::RUSR).unwrap();
    assert_eq!(rustix::io::write(&file, b"text").unwrap(), 4);
    let stat = rustix::fs::fstat(&file).unwrap();
    assert_eq!((stat.st_size, FileType::from_raw_mode(stat.st_mode)), (4, FileType::RegularFile));
    println!("ok");
}

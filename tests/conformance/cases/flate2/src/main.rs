//! Compressing, and back.

use std::io::{Read, Write};

fn main() {
    let text = b"text and more text ".repeat(10_000);
    let mut packing = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packing.write_all(&text).unwrap();
    let packed = packing.finish().unwrap();
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, text);
    println!("ok");
}

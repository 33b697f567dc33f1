//! Compressing a file, and back.

use std::fs::File;
use std::io::{Read, Write};

fn main() {
    let text: Vec<u8> = (0..200_000_u32).flat_map(|number| (number / 50).to_string().into_bytes()).collect();
    let mut encoder = lz4_flex::frame::FrameEncoder::new(File::create("/data/text.lz4").unwrap());
    encoder.write_all(&text).unwrap();
    encoder.finish().unwrap();
    let file = File::open("/data/text.lz4").unwrap();
    assert!(file.metadata().unwrap().len() < text.len() as u64 / 2);
    let mut back = Vec::new();
    lz4_flex::frame::FrameDecoder::new(file).read_to_end(&mut back).unwrap();
    assert!(back == text);
    let block = lz4_flex::compress_prepend_size(&text);
    assert!(lz4_flex::decompress_size_prepended(&block).unwrap() == text);
    lz4_flex::decompress_size_prepended(&block[..block.len() / 2]).unwrap_err();
    println!("ok");
}

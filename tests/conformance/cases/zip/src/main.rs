//! An archive with C's and Rust's compression.

use std::io::{Cursor, Read, Write};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

fn main() {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated, CompressionMethod::Zstd] {
        let options = SimpleFileOptions::default().compression_method(method);
        archive.start_file(method.to_string(), options).unwrap();
        archive.write_all(b"hello").unwrap();
    }
    let mut archive = zip::ZipArchive::new(archive.finish().unwrap()).unwrap();
    for index in 0..3 {
        let mut text = String::new();
        archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "hello");
    }
    println!("ok");
}

//! Compressing, and back.

fn main() {
    let text = b"text and more text ".repeat(10_000);
    let packed = zstd::encode_all(&text[..], 19).unwrap();
    assert!(packed.len() < 1000);
    assert_eq!(zstd::decode_all(&packed[..]).unwrap(), text);
    println!("ok");
}

//! Compressing, and back.

fn main() {
    let text = b"text and more text ".repeat(1000);
    let (mut packed, mut unpacked) = (Vec::new(), Vec::new());
    brotli::BrotliCompress(&mut &text[..], &mut packed, &Default::default()).unwrap();
    brotli::BrotliDecompress(&mut &packed[..], &mut unpacked).unwrap();
    assert_eq!(unpacked, text);
    println!("ok");
}

//! A picture, written and read.

use image::{ImageFormat, Rgb, RgbImage};

fn main() {
    let picture = RgbImage::from_fn(64, 32, |x, y| Rgb([x as u8, y as u8, 7]));
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Jpeg] {
        let path = format!("/data/picture.{}", format.extensions_str()[0]);
        picture.save_with_format(&path, format).unwrap();
        let read = image::open(&path).unwrap().into_rgb8();
        assert_eq!(read.dimensions(), (64, 32));
        assert!(format == ImageFormat::Jpeg || read == picture);
    }
    println!("ok");
}

//! A drawing, rendered to a picture in a file.

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};

fn main() {
    let drawing = r##"<svg xmlns="http://www.w3.org/2000/svg" width="100" height="80">
        <linearGradient id="g"><stop stop-color="#f00"/><stop offset="1" stop-color="#00f"/></linearGradient>
        <rect width="100" height="80" fill="url(#g)"/>
        <circle cx="50" cy="40" r="20" fill="#0f0" stroke="none"/>
    </svg>"##;
    let tree = Tree::from_str(drawing, &Options::default()).unwrap();
    let mut pixels = Pixmap::new(200, 160).unwrap();
    resvg::render(&tree, Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
    pixels.save_png("/data/drawing.png").unwrap();
    let picture = Pixmap::load_png("/data/drawing.png").unwrap();
    let colour = |x, y| {
        let pixel = picture.pixel(x, y).unwrap();
        (pixel.red(), pixel.green(), pixel.blue())
    };
    assert_eq!((picture.width(), picture.height()), (200, 160));
    assert_eq!(colour(100, 80), (0, 255, 0));
    assert!(colour(1, 1).0 > 240 && colour(198, 158).2 > 240);
    println!("ok");
}

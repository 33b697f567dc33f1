//! A picture, rendered by a plugin with rayon.

use crate::Demo;
use crate::compare::compare;
use crate::table::Row;
use anyhow::Context as _;
use mandelbrot_interface::{Mandelbrot, Rgba, View};
use plugix_host::{Plugin, Policy};
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::time::Instant;

/// A small copy of the whole set, where two spirals meet in the valley of the seahorses.
const VIEW: View = View { re: -0.743_643_8, im: 0.131_825_9, span: 1.2e-4, width: 1600, height: 1200, steps: 1500 };

/// The same in small, for taking the time.
const SMALL: View = View { width: 480, height: 360, ..VIEW };

pub(crate) fn run(demo: &Demo) -> anyhow::Result<Row> {
    let plugin = Plugin::new(&demo.module("mandelbrot")?, &Policy::new())?;
    let renderer = plugin.bind::<dyn Mandelbrot>()?;

    let start = Instant::now();
    let picture = renderer.render(&VIEW, demo.threads)?;
    let path = demo.results.join("mandelbrot.png");
    println!("  {}: {}×{} pixels, rendered in {:.1?}", path.display(), VIEW.width, VIEW.height, start.elapsed());
    write_png(&path, &VIEW, &picture).with_context(|| format!("can't write {}", path.display()))?;

    let times = compare(demo.threads, |threads| renderer.render(&SMALL, threads))?;
    let what = format!("render {}×{} pixels", SMALL.width, SMALL.height);
    Ok(Row::new("mandelbrot", what, format!("{} KB of pixels", times.result.len() * size_of::<Rgba>() / 1000), &times))
}

fn write_png(path: &Path, view: &View, picture: &[Rgba]) -> anyhow::Result<()> {
    let mut encoder = png::Encoder::new(BufWriter::new(File::create(path)?), view.width, view.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(bytemuck::cast_slice(picture))?;
    Ok(writer.finish()?)
}

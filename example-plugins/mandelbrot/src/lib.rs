//! Renders the Mandelbrot set, on several threads.

mod colour;
mod fractal;

use colour::Colour;
use fractal::Point;
use mandelbrot_interface::{Mandelbrot, RenderError, Rgba, View};
use plugix_guest::abi::PodVec;
use plugix_guest::{Plugin, plugin};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use std::error::Error;

/// Pixels that a picture may have.
const LIMIT: u64 = 64 << 20;

/// Each pixel is the mean of this many points squared. That makes edges smooth.
const GRID: u32 = 2;

struct Renderer;

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Renderer {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl Mandelbrot for Renderer {
    fn render(&self, view: &View, threads: u32) -> Result<PodVec<Rgba>, RenderError> {
        let pixels = u64::from(view.width) * u64::from(view.height);
        if pixels > LIMIT {
            return Err(RenderError::TooLarge { pixels, limit: LIMIT });
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads.max(1) as usize)
            .build()
            .map_err(|error| RenderError::NoThreads { threads, problem: error.to_string() })?;
        let row = |y| (0..view.width).map(move |x| pixel(view, x, y));
        let picture: Vec<Rgba> = pool.install(|| (0..view.height).into_par_iter().flat_map_iter(row).collect());
        Ok(picture.into())
    }
}

fn pixel(view: &View, x: u32, y: u32) -> Rgba {
    let scale = view.span / f64::from(view.width);
    let left = view.re - view.span / 2.0;
    let top = view.im + scale * f64::from(view.height) / 2.0;
    let within = |step: u32| (f64::from(step) + 0.5) / f64::from(GRID);
    let mut sum = Colour::BLACK;
    for (i, j) in (0..GRID).flat_map(|i| (0..GRID).map(move |j| (i, j))) {
        let c = Point { re: left + scale * (f64::from(x) + within(i)), im: top - scale * (f64::from(y) + within(j)) };
        sum += fractal::escape(c, view.steps).map_or(Colour::BLACK, |escape| Colour::from_escape(&escape));
    }
    (sum * (1.0 / (GRID * GRID) as f32)).into()
}

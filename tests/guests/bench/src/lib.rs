//! The plugin that the benches call.

use plugix_e2e_contract::bench::{Bench, Point, Word};
use plugix_e2e_contract::host::Adder;
use plugix_guest::abi::PodVec;
use plugix_guest::{Plugin, host, plugin, uses};
use std::error::Error;
use std::hint::black_box;

uses!(Adder);

struct Benched {
    points: Vec<Point>,
}

impl Benched {
    fn copy(&self, count: u32) -> Vec<Point> {
        self.points[..count as usize].to_vec()
    }
}

#[plugin(description = "Does as little as can be")]
impl Plugin for Benched {
    /// How many points there are.
    type Config = u32;

    fn new(points: u32) -> Result<Self, Box<dyn Error>> {
        let point = |i: u32| Point { x: i as f32, y: 1.0, z: 2.0, w: 3.0 };
        Ok(Self { points: (0..points).map(point).collect() })
    }
}

#[plugin]
impl Bench for Benched {
    fn nothing(&self) {}

    fn add(&self, a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn points(&self, count: u32) -> PodVec<Point> {
        self.copy(count).into()
    }

    fn make_points(&self, count: u32) -> u32 {
        black_box(self.copy(count)).len() as u32
    }

    fn call_host(&self, count: u32) -> u32 {
        let adder = host::<dyn Adder>();
        (0..count).fold(0, |sum, i| adder.add(sum, i).expect("the host adds"))
    }

    fn words(&self, count: u32) -> Vec<Word> {
        vec![Word(String::new()); count as usize]
    }

    fn give_words(&self, count: u32) {
        loop {
            let _ = host::<dyn Adder>().take(self.words(count));
        }
    }
}

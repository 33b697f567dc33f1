//! Random numbers: splitmix64, by Sebastiano Vigna. The same seed gives the same ones.

/// A chain of random numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

/// Numbers at which code changes its mind.
const EDGES: [u32; 16] = [0, 1, 2, 3, 4, 7, 8, 48, 255, 256, 4_096, 65_535, 65_536, i32::MAX as u32, 1 << 31, u32::MAX];

impl Random {
    /// Begins with a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn any(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another, which isn't 0.
    pub fn below(&mut self, end: u32) -> u32 {
        (self.any() % u64::from(end)) as u32
    }

    /// True once in so many times.
    pub fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    /// One of some things.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u32) as usize]
    }

    /// A number that something may be wrong with.
    pub fn edge(&mut self) -> u32 {
        match self.below(4) {
            0 => self.any() as u32,
            _ => self.pick(&EDGES),
        }
    }
}

//! Makes inputs out of others.

/// Bytes that readers of lengths and tags trip over.
const INTERESTING: [u8; 10] = [0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff, b'{', 0x25];

/// The longest input.
const MAX_LEN: usize = 1 << 12;

/// A chain of changes: splitmix64, by Sebastiano Vigna.
pub(crate) struct Changes(u64);

impl Changes {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another; 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    fn byte(&mut self) -> u8 {
        match self.below(2) {
            0 => INTERESTING[self.below(INTERESTING.len())],
            _ => self.next() as u8,
        }
    }

    /// One of the inputs with a few changes.
    pub(crate) fn change(&mut self, inputs: &[Vec<u8>]) -> Vec<u8> {
        let mut input = inputs[self.below(inputs.len())].clone();
        for _ in 0..=self.below(4) {
            self.change_once(&mut input, inputs);
        }
        input.truncate(MAX_LEN);
        input
    }

    fn change_once(&mut self, input: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let at = self.below(input.len());
        let end = (at + 1 + self.below(16)).min(input.len());
        match self.below(8) {
            0 => input.insert(at, self.byte()),
            1 => input.truncate(at),
            2 => drop(input.drain(at..end)),
            3 => {
                // A part once more.
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            4 => {
                // The end of another.
                let other = &inputs[self.below(inputs.len())];
                input.truncate(at);
                input.extend_from_slice(&other[self.below(other.len() + 1)..]);
            }
            5 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            6 if !input.is_empty() => input[at] = input[at].wrapping_add(1).wrapping_sub(2 * self.below(2) as u8),
            _ if !input.is_empty() => input[at] = self.byte(),
            _ => input.push(self.byte()),
        }
    }
}

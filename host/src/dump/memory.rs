//! Which parts of a memory are dumped.

use std::ops::Range;
use std::time::Instant;

/// The pages that are left out if they are zeroes, in bytes: those of WebAssembly. So the largest memory has few enough
/// parts for the tools that read them.
pub(super) const PAGE: usize = 64 << 10;

/// A memory that can be copied from.
pub(crate) trait Memory {
    /// The size in bytes, a multiple of WebAssembly's page size. It doesn't change.
    fn size(&self) -> u64;

    /// Copies from `at` on. All of it lies in the memory.
    fn read(&self, at: u64, room: &mut [u8]);
}

/// The parts that are dumped.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// In order, in whole pages.
    pub(super) ranges: Vec<Range<u64>>,
    /// How many bytes are left out. They may be zeroes.
    pub(super) left_out: u64,
}

impl Parts {
    /// Those that are not zeroes, but not more than `most` bytes, and none that are found too late.
    pub(super) fn of(memory: &dyn Memory, most: u64, until: Instant) -> Self {
        let mut parts = Self::default();
        let mut page = vec![0; PAGE];
        let (mut left, size) = (most, memory.size());
        for at in (0..size).step_by(PAGE) {
            if Instant::now() > until {
                parts.left_out += size - at;
                break;
            }
            memory.read(at, &mut page);
            if page.iter().all(|byte| *byte == 0) {
                continue;
            }
            if left < PAGE as u64 {
                parts.left_out += PAGE as u64;
                continue;
            }
            left -= PAGE as u64;
            let end = at + PAGE as u64;
            match parts.ranges.last_mut() {
                Some(last) if last.end == at => last.end = end,
                _ => parts.ranges.push(at..end),
            }
        }
        parts
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::time::Duration;

    /// A memory of pages that are full of a byte.
    pub(in crate::dump) struct Pages(pub(in crate::dump) Vec<u8>);

    impl Memory for Pages {
        fn size(&self) -> u64 {
            (self.0.len() * PAGE) as u64
        }

        fn read(&self, at: u64, room: &mut [u8]) {
            for (at, byte) in (at..).zip(room) {
                *byte = self.0[at as usize / PAGE];
            }
        }
    }

    #[test]
    fn zeroes_and_what_is_too_much_are_left_out() {
        let soon = Instant::now() + Duration::from_secs(60);
        let memory = Pages(vec![0, 1, 2, 0, 0, 3, 4]);
        let page = PAGE as u64;
        let all = Parts::of(&memory, u64::MAX, soon);
        assert_eq!(all, Parts { ranges: vec![page..3 * page, 5 * page..7 * page], left_out: 0 });
        let some = Parts::of(&memory, 3 * page + 1, soon);
        assert_eq!(some, Parts { ranges: vec![page..3 * page, 5 * page..6 * page], left_out: page });
        let late = Parts::of(&memory, u64::MAX, Instant::now() - Duration::from_millis(1));
        assert_eq!(late, Parts { ranges: vec![], left_out: 7 * page });
    }
}

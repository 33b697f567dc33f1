//! Which parts of a file are locked, as the kernel has them, so that their number has a limit.

use crate::system::lock::Lock;
use crate::{Errno, Result};

/// The most parts of one file that a plugin locks. The kernel has no limit of its own: each part takes some of its memory,
/// and time of every later lock.
pub(super) const MOST: usize = 1024;

/// Parts that are locked, in their order. None overlap, and neighbours of one kind are one part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parts(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    start: u64,
    /// The first byte that is not in it.
    end: u64,
    lock: Lock,
}

impl Parts {
    /// What they are after a lock. A length of 0 means no end.
    ///
    /// # Errors
    /// [`Errno::Nolck`] if there would be too many.
    pub(super) fn after(&self, (start, len): (u64, u64), lock: Lock) -> Result<Self> {
        let end = if len == 0 { u64::MAX } else { start.saturating_add(len) };
        let mut after = Vec::with_capacity(self.0.len() + 2);
        let before = |part: &Part| Part { end: part.end.min(start), ..*part };
        let behind = |part: &Part| Part { start: part.start.max(end), ..*part };
        after.extend(self.0.iter().filter(|part| part.start < start).map(before));
        if lock != Lock::Unlock {
            after.push(Part { start, end, lock });
        }
        after.extend(self.0.iter().filter(|part| part.end > end).map(behind));
        after.dedup_by(|next, part| {
            let is_one = next.start == part.end && next.lock == part.lock;
            if is_one {
                part.end = next.end;
            }
            is_one
        });
        if after.len() > MOST { Err(Errno::Nolck) } else { Ok(Self(after)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The locks of the first bytes.
    fn bytes(parts: &Parts) -> [Option<Lock>; 40] {
        let lock = |byte: u64| parts.0.iter().find(|part| (part.start..part.end).contains(&byte)).map(|part| part.lock);
        std::array::from_fn(|byte| lock(byte as u64))
    }

    proptest! {
        #[test]
        fn each_byte_has_the_last_lock(steps in prop::collection::vec((0..30_u64, 0..10_u64, 0..3_usize), 0..30)) {
            let (mut parts, mut expected) = (Parts::default(), [None; 40]);
            for (start, len, kind) in steps {
                let lock = [Lock::Shared, Lock::Exclusive, Lock::Unlock][kind];
                parts = parts.after((start, len), lock).expect("they are few");
                let end = if len == 0 { 40 } else { (start + len).min(40) };
                expected[start as usize..end as usize].fill(Some(lock).filter(|lock| *lock != Lock::Unlock));
                prop_assert_eq!(bytes(&parts), expected);
                // They are in order, and no two are one.
                let is_apart = |pair: &[Part]| {
                    pair[0].end < pair[1].start || pair[0].end == pair[1].start && pair[0].lock != pair[1].lock
                };
                prop_assert!(parts.0.windows(2).all(is_apart) && parts.0.iter().all(|part| part.start < part.end));
            }
        }
    }

    #[test]
    fn there_is_a_most() {
        let mut parts = Parts::default();
        for part in 0..MOST as u64 {
            parts = parts.after((2 * part, 1), Lock::Shared).expect("there is room");
        }
        let more = 2 * MOST as u64;
        assert_eq!(parts.after((more, 1), Lock::Shared), Err(Errno::Nolck));
        // What is in the midst of one makes more as well.
        let one = parts.after((0, 1000), Lock::Shared).expect("they become fewer");
        assert_eq!(one.after((more, 1), Lock::Shared).map(|parts| parts.0.len()), Ok(MOST - 499));
        assert_eq!(parts.after((0, 0), Lock::Unlock), Ok(Parts::default()));
    }
}

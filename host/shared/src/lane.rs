//! A place in shared memory where two processes take turns.

use crate::segment::{ROOM, Segment};
use crate::turn::{Patience, sleep, wake};
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// One of the two processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that begins.
    Host = 0,
    /// The other one.
    Child = 1,
}

/// How many bytes take some microseconds to write.
const LONG: usize = 64 << 10;

/// Nobody has a turn any more.
const OVER: u32 = 2;

/// What a message says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// What it is.
    pub kind: u32,
    /// How many bytes of the lane's room it has. [`Lane::wait`] has checked that they lie in the room.
    pub len: u32,
    /// What else there is to say.
    pub values: [u32; 3],
}

/// The lane is over: somebody has ended it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

/// As both processes see it. All of it is in one line of the processor's cache.
#[repr(C, align(64))]
struct Shared {
    /// Whose turn it is: a [`Side`], or [`OVER`].
    turn: AtomicU32,
    kind: AtomicU32,
    len: AtomicU32,
    values: [AtomicU32; 3],
    /// Whether a side sleeps till its turn, by the side.
    sleeps: [AtomicU32; 2],
}

/// A place in shared memory where two processes take turns. The first turn is the host's. Whoever has the turn may write
/// to the room; the other side may do so all the same, if it means harm.
pub struct Lane {
    shared: *const Shared,
    room: *mut u8,
    patience: Patience,
    /// Keeps the memory.
    segment: Segment,
}

// SAFETY: all accesses are atomic or volatile, and the memory stays as long as the lane does.
unsafe impl Send for Lane {}
// SAFETY: as above.
unsafe impl Sync for Lane {}

impl Lane {
    /// # Safety
    /// `page` bytes from `base` on, and the room after them, are this lane's part of the segment.
    pub(crate) unsafe fn new(base: *mut u8, page: usize, segment: Segment) -> Self {
        // SAFETY: both lie in the lane's part. A page is aligned for anything.
        let (shared, room) = unsafe { (base.cast::<Shared>().cast_const(), base.add(page)) };
        Self { shared, room, patience: Patience::default(), segment }
    }

    fn shared(&self) -> &Shared {
        // SAFETY: the segment keeps the memory mapped, and any bytes are a `Shared`: it has atomic numbers alone, which the
        // other process may change at any time.
        unsafe { &*self.shared }
    }

    /// Where a message is, or can be written: [`Lane::ROOM`] bytes, which the other process may write at any time.
    pub fn room(&self) -> *mut u8 {
        self.room
    }

    /// How many bytes a message can have.
    pub const ROOM: usize = ROOM;

    /// Writes a message's head, and lets the other side have its turn.
    ///
    /// # Errors
    /// If the lane is over.
    pub fn post(&self, me: Side, head: Head) -> Result<(), Ended> {
        let shared = self.shared();
        shared.kind.store(head.kind, Ordering::Relaxed);
        shared.len.store(head.len, Ordering::Relaxed);
        for (there, value) in shared.values.iter().zip(head.values) {
            there.store(value, Ordering::Relaxed);
        }
        let other = 1 - me as u32;
        // Whoever has ended the lane must not be overwritten.
        shared.turn.compare_exchange(me as u32, other, Ordering::SeqCst, Ordering::SeqCst).map_err(|_| Ended)?;
        // The other side says that it sleeps, and then looks at the turn. So one of the two sees the other.
        if shared.sleeps[other as usize].load(Ordering::SeqCst) != 0 {
            wake(&shared.turn);
        }
        Ok(())
    }

    /// Says that this side is about to write so many bytes. If they take as long as waking up does, the other side is woken
    /// up meanwhile.
    #[inline]
    pub fn announce(&self, me: Side, len: usize) {
        if len >= LONG && self.shared().sleeps[1 - me as usize].load(Ordering::Relaxed) != 0 {
            wake(&self.shared().turn);
        }
    }

    /// Waits for this side's turn. Returns what the other side says then.
    ///
    /// # Errors
    /// If the lane is over, or if the other side states a message that is longer than the room.
    pub fn wait(&self, me: Side) -> Result<Head, Ended> {
        let (shared, other) = (self.shared(), 1 - me as u32);
        if self.patience.spin(&shared.turn, other) {
            return self.read(me);
        }
        let start = Instant::now();
        shared.sleeps[me as usize].store(1, Ordering::SeqCst);
        while shared.turn.load(Ordering::SeqCst) == other {
            sleep(&shared.turn, other);
            // Who wakes this side before its turn announces a message.
            Patience::spin_announced(&shared.turn, other);
        }
        shared.sleeps[me as usize].store(0, Ordering::SeqCst);
        self.patience.slept(start.elapsed());
        self.read(me)
    }

    fn read(&self, me: Side) -> Result<Head, Ended> {
        let shared = self.shared();
        if shared.turn.load(Ordering::Acquire) != me as u32 {
            return Err(Ended);
        }
        let head = Head {
            kind: shared.kind.load(Ordering::Relaxed),
            len: shared.len.load(Ordering::Relaxed),
            values: std::array::from_fn(|at| shared.values[at].load(Ordering::Relaxed)),
        };
        match usize::try_from(head.len) {
            Ok(len) if len <= Self::ROOM => Ok(head),
            _ => Err(Ended),
        }
    }

    /// Ends the lane for both sides, whoever's turn it is.
    pub fn end(&self) {
        self.shared().turn.store(OVER, Ordering::SeqCst);
        wake(&self.shared().turn);
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lane")
            .field("segment", &self.segment)
            .field("turn", &self.shared().turn)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd as _;
    use std::thread;

    #[test]
    fn two_sides_take_turns() {
        let segment = Segment::new(2).expect("there is memory");
        let theirs = Segment::open(segment.as_fd().try_clone_to_owned().expect("there is a descriptor"))
            .expect("it is a segment");
        let child = thread::spawn(move || {
            let lane = theirs.lane(1);
            let mut turns = 0;
            while let Ok(head) = lane.wait(Side::Child) {
                let answer = Head { kind: head.kind + 1, ..head };
                lane.post(Side::Child, answer).expect("the lane isn't over");
                turns += 1;
            }
            turns
        });
        let lane = segment.lane(1);
        for at in 0..1_000 {
            lane.post(Side::Host, Head { kind: at, len: at, values: [at, 1, 2] }).expect("the lane isn't over");
            assert_eq!(lane.wait(Side::Host), Ok(Head { kind: at + 1, len: at, values: [at, 1, 2] }));
        }
        lane.end();
        assert_eq!(child.join().expect("nothing panics"), 1_000);
        assert_eq!(lane.post(Side::Host, Head::default()), Err(Ended));
    }

    #[test]
    fn who_is_woken_up_early_waits_on() {
        let segment = Segment::new(1).expect("there is memory");
        let (host, child) = (segment.lane(0), segment.lane(0));
        let waiting = thread::spawn(move || child.wait(Side::Child));
        while host.shared().sleeps[Side::Child as usize].load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        for _ in 0..100 {
            host.announce(Side::Host, LONG);
        }
        let head = Head { kind: 7, ..Head::default() };
        host.post(Side::Host, head).expect("the lane isn't over");
        assert_eq!(waiting.join().expect("nothing panics"), Ok(head));
    }

    #[test]
    fn a_message_that_is_too_long_ends_the_lane() {
        let lane = Segment::new(1).expect("there is memory").lane(0);
        let head = Head { len: Lane::ROOM as u32 + 1, ..Head::default() };
        lane.post(Side::Host, head).expect("the lane isn't over");
        assert_eq!(lane.wait(Side::Child), Err(Ended));
    }

    #[test]
    fn what_is_no_segment_is_refused() {
        let file = rustix::fs::memfd_create("x", rustix::fs::MemfdFlags::ALLOW_SEALING).expect("there is memory");
        rustix::fs::ftruncate(&file, 2 << 20).expect("it can be longer");
        let error = Segment::open(file).expect_err("its size isn't sealed");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
    }
}

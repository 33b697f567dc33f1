//! Lets the one thread that takes a value again and again do so without a locked instruction.
//!
//! Most plugins are called by one thread only, and a locked instruction is most of what taking one costs. So a value
//! comes to have an owner, who writes that it has taken it and then looks whether it is the owner still. Another thread
//! writes that there is no owner any more, and then looks whether the owner has taken it. One of the two sees what the
//! other wrote, if between its write and its look each has a fence. The owner has none: whoever ends the ownership has
//! the system put one into all threads of the process (`membarrier`). That happens once in the life of a value; from
//! then on all use the lock.

use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, compiler_fence};

/// How often in a row a thread has to take the value before it becomes the owner: those who only prepare it for others
/// don't.
const IN_A_ROW: u32 = 16;

/// No thread has been the owner yet.
const NOBODY: u64 = 1;
/// No thread will be the owner any more.
const EVERYBODY: u64 = 2;
/// The lowest number of a thread. 0 is that of threads that have none yet.
const FIRST_THREAD: u64 = 3;

/// The owner doesn't have the value.
const FREE: u8 = 0;
/// The owner has it if it is the owner still.
const TRIED: u8 = 1;
/// The owner has it.
const TAKEN: u8 = 2;

#[derive(Debug)]
pub(super) struct Bias {
    /// The owner. Only who has the lock writes it.
    owner: AtomicU64,
    /// What the owner does with the value. Only the owner writes it.
    taken: AtomicU8,
    /// Who took the lock last, and how often in a row. Only who has the lock uses them.
    last: AtomicU64,
    times: AtomicU32,
}

impl Bias {
    pub(super) const fn new() -> Self {
        Self {
            owner: AtomicU64::new(NOBODY),
            taken: AtomicU8::new(FREE),
            last: AtomicU64::new(0),
            times: AtomicU32::new(0),
        }
    }

    /// Whether the calling thread is the owner.
    #[inline]
    pub(super) fn is_mine(&self) -> bool {
        // Whoever has no number isn't.
        self.owner.load(Ordering::Relaxed) == THREAD.get()
    }

    /// Whether the calling thread, the owner, has the value.
    #[inline]
    pub(super) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed) != FREE
    }

    /// Takes the value for its owner, who is the caller and doesn't have it. False if it isn't the owner any more.
    #[inline]
    pub(super) fn take(&self) -> bool {
        self.taken.store(TRIED, Ordering::Relaxed);
        // The processor's part of the fence is that of `end`.
        compiler_fence(Ordering::SeqCst);
        let mine = self.is_mine();
        self.taken.store(if mine { TAKEN } else { FREE }, Ordering::Release);
        mine
    }

    /// Ends what `take` began.
    #[inline]
    pub(super) fn give_back(&self) {
        self.taken.store(FREE, Ordering::Release);
    }

    /// Called by a thread that has got the lock, in order to take the value again and again or just once. False if the
    /// owner has it.
    pub(super) fn admit(&self, again: bool) -> bool {
        match self.owner.load(Ordering::Relaxed) {
            NOBODY if again => self.count(),
            NOBODY | EVERYBODY => {}
            owner => {
                if !self.end(owner) {
                    return false;
                }
            }
        }
        self.is_free()
    }

    /// Whether nobody has the value who was its owner; for those who have the lock.
    fn is_free(&self) -> bool {
        loop {
            // What the owner did before it gave the value back comes before what follows this.
            match self.taken.load(Ordering::Acquire) {
                FREE => return true,
                TAKEN => return false,
                // A few instructions later it is one of the two.
                _ => std::thread::yield_now(),
            }
        }
    }

    /// Makes the calling thread the owner if it is the one that comes always.
    fn count(&self) {
        let thread = this_thread();
        let times = if self.last.load(Ordering::Relaxed) == thread {
            self.times.load(Ordering::Relaxed).saturating_add(1)
        } else {
            1
        };
        self.last.store(thread, Ordering::Relaxed);
        self.times.store(times, Ordering::Relaxed);
        if times >= IN_A_ROW && FENCES.load(Ordering::Acquire) {
            self.owner.store(thread, Ordering::Relaxed);
        }
    }

    /// Ends the ownership. False if that can't be, and then everything is as before.
    #[cold]
    fn end(&self, owner: u64) -> bool {
        self.owner.store(EVERYBODY, Ordering::Relaxed);
        let fenced = membarrier(libc::MEMBARRIER_CMD_PRIVATE_EXPEDITED);
        if !fenced {
            self.owner.store(owner, Ordering::Relaxed);
        }
        fenced
    }
}

thread_local!(static THREAD: Cell<u64> = const { Cell::new(0) });

/// The calling thread's number, which no other thread ever gets.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(FIRST_THREAD);
    if THREAD.get() == 0 {
        THREAD.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }
    THREAD.get()
}

/// Whether the system puts fences into all threads of the process when it is asked to.
static FENCES: AtomicBool = AtomicBool::new(false);

/// Tells the system that it will be asked for fences. Until then, and where it has none, nobody becomes an owner. In a
/// process with several threads this takes 10 ms, once: it is nothing for a thread that somebody waits for.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ready = !cfg!(miri) && membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
        FENCES.store(ready, Ordering::Release);
    });
}

/// Whether the system carried out the command.
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the call takes two numbers besides the command, and touches no memory.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

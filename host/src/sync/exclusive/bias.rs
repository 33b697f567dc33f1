//! Lets a thread take a value without a locked instruction, if that thread alone takes the value again and again.
//!
//! Most plugins are called by one thread only, and a locked instruction is most of what taking a value costs. So a
//! value gets an owner: the thread that keeps taking it.
//!
//! The owner writes that it has taken the value. Then the owner looks whether it still is the owner. Another thread
//! writes that there is no owner any more. Then this thread looks whether the owner has taken the value. If both have a
//! fence between their write and their look, at least one of the two sees what the other wrote.
//!
//! The owner has no such fence. Instead, the thread that ends the ownership asks the system to put a fence into all
//! threads of the process (`membarrier`). That happens once in the life of a value. From then on all threads use the
//! lock.

use std::cell::Cell;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, compiler_fence};

/// How often in a row a thread has to take the value before it becomes the owner. A thread that only prepares the value
/// for others stays below this.
const IN_A_ROW: u32 = 16;

/// No thread has been the owner yet.
const NOBODY: u64 = 1;
/// No thread will be the owner any more.
const EVERYBODY: u64 = 2;
/// The lowest number of a thread. A thread that has no number yet has 0 instead.
const FIRST_THREAD: u64 = 3;

/// The owner doesn't have the value.
const FREE: u8 = 0;
/// The owner has the value if it still is the owner. It is about to find out.
const TRIED: u8 = 1;
/// The owner has it.
const TAKEN: u8 = 2;

/// For what a thread takes the lock.
#[derive(Clone, Copy)]
pub(super) enum Use {
    /// To take the value again and again. The thread may become the owner.
    Again,
    /// To take the value once. The thread doesn't become the owner.
    Once,
}

#[derive(Debug)]
pub(super) struct Bias {
    /// The owner. Only the thread that has the lock writes it.
    owner: AtomicU64,
    /// What the owner does with the value. Only the owner writes it.
    taken: AtomicU8,
    /// The thread that took the lock last, and how often it did so in a row. Only the thread that has the lock uses
    /// them.
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
        // A thread without a number has 0 here, and 0 is never the owner.
        self.owner.load(Ordering::Relaxed) == THREAD.get()
    }

    /// Whether the calling thread, which is the owner, has the value.
    #[inline]
    pub(super) fn is_taken(&self) -> bool {
        self.taken.load(Ordering::Relaxed) != FREE
    }

    /// Takes the value for the calling thread, which is the owner and doesn't have the value. False if the thread isn't
    /// the owner any more.
    #[inline]
    pub(super) fn take(&self) -> bool {
        self.taken.store(TRIED, Ordering::Relaxed);
        // This fence binds the compiler. `end` puts the processor's part of it here.
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

    /// Called by a thread that has just got the lock. False if the owner has the value.
    pub(super) fn admit(&self, purpose: Use) -> bool {
        match (self.owner.load(Ordering::Relaxed), purpose) {
            (NOBODY, Use::Again) => self.count(),
            (NOBODY | EVERYBODY, _) => {}
            (owner, _) => {
                if !self.end(owner) {
                    return false;
                }
            }
        }
        self.is_free()
    }

    /// Whether no owner has the value, present or former. The caller has the lock.
    fn is_free(&self) -> bool {
        loop {
            // `Acquire`: what the owner did with the value happens before what the caller does with it.
            match self.taken.load(Ordering::Acquire) {
                FREE => return true,
                TAKEN => return false,
                // A few instructions later the owner has made it one of the other two.
                _ => std::thread::yield_now(),
            }
        }
    }

    /// Counts that the calling thread took the lock. A thread that did so often enough in a row becomes the owner.
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

    /// Ends the ownership. False if the system refuses the fences: then everything is as before.
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

/// The calling thread's number. No other thread ever gets the same one.
fn this_thread() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(FIRST_THREAD);
    if THREAD.get() == 0 {
        THREAD.set(NEXT.fetch_add(1, Ordering::Relaxed));
    }
    THREAD.get()
}

/// Whether the system puts fences into all threads of the process when it is asked for them.
static FENCES: AtomicBool = AtomicBool::new(false);

/// Tells the system that it will be asked for fences. Before this is called, nobody becomes an owner. On a system
/// without such fences nobody ever does. In a process with several threads this takes 10 ms, once. So it is not for a
/// thread that somebody waits for.
pub(crate) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ready = !cfg!(miri) && membarrier(libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED);
        FENCES.store(ready, Ordering::Release);
    });
}

/// Whether the system carried out the command.
fn membarrier(command: libc::c_int) -> bool {
    // SAFETY: the system call takes two numbers besides the command, and touches no memory.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

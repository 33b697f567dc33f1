//! The signal that makes a thread look at its own stack, and what its handler leaves behind.
//!
//! The handler runs between any two instructions of any thread. So it takes no lock and no memory: it writes into a
//! table that is always there, and into cells of the thread (`host_calls`).
//!
//! Compiled code keeps frame pointers: each function of a plugin begins by saving its caller's, and calls come in through
//! a trampoline that does as well. So while the processor is in such a function, the register is a valid frame pointer,
//! and below each return address into such code lies the frame of its caller. One that LLVM has optimized has no frame if it
//! calls nothing, and leaves the register alone: its caller is found on the stack. The host's own code has none. A sample
//! that finds the thread there is left to the host call (`host_calls`), or, where it is the engine's code on the plugin's
//! stack, begins at the return address that lies next on the stack.

mod kernel;

pub(super) use kernel::{cpu_time, install, own_thread};

use super::host_calls;
use std::io;
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence};

/// How many functions of a stack are kept: the innermost.
pub(super) const DEPTH: usize = 128;

/// How many threads can be sampled at the same time.
pub(super) const SLOTS: usize = 512;

/// The largest stack that a plugin has, for all that the handler knows.
const MAX_STACK: usize = 256 << 20;

/// What is looked at of a stack to find where the engine was called, in words.
const SEARCHED: usize = 128;

/// How many words are tried as a frame pointer.
const TRIES: usize = 16;

/// The place of one thread's next sample.
struct Slot {
    state: AtomicU32,
    /// Who asked. A signal that comes when somebody else has the slot is nobody's.
    round: AtomicU32,
    /// The processor time that the sample stands for, in nanoseconds.
    weight: AtomicU64,
    len: AtomicUsize,
    frames: [AtomicUsize; DEPTH],
}

/// Nobody waits for a sample.
const IDLE: u32 = 0;
/// A signal is on its way.
const ASKED: u32 = 1;
/// The thread was in the plugin's code.
const IN_CODE: u32 = 2;
/// The thread was in the engine's, below the plugin's code.
const IN_ENGINE: u32 = 3;

static TABLE: [Slot; SLOTS] = [const {
    Slot {
        state: AtomicU32::new(IDLE),
        round: AtomicU32::new(0),
        weight: AtomicU64::new(0),
        len: AtomicUsize::new(0),
        frames: [const { AtomicUsize::new(0) }; DEPTH],
    }
}; SLOTS];

/// Where the code lies that is looked for. The end is 0 if there is none.
static START: AtomicUsize = AtomicUsize::new(0);
static END: AtomicUsize = AtomicUsize::new(0);

/// Where the functions of that code begin, in order, and how many there are.
static FUNCTIONS: AtomicPtr<usize> = AtomicPtr::new(std::ptr::null_mut());
static COUNT: AtomicUsize = AtomicUsize::new(0);

/// How many handlers run.
static RUNNING: AtomicI32 = AtomicI32::new(0);

/// What was found on a thread.
pub(super) struct Found {
    pub(super) weight: u64,
    /// Addresses within the instructions that were running, innermost first.
    pub(super) addresses: Vec<usize>,
    pub(super) in_engine: bool,
}

/// Whether an address lies in the code that is looked for.
pub(super) fn is_code(address: usize) -> bool {
    START.load(Ordering::Relaxed) <= address && address < END.load(Ordering::Relaxed)
}

/// Begins to look for code, whose functions begin there, in order.
///
/// # Safety
/// 1. The list stays as it is until [`forget`] has returned.
pub(super) unsafe fn look_for(code: std::ops::Range<usize>, functions: &[usize]) {
    FUNCTIONS.store(functions.as_ptr().cast_mut(), Ordering::SeqCst);
    COUNT.store(functions.len(), Ordering::SeqCst);
    START.store(code.start, Ordering::SeqCst);
    END.store(code.end, Ordering::SeqCst);
}

/// Ends that. When this returns, no handler reads the code or the list any more.
pub(super) fn forget() {
    END.store(0, Ordering::SeqCst);
    START.store(0, Ordering::SeqCst);
    while RUNNING.load(Ordering::SeqCst) > 0 {
        std::thread::yield_now();
    }
}

/// Makes a slot ready for another thread.
pub(super) fn begin(slot: usize, round: u32) {
    TABLE[slot].state.store(IDLE, Ordering::Relaxed);
    TABLE[slot].round.store(round, Ordering::Release);
}

/// Whether no signal is on its way.
pub(super) fn is_answered(slot: usize) -> bool {
    TABLE[slot].state.load(Ordering::Acquire) != ASKED
}

/// Takes what the last signal has found.
pub(super) fn take(slot: usize) -> Option<Found> {
    let slot = &TABLE[slot];
    let state = slot.state.load(Ordering::Acquire);
    if state != IN_CODE && state != IN_ENGINE {
        return None;
    }
    let len = slot.len.load(Ordering::Relaxed).min(DEPTH);
    let addresses = slot.frames[..len].iter().map(|frame| frame.load(Ordering::Relaxed)).collect();
    let weight = slot.weight.load(Ordering::Relaxed);
    slot.state.store(IDLE, Ordering::Release);
    Some(Found { weight, addresses, in_engine: state == IN_ENGINE })
}

/// Sends a thread of this process the signal, if no other is on its way. The sample stands for `weight` nanoseconds.
///
/// # Errors
/// If there is no such thread.
pub(super) fn ask(slot: usize, thread: i32, weight: u64) -> io::Result<()> {
    let place = &TABLE[slot];
    place.weight.store(weight, Ordering::Relaxed);
    place.state.store(ASKED, Ordering::Release);
    let value = (place.round.load(Ordering::Relaxed) as u64) << 32 | slot as u64;
    kernel::send(thread, value).inspect_err(|_| place.state.store(IDLE, Ordering::Release))
}

/// What the handler does. `value` came with the signal.
fn on_signal(value: u64, registers: Registers) {
    // Whoever sent the signal may not be this module.
    let Some(slot) = TABLE.get(value as u32 as usize) else { return };
    if slot.state.load(Ordering::Acquire) != ASKED || u64::from(slot.round.load(Ordering::Relaxed)) != value >> 32 {
        return;
    }
    slot.len.store(0, Ordering::Relaxed);
    let Registers { pc, sp, fp } = registers;
    let state = if is_code(pc) {
        slot.push(pc);
        if let Some(call) = caller_without_frame(pc, sp, fp) {
            slot.push(call);
        }
        // SAFETY: the processor is in compiled code.
        unsafe { slot.walk(fp) };
        IN_CODE
    } else if host_calls::count(slot.weight.load(Ordering::Relaxed)) {
        IDLE
    } else if let Some((address, frame)) = below_engine(sp, fp) {
        slot.push(address);
        if let Some(frame) = frame {
            // SAFETY: `below_engine` has found a frame of compiled code.
            unsafe { slot.walk(frame) };
        }
        IN_ENGINE
    } else {
        IDLE
    };
    slot.state.store(state, Ordering::Release);
}

/// What of the processor a sample begins with.
#[derive(Clone, Copy)]
struct Registers {
    pc: usize,
    sp: usize,
    fp: usize,
}

impl Slot {
    /// Adds an address. False if there is no room for another one.
    fn push(&self, address: usize) -> bool {
        let len = self.len.load(Ordering::Relaxed);
        self.frames[len].store(address, Ordering::Relaxed);
        self.len.store(len + 1, Ordering::Relaxed);
        len + 1 < DEPTH
    }

    /// Adds the callers of a function, for as long as they are the plugin's.
    ///
    /// # Safety
    /// 1. `frame` is a frame of compiled code on the calling thread's stack: that of a plugin's function, or of a
    ///    trampoline.
    unsafe fn walk(&self, mut frame: usize) {
        loop {
            // SAFETY: the caller promises it for the first one. Of the others, the return address is one into a plugin's
            // function, so that the saved pointer is the frame of that function.
            let [next, back] = unsafe { std::ptr::read_volatile(frame as *const [usize; 2]) };
            // The address of the call, and not of what follows it.
            if !is_code(back) || !self.push(back - 1) || next <= frame || next - frame > MAX_STACK {
                return;
            }
            frame = next;
        }
    }
}

/// Where a function was called that has no frame, or not yet: `fp` is its caller's then.
fn caller_without_frame(pc: usize, sp: usize, fp: usize) -> Option<usize> {
    // SAFETY: `look_for` was promised that the list stays while a handler runs.
    let functions =
        unsafe { std::slice::from_raw_parts(FUNCTIONS.load(Ordering::SeqCst), COUNT.load(Ordering::SeqCst)) };
    let function = *functions.get(functions.partition_point(|start| *start <= pc).checked_sub(1)?)?;
    let (mut frame, mut words) = ([0; 2], [0; SEARCHED]);
    if matches!(kernel::read(fp, &mut frame), [_, back] if is_return_from(*back, function)) {
        return None;
    }
    let above = fp.checked_sub(sp)? / size_of::<usize>();
    let words = kernel::read(sp, &mut words).iter().take(above);
    words.copied().find(|word| is_return_from(*word, function)).map(|back| back - 1)
}

/// Whether a word is an address behind a call of this function.
fn is_return_from(word: usize, function: usize) -> bool {
    // SAFETY: the distance lies in the code that is looked for, right before the address.
    let distance = || unsafe { std::ptr::read_unaligned((word - size_of::<i32>()) as *const i32) };
    is_return(word) && word.wrapping_add_signed(distance() as isize) == function
}

/// Where a plugin's function has called the engine, and the function's frame if it can be found. The engine's code runs on
/// the plugin's stack, and keeps no frame pointers.
fn below_engine(sp: usize, fp: usize) -> Option<(usize, Option<usize>)> {
    let mut words = [0; SEARCHED];
    let words = kernel::read(sp, &mut words);
    let at = words.iter().position(|word| is_return(*word))?;
    // The engine's code has the caller's frame pointer in the register, or has saved it.
    let above = sp + at * size_of::<usize>();
    let is_frame = |frame: &usize| {
        let mut saved = [0; 2];
        let near = above < *frame && *frame - above < MAX_STACK && frame.is_multiple_of(size_of::<usize>());
        near && matches!(kernel::read(*frame, &mut saved), [next, back] if *next > *frame && is_return(*back))
    };
    let candidates = [fp].into_iter().chain(words[..at].iter().copied().filter(|word| *word > above));
    let frame = candidates.take(TRIES).find(is_frame);
    Some((words[at] - 1, frame))
}

/// Whether a word is an address behind a call in the plugin's code.
fn is_return(word: usize) -> bool {
    const CALL: u8 = 0xe8;
    const CALL_REGISTER: u8 = 0xff;
    let byte = |back: usize| {
        // SAFETY: the address lies in the code that is looked for, which stays mapped while a handler runs (`forget`).
        unsafe { std::ptr::read_volatile((word - back) as *const u8) }
    };
    is_code(word)
        && is_code(word.wrapping_sub(5))
        && (byte(5) == CALL || byte(2) == CALL_REGISTER || byte(3) == CALL_REGISTER)
}

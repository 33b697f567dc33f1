//! Calls of threads: sleeping, words, signals, random bytes.

use super::super::context::{Call, Result};
use super::super::layout::OptionTimestamp;
use plugix_system::{Errno, Signal};
use std::time::Duration;

/// Random bytes at a time: a plugin that is stopped meanwhile gets no more.
const PIECE: usize = 64 << 10;

pub(super) fn sleep(call: &mut Call<'_>, time: u64) -> Result {
    call.system.thread_sleep(call.thread, Duration::from_nanos(time))
}

pub(super) fn sched_yield(call: &mut Call<'_>) -> Result {
    call.system.sched_yield();
    call.thread.check().or_else(unless_stopped)
}

/// A signal is dealt with at the end of each call.
fn unless_stopped(error: Errno) -> Result {
    if error == Errno::Canceled { Err(error) } else { Ok(()) }
}

pub(super) fn timestamp(call: &mut Call<'_>, ptr: u32) -> Result<Option<Duration>> {
    let OptionTimestamp { tag, time, .. } = call.read(ptr)?;
    match tag {
        0 => Ok(None),
        1 => Ok(Some(Duration::from_nanos(time))),
        _ => Err(Errno::Inval),
    }
}

pub(super) fn futex_wait(call: &mut Call<'_>, word: u32, expected: u32, timeout: u32, woken: u32) -> Result {
    let timeout = timestamp(call, timeout)?;
    let word = call.word(word)?;
    call.check(woken, 1)?;
    let was_woken = match call.system.futex_wait(call.thread, word, expected, timeout) {
        // WASIX's C library knows no such error here, and traps. Whoever waits for a futex looks again in any case.
        Err(Errno::Intr) => true,
        waited => waited?,
    };
    call.write(woken, u8::from(was_woken))
}

pub(super) fn futex_wake(call: &mut Call<'_>, word: u32, woken: u32) -> Result {
    wake(call, word, 1, woken)
}

pub(super) fn futex_wake_all(call: &mut Call<'_>, word: u32, woken: u32) -> Result {
    wake(call, word, u32::MAX, woken)
}

fn wake(call: &mut Call<'_>, word: u32, most: u32, woken: u32) -> Result {
    let word = call.word(word)?;
    let count = call.system.futex_wake(word, most)?;
    call.write(woken, u8::from(count > 0))
}

pub(super) fn random(call: &mut Call<'_>, ptr: u32, len: u32) -> Result {
    call.check(ptr, len as usize)?;
    let mut piece = vec![0; PIECE.min(len as usize)];
    let (mut at, mut left) = (ptr, len as usize);
    while left > 0 {
        let now = left.min(PIECE);
        let mut filled = 0;
        while filled < now {
            let room = &mut piece[filled..now];
            filled += rustix::rand::getrandom(room, rustix::rand::GetRandomFlags::empty()).map_err(Errno::from)?;
        }
        call.write_bytes(at, &piece[..now])?;
        (at, left) = (at + now as u32, left - now);
        call.thread.check().or_else(unless_stopped)?;
    }
    Ok(())
}

/// What wasix-libc names while no handler may run, as while it sends another thread a signal. No export is called so. When
/// handlers may run again it names its own.
const BLOCKED: &str = "__wasm_signal_blocked";

/// Says which export handles signals. What isn't there handles none.
pub(super) fn callback_signal(call: &mut Call<'_>, name: u32, len: u32) -> Result {
    let name = call.path(name, len)?;
    let name = str::from_utf8(&name).map_err(|_| Errno::Inval)?;
    if name == BLOCKED {
        call.system.block_signals(call.thread);
    } else if !call.system.unblock_signals(call.thread) || call.callers.handler().is_some() {
        // A plugin that has no handler gets none by the end of a block.
        call.callers.set_handler(call.has_handler(name).then_some(name));
    }
    Ok(())
}

/// A number that is no signal's is that of none, by which a program asks whether it could send one.
fn signal(number: u32) -> Result<Option<Signal>> {
    if number == 0 { Ok(None) } else { Signal::new(number).map(Some) }
}

pub(super) fn proc_raise(call: &mut Call<'_>, number: u32) -> Result {
    if let Some(signal) = signal(number)? {
        // As `raise`: the thread that calls it takes it, and before the call returns.
        call.system.signal_thread(call.thread, signal);
    }
    Ok(())
}

pub(super) fn proc_signal(call: &mut Call<'_>, process: u32, number: u32) -> Result {
    let signal = signal(number)?;
    if !call.callers.is_process(process) {
        return Err(Errno::Srch);
    }
    signal.into_iter().for_each(|signal| call.system.signal(signal));
    Ok(())
}

pub(super) fn thread_signal(call: &mut Call<'_>, tid: u32, number: u32) -> Result {
    let (signal, thread) = (signal(number)?, call.callers.thread(tid)?);
    signal.into_iter().for_each(|signal| call.system.signal_thread(&thread, signal));
    Ok(())
}

//! What is asked of the operating system.

use super::{Ordering, RUNNING, Registers, fence, io, on_signal};
use crate::profile::ProfileError;
use crate::sync::lock::lock;
use libc::{c_int, c_void, siginfo_t, ucontext_t};
use std::sync::Mutex;
use std::time::Duration;

/// The signal that profilers have everywhere. Nothing else sends it unless asked.
const SIGNAL: c_int = libc::SIGPROF;

/// A signal's information, as the kernel has it where pointers have 64 bits.
#[repr(C)]
struct Information {
    signal: c_int,
    errno: c_int,
    code: c_int,
    _padding: c_int,
    process: c_int,
    user: u32,
    value: u64,
    _rest: [u64; 12],
}

const _: () = assert!(size_of::<Information>() == 128 && size_of::<siginfo_t>() == 128);

/// Installs the handler, once in the life of the process. It stays: a signal that comes late would end the process.
pub(in crate::profile) fn install() -> Result<(), ProfileError> {
    static INSTALLED: Mutex<bool> = Mutex::new(false);
    if !cfg!(target_arch = "x86_64") {
        return Err(ProfileError::Unsupported);
    }
    let mut installed = lock(&INSTALLED);
    // SAFETY: all of it may be zero.
    let mut there: libc::sigaction = unsafe { std::mem::zeroed() };
    // SAFETY: `there` is valid for a write.
    if unsafe { libc::sigaction(SIGNAL, std::ptr::null(), &mut there) } != 0 {
        return Err(ProfileError::io("ask for a signal's handler", io::Error::last_os_error()));
    }
    let own = handle as *const () as usize;
    if *installed && there.sa_sigaction == own {
        return Ok(());
    }
    if there.sa_sigaction != libc::SIG_DFL && there.sa_sigaction != libc::SIG_IGN {
        return Err(ProfileError::SignalInUse);
    }
    // SAFETY: as above.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = own;
    // A plugin's stack may be nearly full, and calls of the kernel go on.
    action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_RESTART;
    // SAFETY: the set is valid for a write. No other signal interrupts the handler.
    unsafe { libc::sigfillset(&mut action.sa_mask) };
    // SAFETY: `handle` has the signature that `SA_SIGINFO` asks for, and does only what a handler may.
    if unsafe { libc::sigaction(SIGNAL, &action, std::ptr::null_mut()) } != 0 {
        return Err(ProfileError::io("install a signal's handler", io::Error::last_os_error()));
    }
    *installed = true;
    Ok(())
}

extern "C" fn handle(_: c_int, information: *mut siginfo_t, context: *mut c_void) {
    RUNNING.fetch_add(1, Ordering::SeqCst);
    // SAFETY: the kernel passes valid pointers, and each thread has an `errno` of its own.
    let (information, context, errno) =
        unsafe { (&*information, &*context.cast::<ucontext_t>(), &mut *libc::__errno_location()) };
    let before = *errno;
    // SAFETY: any signal that is sent by a process has these.
    let (from, value) = unsafe { (information.si_pid(), information.si_value().sival_ptr as u64) };
    if information.si_code == libc::SI_QUEUE && from == std::process::id() as c_int {
        on_signal(value, registers(context));
    }
    *errno = before;
    fence(Ordering::SeqCst);
    RUNNING.fetch_sub(1, Ordering::SeqCst);
}

#[cfg(target_arch = "x86_64")]
fn registers(context: &ucontext_t) -> Registers {
    let register = |which: c_int| context.uc_mcontext.gregs[which as usize] as usize;
    Registers { pc: register(libc::REG_RIP), sp: register(libc::REG_RSP), fp: register(libc::REG_RBP) }
}

/// Nobody asks for a sample there (see `install`).
#[cfg(not(target_arch = "x86_64"))]
fn registers(_: &ucontext_t) -> Registers {
    Registers { pc: 0, sp: 0, fp: 0 }
}

/// Sends a thread of this process the signal, with a value.
pub(super) fn send(thread: c_int, value: u64) -> io::Result<()> {
    let process = std::process::id() as c_int;
    let information = Information {
        signal: SIGNAL,
        errno: 0,
        code: libc::SI_QUEUE,
        _padding: 0,
        process,
        // SAFETY: this call only returns a number.
        user: unsafe { libc::getuid() },
        value,
        _rest: [0; 12],
    };
    // SAFETY: the structure has the kernel's form, and the kernel only reads it.
    match unsafe { libc::syscall(libc::SYS_rt_tgsigqueueinfo, process, thread, SIGNAL, &information) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Copies words of this process's memory, as far as they can be read.
pub(super) fn read(address: usize, words: &mut [usize]) -> &[usize] {
    const PAGE: usize = 4096;
    let wanted = size_of_val(words);
    let first = wanted.min(PAGE - address % PAGE);
    let part = |start: usize, len: usize| libc::iovec { iov_base: start as *mut c_void, iov_len: len };
    let from = [part(address, first), part(address.wrapping_add(first), wanted - first)];
    let to = part(words.as_mut_ptr() as usize, wanted);
    let process = std::process::id() as c_int;
    // SAFETY: the kernel writes to `words` alone. It reads what can be read at the other addresses, and says how much
    // that was.
    let read = unsafe { libc::process_vm_readv(process, &to, 1, from.as_ptr(), 2, 0) };
    &words[..usize::try_from(read).unwrap_or(0) / size_of::<usize>()]
}

/// The processor time of a thread of this process. `None` if there is no such thread.
pub(in crate::profile) fn cpu_time(thread: c_int) -> Option<Duration> {
    // How Linux numbers the clocks of threads.
    const OF_THREAD: c_int = 4;
    const SCHEDULED: c_int = 2;
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for a write. The kernel checks the clock's number.
    let found = unsafe { libc::clock_gettime(!thread << 3 | OF_THREAD | SCHEDULED, &mut time) } == 0;
    found.then(|| Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0)))
}

/// The number of the calling thread.
pub(in crate::profile) fn own_thread() -> i32 {
    // SAFETY: this call only returns a number.
    unsafe { libc::gettid() }
}

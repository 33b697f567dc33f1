//! Signals of wasix-libc, with the interface of `signal::unix`. The handler writes the signal's number to a pipe. A thread
//! reads from it, and tells those who listen.

use crate::signal::RxFuture;
use crate::sync::watch;
use std::io;
use std::sync::{Mutex, OnceLock};
use std::task::{Context, Poll};

/// A signal's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignalKind(libc::c_int);

impl SignalKind {
    /// Any signal.
    pub const fn from_raw(signum: libc::c_int) -> Self {
        Self(signum)
    }

    /// The number.
    pub const fn as_raw_value(&self) -> libc::c_int {
        self.0
    }

    /// `SIGALRM`.
    pub const fn alarm() -> Self {
        Self(libc::SIGALRM)
    }

    /// `SIGCHLD`.
    pub const fn child() -> Self {
        Self(libc::SIGCHLD)
    }

    /// `SIGHUP`.
    pub const fn hangup() -> Self {
        Self(libc::SIGHUP)
    }

    /// `SIGINT`.
    pub const fn interrupt() -> Self {
        Self(libc::SIGINT)
    }

    /// `SIGIO`.
    pub const fn io() -> Self {
        Self(libc::SIGIO)
    }

    /// `SIGPIPE`.
    pub const fn pipe() -> Self {
        Self(libc::SIGPIPE)
    }

    /// `SIGQUIT`.
    pub const fn quit() -> Self {
        Self(libc::SIGQUIT)
    }

    /// `SIGTERM`.
    pub const fn terminate() -> Self {
        Self(libc::SIGTERM)
    }

    /// `SIGUSR1`.
    pub const fn user_defined1() -> Self {
        Self(libc::SIGUSR1)
    }

    /// `SIGUSR2`.
    pub const fn user_defined2() -> Self {
        Self(libc::SIGUSR2)
    }

    /// `SIGWINCH`.
    pub const fn window_change() -> Self {
        Self(libc::SIGWINCH)
    }
}

impl From<libc::c_int> for SignalKind {
    fn from(signum: libc::c_int) -> Self {
        Self(signum)
    }
}

impl From<SignalKind> for libc::c_int {
    fn from(kind: SignalKind) -> Self {
        kind.0
    }
}

/// Signals of one kind, as they come.
#[must_use = "streams do nothing unless polled"]
#[derive(Debug)]
pub struct Signal {
    inner: RxFuture,
}

impl Signal {
    /// The next one.
    pub async fn recv(&mut self) -> Option<()> {
        self.inner.recv().await;
        Some(())
    }

    /// The next one, if it has come.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        self.inner.poll_recv(cx).map(Some)
    }
}

/// Listens to signals of a kind, from now on.
pub fn signal(kind: SignalKind) -> io::Result<Signal> {
    let number = usize::try_from(kind.0).ok().filter(|number| *number < SIGNALS && !forbidden(kind.0));
    let number = number.ok_or(io::ErrorKind::InvalidInput)?;
    let listeners = Listeners::get()?;
    let receiver = listeners.senders[number].subscribe();
    let mut handled = listeners.handled.lock().unwrap();
    if !handled[number] {
        // SAFETY: the action is there, and the handler only writes to a pipe.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = told as extern "C" fn(libc::c_int) as usize;
            action.sa_flags = libc::SA_RESTART;
            checked(libc::sigaction(kind.0, &action, std::ptr::null_mut()))?;
        }
        handled[number] = true;
    }
    Ok(Signal { inner: RxFuture::new(receiver) })
}

pub(crate) fn ctrl_c() -> io::Result<Signal> {
    signal(SignalKind::interrupt())
}

const SIGNALS: usize = 32;

fn forbidden(signum: libc::c_int) -> bool {
    [libc::SIGKILL, libc::SIGSTOP, libc::SIGILL, libc::SIGFPE, libc::SIGSEGV, 0].contains(&signum)
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

struct Listeners {
    senders: Vec<watch::Sender<()>>,
    handled: Mutex<[bool; SIGNALS]>,
    /// Where the handler writes.
    written: libc::c_int,
}

static LISTENERS: OnceLock<Listeners> = OnceLock::new();

impl Listeners {
    /// Makes the pipe and the thread, once.
    fn get() -> io::Result<&'static Listeners> {
        static MAKING: Mutex<()> = Mutex::new(());
        let _making = MAKING.lock().unwrap();
        if let Some(listeners) = LISTENERS.get() {
            return Ok(listeners);
        }
        let mut ends = [0; 2];
        // SAFETY: there is room for two. A handler must not wait, and a full pipe has been told of already.
        unsafe {
            checked(libc::pipe(ends.as_mut_ptr()))?;
            checked(libc::fcntl(ends[1], libc::F_SETFL, libc::O_NONBLOCK))?;
        }
        let senders = (0..SIGNALS).map(|_| watch::channel(()).0).collect();
        let listeners = LISTENERS.get_or_init(|| Listeners { senders, handled: Mutex::default(), written: ends[1] });
        let tell = move || loop {
            let mut number = 0_u8;
            // SAFETY: there is room for one.
            match unsafe { libc::read(ends[0], (&mut number as *mut u8).cast(), 1) } {
                1 => {
                    if let Some(sender) = listeners.senders.get(usize::from(number)) {
                        let _ = sender.send(());
                    }
                }
                _ if io::Error::last_os_error().kind() == io::ErrorKind::Interrupted => {}
                _ => return,
            }
        };
        std::thread::Builder::new().name("tokio-signals".to_owned()).spawn(tell)?;
        Ok(listeners)
    }
}

extern "C" fn told(signum: libc::c_int) {
    if let Some(listeners) = LISTENERS.get() {
        let number = signum as u8;
        // SAFETY: it is there.
        unsafe { libc::write(listeners.written, (&number as *const u8).cast(), 1) };
    }
}

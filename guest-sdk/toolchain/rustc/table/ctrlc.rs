//! Ctrl-C by wasix-libc's signals: the handler writes to a pipe, and the thread reads from it.

use crate::error::Error as CtrlcError;
use std::fmt;
use std::io::{self, Read, Write};
use std::sync::OnceLock;

pub type Signal = i32;

const SIGHUP: Signal = 1;
const SIGINT: Signal = 2;
const SIGTERM: Signal = 15;
const SA_RESTART: i32 = 0x1000_0000;

#[derive(Debug, PartialEq)]
pub enum Error {
    EEXIST,
    System(i32),
}

impl Error {
    fn last() -> Self {
        Error::System(io::Error::last_os_error().raw_os_error().unwrap_or(0))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::EEXIST => f.write_str("there is a handler already"),
            Error::System(number) => io::Error::from_raw_os_error(*number).fmt(f),
        }
    }
}

impl std::error::Error for Error {}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Action {
    handler: usize,
    mask: [u32; 2],
    flags: i32,
    restorer: usize,
}

extern "C" {
    fn sigaction(signal: i32, new: *const Action, old: *mut Action) -> i32;
}

static ENDS: OnceLock<(io::PipeReader, io::PipeWriter)> = OnceLock::new();

extern "C" fn told(_: i32) {
    if let Some((_, mut writer)) = ENDS.get().map(|(reader, writer)| (reader, writer)) {
        let _ = writer.write(&[1]);
    }
}

fn handle(signal: Signal, overwrite: bool) -> Result<(), Error> {
    let new = Action { handler: told as extern "C" fn(i32) as usize, flags: SA_RESTART, ..Action::default() };
    let mut old = Action::default();
    // SAFETY: both are there, and the handler only writes to a pipe.
    if unsafe { sigaction(signal, &new, &mut old) } != 0 {
        return Err(Error::last());
    }
    if !overwrite && old.handler != 0 {
        // SAFETY: it was there before.
        unsafe { sigaction(signal, &old, std::ptr::null_mut()) };
        return Err(Error::EEXIST);
    }
    Ok(())
}

pub unsafe fn init_os_handler(overwrite: bool) -> Result<(), Error> {
    if ENDS.get().is_none() {
        let ends = io::pipe().map_err(|error| Error::System(error.raw_os_error().unwrap_or(0)))?;
        let _ = ENDS.set(ends);
    }
    handle(SIGINT, overwrite)?;
    if cfg!(feature = "termination") {
        handle(SIGTERM, overwrite)?;
        handle(SIGHUP, overwrite)?;
    }
    Ok(())
}

pub unsafe fn block_ctrl_c() -> Result<(), CtrlcError> {
    loop {
        let Some((mut reader, _)) = ENDS.get().map(|(reader, writer)| (reader, writer)) else {
            return Err(CtrlcError::System(io::ErrorKind::NotFound.into()));
        };
        match reader.read(&mut [0]) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CtrlcError::System(error)),
        }
    }
}

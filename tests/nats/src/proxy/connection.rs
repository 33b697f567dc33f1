//! The connections of a proxy, and what they wait for.

use super::Mode;
use std::collections::BTreeMap;
use std::io::{Read as _, Result, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::thread;

/// How many bytes go through at a time.
const CHUNK: usize = 64 << 10;

/// All connections, and the mode that they obey.
#[derive(Debug)]
pub(super) struct Connections {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    is_over: bool,
    last: u64,
    /// The ends of each connection: the client's, and the server's as soon as there is one.
    open: BTreeMap<u64, Vec<TcpStream>>,
}

/// A client's connection.
#[derive(Debug)]
pub(super) struct Connection<'a> {
    client: TcpStream,
    number: u64,
    all: &'a Connections,
}

impl Connections {
    pub(super) const fn new() -> Self {
        let state = State { mode: Mode::Pass, is_over: false, last: 0, open: BTreeMap::new() };
        Self { state: Mutex::new(state), changed: Condvar::new() }
    }

    pub(super) fn set(&self, mode: Mode) {
        let mut state = self.state();
        state.mode = mode;
        if mode == Mode::Refuse {
            state.close_all();
        }
        self.changed.notify_all();
    }

    /// Closes all connections for ever.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.is_over = true;
        state.close_all();
        self.changed.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics with it")
    }
}

impl State {
    /// Closes all connections. Their threads end: what they read and write fails.
    fn close_all(&mut self) {
        for stream in std::mem::take(&mut self.open).into_values().flatten() {
            close(&stream);
        }
    }
}

impl<'a> Connection<'a> {
    /// Adds a connection to all, if there may be new ones.
    pub(super) fn new(client: TcpStream, all: &'a Connections) -> Option<Self> {
        let kept = client.try_clone().ok()?;
        let mut state = all.state();
        if state.is_over || state.mode == Mode::Refuse {
            return None;
        }
        state.last += 1;
        let number = state.last;
        state.open.insert(number, vec![kept]);
        Some(Self { client, number, all })
    }

    /// Passes bytes both ways until the connection is closed.
    pub(super) fn run(self, to: SocketAddr) {
        if !self.waits() {
            return;
        }
        // If nobody listens, the client hears of it as of an end.
        let Ok(server) = TcpStream::connect(to) else { return };
        if !self.add(&server) || server.set_nodelay(true).and(self.client.set_nodelay(true)).is_err() {
            return;
        }
        thread::scope(|scope| {
            scope.spawn(|| self.pass(&self.client, &server));
            self.pass(&server, &self.client);
        });
    }

    /// Has the server's end closed with the client's, if that isn't closed already.
    fn add(&self, server: &TcpStream) -> bool {
        let Ok(kept) = server.try_clone() else { return false };
        let mut state = self.all.state();
        let ends = state.open.get_mut(&self.number);
        ends.map(|ends| ends.push(kept)).is_some()
    }

    /// Passes bytes one way until one of the ends is closed.
    fn pass(&self, from: &TcpStream, to: &TcpStream) {
        match self.copy(from, to) {
            // The other way may go on.
            Ok(()) => drop(to.shutdown(Shutdown::Write)),
            // One end was reset. The other is closed, too, as soon as anything goes through.
            Err(_) => {
                self.waits();
                [from, to].into_iter().for_each(close);
            }
        }
    }

    fn copy(&self, mut from: &TcpStream, mut to: &TcpStream) -> Result<()> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let count = from.read(&mut chunk)?;
            // The mode may have changed during the reading. The end of a connection is held back as well.
            let is_open = self.waits();
            if count == 0 || !is_open {
                return Ok(());
            }
            to.write_all(&chunk[..count])?;
        }
    }

    /// Waits while nothing goes through. Returns whether the connection is open.
    fn waits(&self) -> bool {
        let is_held = |state: &mut State| state.mode == Mode::Drop && state.open.contains_key(&self.number);
        let state = self.all.changed.wait_while(self.all.state(), is_held).expect("nothing panics with it");
        state.open.contains_key(&self.number)
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        // The clone that is kept for closing would keep the connection open.
        self.all.state().open.remove(&self.number);
        close(&self.client);
    }
}

/// Closes both ways. Whoever waits for bytes hears of it. It may be closed already.
fn close(stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Both);
}

//! What the tests of a fleet share: an interface, an implementation of it that is no plugin, and hosts.

use bytes::Bytes;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use plugix_abi::interface::{Interface, Output, Provider};
use plugix_abi::{Pod, Status, interface};
use plugix_fleet::serve::{Answer, Backend, Call, Outcome, Served, Server};
use plugix_fleet::{Failure, FailureKind, Fleet};
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// What the hosts of these tests do.
#[interface(version = "1.2")]
pub(crate) trait Work {
    /// The same bytes.
    #[repeatable]
    fn echo(&self, bytes: &[u8]) -> Vec<u8>;
    /// Adds to an account, and returns what it has then.
    fn add(&self, account: &str, amount: u32) -> Result<u32, String>;
    /// Returns the host's name when the gate opens.
    fn wait(&self, gate: &str) -> String;
    /// As `wait`, and may run twice.
    #[repeatable]
    fn wait_again(&self, gate: &str) -> String;
    /// Panics.
    fn panic(&self);
}

/// Doors that calls wait at. All hosts of a test share them.
#[derive(Default)]
pub(crate) struct Gates {
    state: Mutex<HashMap<String, Gate>>,
    changed: Condvar,
}

#[derive(Default, Clone)]
struct Gate {
    open: bool,
    /// The hosts that came to it.
    came: Vec<String>,
}

impl Gates {
    pub(crate) fn open(&self, gate: &str) {
        self.state.lock().unwrap().entry(gate.to_owned()).or_default().open = true;
        self.changed.notify_all();
    }

    /// Waits until so many calls came to a gate. Returns their hosts.
    pub(crate) fn came(&self, gate: &str, count: usize) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let came = |state: &mut HashMap<String, Gate>| state.get(gate).is_none_or(|gate| gate.came.len() < count);
        let (state, late) = self.changed.wait_timeout_while(state, Duration::from_secs(30), came).unwrap();
        assert!(!late.timed_out(), "nobody came to {gate}");
        state[gate].came.clone()
    }

    fn pass(&self, gate: &str, host: &str) {
        let mut state = self.state.lock().unwrap();
        state.entry(gate.to_owned()).or_default().came.push(host.to_owned());
        self.changed.notify_all();
        let closed = |state: &mut HashMap<String, Gate>| !state[gate].open;
        drop(self.changed.wait_timeout_while(state, Duration::from_secs(30), closed).unwrap());
    }
}

/// The implementation.
pub(crate) struct Worker {
    pub(crate) host: String,
    pub(crate) gates: Arc<Gates>,
    pub(crate) accounts: Mutex<HashMap<String, u32>>,
}

impl Work for Worker {
    fn echo(&self, bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn add(&self, account: &str, amount: u32) -> Result<u32, String> {
        let mut accounts = self.accounts.lock().unwrap();
        let has = accounts.entry(account.to_owned()).or_default();
        *has = has.checked_add(amount).ok_or_else(|| format!("{account} has {has} already"))?;
        Ok(*has)
    }

    fn wait(&self, gate: &str) -> String {
        self.gates.pass(gate, &self.host);
        self.host.clone()
    }

    fn wait_again(&self, gate: &str) -> String {
        self.wait(gate)
    }

    fn panic(&self) {
        panic!("as it was asked to");
    }
}

/// An implementation in Rust as what answers calls.
pub(crate) struct Native<I: Interface + ?Sized> {
    implementation: Provider<I>,
    /// How many calls may run at once.
    room: Arc<tokio::sync::Semaphore>,
    /// What the calls said of themselves.
    pub(crate) calls: Arc<Mutex<Vec<Call>>>,
}

impl<I: Interface + ?Sized> Native<I> {
    pub(crate) fn new(implementation: Provider<I>, room: usize) -> Arc<Self> {
        Arc::new(Self { implementation, room: Arc::new(tokio::sync::Semaphore::new(room)), calls: Arc::default() })
    }
}

impl<I: Interface + ?Sized> Backend for Native<I> {
    fn descriptors(&self) -> Bytes {
        Bytes::from_static(I::DESCRIPTOR)
    }

    fn call(&self, call: Call) -> BoxFuture<'static, Outcome> {
        let Ok(place) = self.room.clone().try_acquire_owned() else {
            return async { Err(Failure::new(FailureKind::Full, "no place")) }.boxed();
        };
        self.calls.lock().unwrap().push(call.clone());
        let name = call.method.strip_prefix(I::NAME).and_then(|rest| rest.strip_prefix('/')).unwrap().to_owned();
        let method = I::METHODS.iter().position(|method| method.name == name).unwrap();
        let implementation = self.implementation.clone();
        let run = move || {
            let _place = place;
            let mut output = Kept(Vec::new());
            match I::frame_fn(method).unwrap()(implementation.get(), &call.args, &mut output) {
                Status::Ok => Ok(Answer::Value(output.0.into())),
                Status::Error => Ok(Answer::Error(output.0.into())),
                _ => Err(Failure::new(FailureKind::Arguments, String::from_utf8_lossy(&output.0))),
            }
        };
        async {
            let ran = tokio::task::spawn_blocking(run).await;
            ran.unwrap_or_else(|_| Err(Failure::new(FailureKind::Panicked, "the method panicked")))
        }
        .boxed()
    }
}

struct Kept(Vec<u8>);

impl Output for Kept {
    fn give<T: Pod>(&mut self, elements: Vec<T>) {
        self.0.extend_from_slice(plugix_abi::bytemuck::cast_slice(&elements));
    }

    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0.extend(postcard::to_allocvec(value).unwrap());
    }
}

/// A host with one worker.
pub(crate) struct TestHost {
    pub(crate) served: Served,
    pub(crate) backend: Arc<Native<dyn Work>>,
}

/// Serves the plugin `work` on a host of this name.
pub(crate) fn host(fleet: &Fleet, name: &str, gates: &Arc<Gates>) -> TestHost {
    host_of(&Server::builder(fleet, name).build().unwrap(), gates, 8)
}

/// Serves the plugin `work` on a host, which runs so many calls at once.
pub(crate) fn host_of(server: &Server, gates: &Arc<Gates>, room: usize) -> TestHost {
    let backend = Native::new(worker(server.name(), gates), room);
    TestHost { served: server.serve("work", backend.clone()).unwrap(), backend }
}

pub(crate) fn worker(host: &str, gates: &Arc<Gates>) -> Provider<dyn Work> {
    <dyn Work>::provider(Worker { host: host.to_owned(), gates: gates.clone(), accounts: Mutex::default() })
}

pub(crate) fn connect(url: &str) -> Fleet {
    Fleet::connect(url).unwrap()
}

/// Waits until something holds that other programs bring about.
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "{what} didn't come about");
        std::thread::sleep(Duration::from_millis(20));
    }
}

//! The threads that wait for one socket.
//!
//! A socket of virtual-net knows only one waiter. So a thread that sends and a thread that receives would replace each
//! other, and neither would be woken (virtual-net 0.704.2, `host.rs`). Here, an event of a socket wakes all threads
//! that wait for the socket.

use crate::sync::lock::lock;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread::{self, ThreadId};
use virtual_net::{InterestHandler, InterestType, NetworkError, Result};

pub(super) type Handler = Box<dyn InterestHandler + Send + Sync>;

/// How many threads can wait for one socket. A thread is in the list once, and leaves it when its wait is over.
const MAX_WAITERS: usize = 1024;

/// The threads that wait, and whether the socket knows of the list.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    all: All,
    registered: bool,
}

/// The handlers, by thread. A thread waits for one thing at a time, and begins and ends its wait itself.
#[derive(Clone, Debug, Default)]
struct All(Arc<Mutex<HashMap<ThreadId, Arc<Mutex<Handler>>>>>);

impl Waiters {
    /// Adds the calling thread. `register` makes the socket tell all threads in the list.
    pub(super) fn add(&mut self, handler: Handler, register: impl FnOnce(Handler) -> Result<()>) -> Result<()> {
        let mut all = lock(&self.all.0);
        if all.len() >= MAX_WAITERS {
            return Err(NetworkError::InsufficientMemory);
        }
        all.insert(thread::current().id(), Arc::new(Mutex::new(handler)));
        drop(all);
        self.register(register)
    }

    /// Removes the calling thread. Returns whether nobody waits any more.
    pub(super) fn remove(&mut self) -> bool {
        let mut all = lock(&self.all.0);
        all.remove(&thread::current().id());
        self.registered &= !all.is_empty();
        all.is_empty()
    }

    /// Polls a socket, which makes the socket forget whom to tell, and tells the socket again. Adds the calling thread
    /// if it has to wait.
    pub(super) fn poll<S: ?Sized>(
        &mut self,
        cx: &mut Context<'_>,
        socket: &mut S,
        poll: impl FnOnce(&mut S, &mut Context<'_>) -> Poll<Result<usize>>,
        register: impl FnOnce(&mut S, Handler) -> Result<()>,
    ) -> Poll<Result<usize>> {
        let ready = poll(socket, &mut Context::from_waker(Waker::noop()));
        self.registered = false;
        if ready.is_pending() {
            self.add(cx.waker().into(), |all| register(socket, all))?;
        } else if !lock(&self.all.0).is_empty() {
            self.register(|all| register(socket, all))?;
        }
        ready
    }

    fn register(&mut self, register: impl FnOnce(Handler) -> Result<()>) -> Result<()> {
        if !self.registered {
            register(Box::new(self.all.clone()))?;
            self.registered = true;
        }
        Ok(())
    }
}

impl InterestHandler for All {
    fn push_interest(&mut self, interest: InterestType) {
        // A handler may take locks that its thread holds while it begins to wait. So no lock of this list is held here.
        let handlers: Vec<_> = lock(&self.0).values().cloned().collect();
        for handler in handlers {
            lock(&handler).push_interest(interest);
        }
    }

    fn pop_interest(&mut self, _: InterestType) -> bool {
        false
    }

    fn has_interest(&self, _: InterestType) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Debug, Default)]
    struct Count(Arc<AtomicUsize>);

    impl InterestHandler for Count {
        fn push_interest(&mut self, _: InterestType) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }

        fn pop_interest(&mut self, _: InterestType) -> bool {
            false
        }

        fn has_interest(&self, _: InterestType) -> bool {
            false
        }
    }

    #[test]
    fn all_are_woken_and_each_leaves_for_itself() {
        let (woken, mut waiters, mut socket) = (Arc::new(AtomicUsize::new(0)), Waiters::default(), None);
        let count = || Box::new(Count(woken.clone()));
        let register = |all| {
            socket = Some(all);
            Ok(())
        };
        waiters.add(count(), register).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| waiters.add(count(), |_| panic!("registered twice")).unwrap());
        });
        socket.as_mut().unwrap().push_interest(InterestType::Readable);
        assert_eq!(woken.load(Ordering::SeqCst), 2);
        assert!(!waiters.remove());
        socket.as_mut().unwrap().push_interest(InterestType::Readable);
        assert_eq!(woken.load(Ordering::SeqCst), 3);
    }
}

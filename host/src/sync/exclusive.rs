//! A value that one user at a time takes. Nobody waits for it.

mod bias;

pub(crate) use bias::prepare;

use bias::{Bias, Use};
use std::cell::UnsafeCell;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// Guards a value that is taken for the time of a call. Unlike a mutex it never blocks and isn't poisoned. It costs a
/// call little: as long as only one thread takes the value, no locked instruction is executed.
pub(crate) struct Exclusive<T> {
    locked: AtomicBool,
    bias: Bias,
    value: UnsafeCell<T>,
}

// SAFETY: `Taken` gives out references to the value. Two kinds of threads get a `Taken`: a thread that has the lock,
// after `Bias::admit` found that no owner has the value; and the owner, after `Bias::take` found that it still is the
// owner. `Bias` lets one of the two through and not both. A user of `marked` has the lock as well. So at most one
// thread has a reference at any time. Sharing the guard moves the value between threads and never shares the value, and
// `T: Send` allows that.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), bias: Bias::new(), value: UnsafeCell::new(value) }
    }

    /// Takes the value, unless somebody has it.
    #[inline]
    pub(crate) fn try_take(&self) -> Option<Taken<'_, T>> {
        let taken = |locked| Some(Taken { from: self, locked, on_this_thread: PhantomData });
        if self.bias.is_mine() {
            // This thread has the value already. Or another thread has the lock, and is about to see whether it gets
            // the value.
            if self.locked.load(Ordering::Relaxed) || self.bias.is_taken() {
                return None;
            }
            if self.bias.take() {
                return taken(false);
            }
        }
        self.lock(Use::Again).then(|| taken(true)).flatten()
    }

    /// Marks the value as taken, unless somebody has it. This is for users who keep track of the time themselves, and
    /// who may unmark the value on another thread.
    pub(crate) fn try_mark(&self) -> bool {
        self.lock(Use::Once)
    }

    fn lock(&self, purpose: Use) -> bool {
        // If somebody has the lock, setting it once more changes nothing.
        if self.locked.swap(true, Ordering::Acquire) {
            return false;
        }
        let free = self.bias.admit(purpose);
        if !free {
            self.unlock();
        }
        free
    }

    #[inline]
    fn unlock(&self) {
        self.locked.store(false, Ordering::Release);
    }

    /// The value.
    ///
    /// # Safety
    /// The caller has marked the value as taken. The caller doesn't use the pointer any more once it unmarks the value.
    #[inline]
    pub(crate) unsafe fn marked(&self) -> *mut T {
        self.value.get()
    }

    /// Gives back a value that was marked as taken.
    ///
    /// # Safety
    /// The caller has marked the value, and no reference to it is left.
    #[inline]
    pub(crate) unsafe fn unmark(&self) {
        self.unlock();
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").field("locked", &self.locked).field("bias", &self.bias).finish_non_exhaustive()
    }
}

/// The value, until this is dropped.
pub(crate) struct Taken<'a, T> {
    from: &'a Exclusive<T>,
    /// Whether the user has the lock. If not, the user is the owner, who needs no lock.
    locked: bool,
    /// What an owner took, only the owner's thread gives back. So this type is not `Send`.
    on_this_thread: PhantomData<*const ()>,
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `self` took the value, and gives it back only when `self` is dropped. Nobody else has a reference
        // meanwhile.
        unsafe { &*self.from.value.get() }
    }
}

impl<T> DerefMut for Taken<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as in `deref`, and `self` is borrowed mutably.
        unsafe { &mut *self.from.value.get() }
    }
}

impl<T> Drop for Taken<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.locked { self.from.unlock() } else { self.from.bias.give_back() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::spin_loop;
    use std::sync::atomic::{AtomicU64, AtomicUsize};
    use std::thread::scope;

    /// Adds one to a number that isn't atomic, as soon as nobody else has the number.
    fn add(value: &Exclusive<u64>) {
        let mut taken = loop {
            match value.try_take() {
                Some(taken) => break taken,
                None => spin_loop(),
            }
        };
        *taken += 1;
    }

    #[test]
    fn has_one_user_at_a_time() {
        let value = Exclusive::new(0);
        let times = if cfg!(miri) { 50 } else { 5000 };
        scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..times).for_each(|_| add(&value)));
            }
        });
        assert_eq!(*value.try_take().unwrap(), 4 * times);
    }

    #[test]
    fn has_one_user_while_its_owner_changes() {
        prepare();
        const LONG: u64 = 100;
        const OTHERS: u64 = 20;
        let values: Vec<_> = (0..if cfg!(miri) { 5 } else { 20_000 }).map(|_| Exclusive::new(0)).collect();
        // How often one was added to each value.
        let added: Vec<_> = values.iter().map(|_| AtomicU64::new(0)).collect();
        let arrived = AtomicUsize::new(0);
        scope(|scope| {
            scope.spawn(|| {
                for (at, (value, added)) in values.iter().zip(&added).enumerate() {
                    while added.load(Ordering::Relaxed) < LONG || arrived.load(Ordering::Relaxed) <= at {
                        add(value);
                        added.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            // This thread comes when the other one has owned the value for long, and still uses it.
            for (value, added) in values.iter().zip(&added) {
                while added.load(Ordering::Relaxed) < LONG {
                    spin_loop();
                }
                (0..OTHERS).for_each(|_| add(value));
                added.fetch_add(OTHERS, Ordering::Relaxed);
                arrived.fetch_add(1, Ordering::Relaxed);
            }
        });
        for (value, added) in values.iter().zip(added) {
            assert_eq!(*value.try_take().unwrap(), added.into_inner());
        }
    }

    #[test]
    fn one_of_two_gets_it() {
        prepare();
        const OWNED: u64 = 100;
        let values: Vec<_> = (0..if cfg!(miri) { 5 } else { 20_000 }).map(|_| Exclusive::new(0)).collect();
        let steps: Vec<_> = values.iter().map(|_| AtomicUsize::new(0)).collect();
        let both = |step: &AtomicUsize| {
            step.fetch_add(1, Ordering::SeqCst);
            while step.load(Ordering::SeqCst) < 2 {
                spin_loop();
            }
        };
        let got: Vec<_> = values.iter().map(|_| AtomicUsize::new(0)).collect();
        let user = |before: u64| {
            for ((value, step), got) in values.iter().zip(&steps).zip(&got) {
                (0..before).for_each(|_| add(value));
                both(step);
                got.fetch_add(usize::from(value.try_take().is_some()), Ordering::Relaxed);
            }
        };
        scope(|scope| {
            scope.spawn(|| user(OWNED));
            user(0);
        });
        assert!(got.into_iter().all(|got| got.into_inner() > 0));
    }

    #[test]
    fn is_taken_once_by_its_owner() {
        prepare();
        let value = Exclusive::new(0);
        for _ in 0..100 {
            let _taken = value.try_take().unwrap();
            assert!(value.try_take().is_none() && !value.try_mark());
        }
        assert!(value.try_mark());
        assert!(value.try_take().is_none() && !value.try_mark());
        // SAFETY: the value was marked above, and there is no reference.
        unsafe { value.unmark() };
        assert!(value.try_take().is_some());
    }

    #[test]
    fn an_owner_that_is_gone_leaves_the_value() {
        prepare();
        let value = Exclusive::new(0);
        scope(|scope| {
            scope.spawn(|| (0..100).for_each(|_| add(&value)));
        });
        add(&value);
        assert_eq!(*value.try_take().unwrap(), 101);
    }
}

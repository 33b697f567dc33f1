//! A value for one user at a time, who doesn't wait.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};

/// Guards a value that is taken for the time of a call. Unlike a mutex it never blocks, isn't poisoned, and is released
/// with a plain store, so that it costs a call little.
pub(crate) struct Exclusive<T> {
    taken: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: a reference to the value is handed out only to the one who has set `taken`, so that sharing the guard moves
// the value between threads, and never shares it.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { taken: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    /// Takes the value, unless somebody has it.
    #[inline]
    pub(crate) fn try_take(&self) -> Option<Taken<'_, T>> {
        self.try_mark().then(|| Taken { from: self })
    }

    /// Marks the value as taken, unless somebody has it; for those who keep the time of it themselves.
    #[inline]
    pub(crate) fn try_mark(&self) -> bool {
        // Whoever has it loses nothing when it is marked as taken once more.
        !self.taken.swap(true, Ordering::Acquire)
    }

    /// The value.
    ///
    /// # Safety
    /// The caller has marked it as taken, and doesn't use what this returns any more when it unmarks it.
    #[inline]
    pub(crate) unsafe fn marked(&self) -> *mut T {
        self.value.get()
    }

    /// Gives back what was marked as taken.
    ///
    /// # Safety
    /// The caller has marked it, and no reference to the value is left.
    #[inline]
    pub(crate) unsafe fn unmark(&self) {
        self.taken.store(false, Ordering::Release);
    }
}

impl<T> fmt::Debug for Exclusive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exclusive").field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// The value, until this is dropped.
pub(crate) struct Taken<'a, T> {
    from: &'a Exclusive<T>,
}

impl<T> Deref for Taken<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: `taken` is set, and only by the one who made this: there is no other reference.
        unsafe { &*self.from.value.get() }
    }
}

impl<T> DerefMut for Taken<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { &mut *self.from.value.get() }
    }
}

impl<T> Drop for Taken<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.from.taken.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn has_one_user_at_a_time() {
        let value = Exclusive::new(0_u64);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        let mut taken = loop {
                            match value.try_take() {
                                Some(taken) => break taken,
                                None => std::hint::spin_loop(),
                            }
                        };
                        *taken += 1;
                    }
                });
            }
        });
        let taken = value.try_take().unwrap();
        assert_eq!(*taken, 4000);
        assert!(value.try_take().is_none());
    }
}

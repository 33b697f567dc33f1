//! Callers who wait in line for something scarce: first come, first served.

use crate::sync::lock::lock;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

/// The callers that wait for a `T`, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Line<T> {
    /// The length of the line, readable without the lock.
    waiting: AtomicUsize,
    places: Mutex<VecDeque<Arc<Place<T>>>>,
}

#[derive(Debug)]
struct Place<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    given: Option<T>,
    waker: Option<Waker>,
}

/// A place in the line: a future of what the caller waits for. Dropping the place leaves the line. If something was
/// given to the place meanwhile, that is dropped too.
#[derive(Debug)]
#[must_use]
pub(crate) struct Turn<T> {
    line: Arc<Line<T>>,
    place: Arc<Place<T>>,
}

/// Tells whether a place is still in the line.
#[derive(Debug)]
pub(crate) struct Ticket<T>(Arc<Place<T>>);

impl<T> PartialEq for Ticket<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Line<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { waiting: AtomicUsize::new(0), places: Mutex::default() })
    }

    /// How many callers are waiting.
    ///
    /// Whoever gives something back does that first, and then asks here. Whoever waits joins the line first, and then
    /// looks for something. So at least one of the two sees the other.
    #[inline]
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::SeqCst)
    }

    /// Joins the line, unless `most` callers wait in it already. The caller then calls [`Line::serve`].
    pub(crate) fn join(self: &Arc<Self>, most: usize) -> Option<Turn<T>> {
        let mut places = lock(&self.places);
        if places.len() >= most {
            return None;
        }
        let place = Arc::new(Place(Mutex::new(State { given: None, waker: None })));
        places.push_back(place.clone());
        self.waiting.store(places.len(), Ordering::SeqCst);
        // This fence stands between joining and looking for something. The other side has a fence between giving back
        // and asking here.
        fence(Ordering::SeqCst);
        Some(Turn { line: self.clone(), place })
    }

    /// Whether the place of this ticket waits: nothing was given to it, and it hasn't left the line.
    pub(crate) fn has(&self, ticket: &Ticket<T>) -> bool {
        lock(&self.places).iter().any(|place| Arc::ptr_eq(place, &ticket.0))
    }

    /// Gives what `take` finds to the first in the line, then to the next, until `take` finds nothing or nobody waits.
    /// `take` must not drop a `T`: a dropped `T` may go to the next in the line, and that takes the lock.
    pub(crate) fn serve(&self, mut take: impl FnMut() -> Option<T>) {
        let mut woken = Vec::new();
        let mut places = lock(&self.places);
        while !places.is_empty()
            && let Some(item) = take()
            && let Some(place) = places.pop_front()
        {
            let mut state = lock(&place.0);
            state.given = Some(item);
            woken.extend(state.waker.take());
        }
        self.waiting.store(places.len(), Ordering::SeqCst);
        drop(places);
        woken.into_iter().for_each(Waker::wake);
    }
}

impl<T> Turn<T> {
    /// A ticket for this place.
    pub(crate) fn ticket(&self) -> Ticket<T> {
        Ticket(self.place.clone())
    }

    /// What was given to this place, if anything was.
    pub(crate) fn try_take(&self) -> Option<T> {
        lock(&self.place.0).given.take()
    }
}

impl<T> Future for Turn<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = lock(&self.place.0);
        match state.given.take() {
            Some(item) => Poll::Ready(item),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Turn<T> {
    fn drop(&mut self) {
        let mut places = lock(&self.line.places);
        if let Some(at) = places.iter().position(|place| Arc::ptr_eq(place, &self.place)) {
            places.remove(at);
            self.line.waiting.store(places.len(), Ordering::SeqCst);
        }
        drop(places);
        // Dropping `given` may give it to the next in the line, and that takes the lock.
        let given = self.try_take();
        drop(given);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    #[test]
    fn first_come_first_served() {
        let line = Line::new();
        let mut turns: Vec<_> = (0..3).map(|_| line.join(3).expect("there is room")).collect();
        assert!(line.join(3).is_none());
        let mut items = vec!["b", "a"];
        line.serve(|| items.pop());
        assert_eq!(line.waiting(), 1);
        let answers: Vec<_> = turns.iter_mut().map(|turn| turn.now_or_never()).collect();
        assert_eq!(answers, [Some("a"), Some("b"), None]);
    }

    #[test]
    fn who_leaves_takes_nothing_along() {
        let line = Line::<Arc<()>>::new();
        let (first, second, item) = (line.join(2), line.join(2), Arc::new(()));
        drop(first);
        assert_eq!(line.waiting(), 1);
        let mut items = vec![item.clone()];
        line.serve(|| items.pop());
        assert_eq!((line.waiting(), Arc::strong_count(&item)), (0, 2));
        drop(second);
        assert_eq!(Arc::strong_count(&item), 1);
    }
}

//! A plugin's memory as it was at one moment.

use super::{GuestMemory, copy};
use wasmer::AsStoreRef;

/// How many bytes are compared and copied at once.
const PAGE: usize = 4096;

/// The pages that are not all zeroes.
#[derive(Debug)]
pub(crate) struct Snapshot(Vec<Option<Box<[u8; PAGE]>>>);

impl GuestMemory {
    /// Copies all of the memory. No code of the plugin may run meanwhile, or the copy belongs to no single moment.
    pub(crate) fn snapshot(&mut self, store: &impl AsStoreRef) -> Snapshot {
        let mut page = [0; PAGE];
        let pages = self.pages(store).map(|from| {
            // SAFETY: the page lies in the memory, which never moves or shrinks.
            unsafe { copy::from_guest(from, page.as_mut_ptr(), PAGE) };
            (page != [0; PAGE]).then(|| Box::new(page))
        });
        Snapshot(pages.collect())
    }

    /// Makes the memory what it was. What has grown since then becomes zeroes.
    pub(crate) fn restore(&mut self, store: &impl AsStoreRef, snapshot: &Snapshot) {
        let (mut page, zeroes) = ([0; PAGE], [0; PAGE]);
        for (at, place) in self.pages(store).enumerate() {
            // SAFETY: the page lies in the memory, which never moves or shrinks.
            unsafe { copy::from_guest(place, page.as_mut_ptr(), PAGE) };
            let was = snapshot.0.get(at).and_then(Option::as_deref).unwrap_or(&zeroes);
            if page != *was {
                // SAFETY: as above. The source is a page of the host.
                unsafe { copy::to_guest(was.as_ptr(), place, PAGE) };
            }
        }
    }

    /// Where the memory's pages begin.
    fn pages<S: AsStoreRef>(&mut self, store: &S) -> impl Iterator<Item = *mut u8> + use<S> {
        self.known_size = self.memory.view(store).data_size();
        let (base, count) = (self.base, self.known_size as usize / PAGE);
        // A wasm page is a multiple of this page.
        (0..count).map(move |at| base.wrapping_add(at * PAGE))
    }
}

//! A plugin's memory as it was at one moment.
//!
//! The plugin's memory is mapped from images then. So a way back costs what the plugin has written since, and not what it
//! has. And the instances of one module have one image in common, so that an instance takes room for what differs.

use super::GuestMemory;
use super::changed::changed;
use super::image::give_back;
use super::layer::{Layer, PAGE};
use plugix_shared::copy;
use std::io;
use std::sync::{Arc, OnceLock};
use wasmer::AsStoreRef;

/// How many pages a way back copies. They stay what a plugin has without asking for them: a plugin writes to the same pages
/// in each call, and a page that it has to ask for costs as much as copying ten. What is beyond is given back.
const KEPT: usize = 1024;

static ZEROES: [u8; PAGE] = [0; PAGE];

/// What the memories of one module's instances have in common: all that the first of them was. It may have had another
/// policy. Others share those of its pages that are equal to theirs, and so learn nothing of it.
#[derive(Debug, Default)]
pub(crate) struct Common(OnceLock<Arc<Layer>>);

/// What a memory was. What is in no layer was zeroes.
#[derive(Debug)]
pub(crate) struct Snapshot {
    common: Arc<Layer>,
    /// What differs.
    own: Option<Layer>,
    size: usize,
}

impl GuestMemory {
    /// Keeps what all of the memory is. No code of the plugin may run meanwhile. `common` is that of the module.
    ///
    /// # Errors
    /// If there is no room for it. Then nobody may use the memory any more.
    pub(crate) fn snapshot(&mut self, store: &impl AsStoreRef, common: &Common) -> io::Result<Snapshot> {
        let size = self.size(store);
        let touched = self.touched(size);
        if common.0.get().is_none() {
            let first = Layer::new(self, &self.differing(&touched, |_| None))?;
            // Another instance may have been quicker.
            let _ = common.0.set(Arc::new(first));
        }
        let common = common.0.get().expect("it was set").clone();
        let mut pages: Vec<_> = common.pages().take_while(|page| *page < size).chain(touched).collect();
        pages.sort_unstable();
        pages.dedup();
        let pages = self.differing(&pages, |at| common.page(at));
        let mut own = (!pages.is_empty()).then(|| Layer::new(self, &pages)).transpose()?;
        // SAFETY: what was in the memory is in the layers, or is zeroes. The plugin has no thread, and the host uses the memory
        // here alone.
        unsafe {
            give_back(self.base, size)?;
            common.map_over(self, size)?;
            if let Some(own) = &mut own {
                own.map_over(self, size)?;
                own.close();
            }
        }
        Ok(Snapshot { common, own, size })
    }

    /// Makes the memory what it was. What has grown since then becomes zeroes.
    pub(crate) fn restore(&mut self, store: &impl AsStoreRef, snapshot: &Snapshot) {
        let (start, size) = (self.base as usize, self.size(store));
        let known = changed(start..start + size, KEPT, |pages| {
            for at in (pages.start - start..pages.end - start).step_by(PAGE) {
                // SAFETY: the page lies in the memory. The source is a page of the host's.
                unsafe { copy::to_guest(snapshot.page(at), self.base.add(at), PAGE) };
            }
        });
        let end = known.map_or(0, |end| end - start);
        // SAFETY: this is the end of the memory, in whole pages; it is privately mapped, and what it is before it is written
        // to is what it was.
        if unsafe { give_back(self.base.add(end), size - end) }.is_err() {
            let pages: Vec<_> = (0..size).step_by(PAGE).collect();
            for at in self.differing(&pages, |at| Some(snapshot.page(at))) {
                // SAFETY: as above.
                unsafe { copy::to_guest(snapshot.page(at), self.base.add(at), PAGE) };
            }
        }
    }

    /// Where the pages begin that may be something else than zeroes, in order.
    fn touched(&self, size: usize) -> Vec<usize> {
        let start = self.base as usize;
        let mut touched = Vec::new();
        let known = changed(start..start + size, usize::MAX, |pages| {
            touched.extend((pages.start - start..pages.end - start).step_by(PAGE));
        });
        match known {
            Ok(_) => touched,
            // The kernel can't tell.
            Err(_) => (0..size).step_by(PAGE).collect(),
        }
    }

    /// Those of the pages that aren't what they were. What `was` doesn't know was zeroes.
    fn differing(&self, pages: &[usize], was: impl Fn(usize) -> Option<*const u8>) -> Vec<usize> {
        let mut page = [0; PAGE];
        let differs = |at: &usize| {
            self.read_page(*at, &mut page);
            let was = was(*at).unwrap_or(ZEROES.as_ptr());
            // SAFETY: it is a page of the host's, which nobody changes.
            page != unsafe { *was.cast::<[u8; PAGE]>() }
        };
        pages.iter().copied().filter(differs).collect()
    }

    /// The size in bytes, a multiple of the page size.
    fn size(&mut self, store: &impl AsStoreRef) -> usize {
        self.known_size = self.memory.view(store).data_size();
        self.known_size as usize
    }
}

impl Snapshot {
    /// What the page at `at` was.
    fn page(&self, at: usize) -> *const u8 {
        let layers = || self.own.as_ref().and_then(|own| own.page(at)).or_else(|| self.common.page(at));
        // The first instance may have been larger.
        (at < self.size).then(layers).flatten().unwrap_or(ZEROES.as_ptr())
    }
}

#[cfg(test)]
mod tests;

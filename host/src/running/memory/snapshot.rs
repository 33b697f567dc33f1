//! A plugin's memory as it was at one moment.
//!
//! The plugin's memory is mapped from its own image then. So a way back costs what the plugin has written since, and not
//! what it has.

use super::changed::changed;
use super::image::{Draft, Image, give_back};
use super::{GuestMemory, copy};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;
use wasmer::{AsStoreRef, WASM_PAGE_SIZE};

/// The pages of the processor, in bytes.
pub(super) const PAGE: usize = 4096;

/// How many pages a way back copies. They stay what a plugin has without asking for them: a plugin writes to the same pages
/// in each call, and a page that it has to ask for costs as much as copying ten. What is beyond is given back.
const KEPT: usize = 1024;

/// So many bytes of zeroes, or more, are not mapped from the image.
const GAP: usize = 4 * WASM_PAGE_SIZE;

static ZEROES: [u8; PAGE] = [0; PAGE];

/// What a memory was.
#[derive(Debug)]
pub(crate) struct Snapshot {
    image: Image,
    /// What is mapped from the image. All else was zeroes.
    runs: Vec<Range<usize>>,
}

impl GuestMemory {
    /// Keeps what all of the memory is. No code of the plugin may run meanwhile.
    ///
    /// # Errors
    /// If there is no room for it. Then nobody may use the memory any more.
    pub(crate) fn snapshot(&mut self, store: &impl AsStoreRef) -> io::Result<Snapshot> {
        let size = self.size(store);
        let draft = Draft::new(size.max(PAGE))?;
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut piece = vec![0; WASM_PAGE_SIZE];
        for at in (0..size).step_by(WASM_PAGE_SIZE) {
            // SAFETY: the piece lies in the memory, which never moves or shrinks.
            unsafe { copy::from_guest(self.base.add(at), piece.as_mut_ptr(), piece.len()) };
            if piece.chunks_exact(PAGE).all(|page| page == ZEROES) {
                continue;
            }
            draft.file.write_all_at(&piece, at as u64)?;
            match runs.last_mut() {
                Some(last) if at - last.end < GAP => last.end = at + piece.len(),
                _ => runs.push(at..at + piece.len()),
            }
        }
        let image = draft.finish()?;
        let mut end = 0;
        for run in &runs {
            // SAFETY: both lie in the memory, in whole pages. What is there is in the image, or is zeroes. The plugin has no
            // thread, and the host uses the memory here alone.
            unsafe {
                give_back(self.base.add(end), run.start - end)?;
                draft.map_over(self.base.add(run.start), run.len(), run.start)?;
            }
            end = run.end;
        }
        // SAFETY: as above.
        unsafe { give_back(self.base.add(end), size - end)? };
        Ok(Snapshot { image, runs })
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
            self.compare(size, snapshot);
        }
    }

    /// Makes the memory what it was without the kernel's help.
    fn compare(&mut self, size: usize, snapshot: &Snapshot) {
        let mut page = [0; PAGE];
        for at in (0..size).step_by(PAGE) {
            let was = snapshot.page(at);
            // SAFETY: the page lies in the memory, which never moves or shrinks. The other is a page of the host's, which
            // nobody changes.
            unsafe {
                copy::from_guest(self.base.add(at), page.as_mut_ptr(), PAGE);
                if page != *was.cast::<[u8; PAGE]>() {
                    copy::to_guest(was, self.base.add(at), PAGE);
                }
            }
        }
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
        match self.runs.iter().find(|run| run.contains(&at)) {
            Some(_) => self.image.at(at),
            None => ZEROES.as_ptr(),
        }
    }
}

//! Pages of a memory as they were at one moment, in an image.

use super::GuestMemory;
use super::image::Image;
use plugix_shared::copy;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

/// The pages of the processor, in bytes.
pub(super) const PAGE: usize = 4096;

/// Pages that lie no further apart than this are one run. Each run is a mapping of its own, of which a process can't have
/// many.
const GAP: usize = 16 * PAGE;

/// Some pages of a memory. The others are in another layer, or are zeroes.
#[derive(Debug)]
pub(super) struct Layer {
    image: Image,
    /// In order.
    runs: Vec<Run>,
}

/// Pages that follow each other.
#[derive(Debug)]
struct Run {
    /// Where they are in the memory.
    memory: Range<usize>,
    /// Where they are in the image.
    image: usize,
}

impl Layer {
    /// The pages that begin in these places, in order, and those between them.
    ///
    /// # Errors
    /// If there is no room for the image.
    pub(super) fn new(memory: &GuestMemory, pages: &[usize]) -> io::Result<Self> {
        let mut runs: Vec<Run> = Vec::new();
        for &page in pages {
            match runs.last_mut() {
                Some(run) if page - run.memory.end < GAP => run.memory.end = page + PAGE,
                _ => runs.push(Run { memory: page..page + PAGE, image: 0 }),
            }
        }
        let mut len = 0;
        for run in &mut runs {
            run.image = len;
            len += run.memory.len();
        }
        let image = Image::new(len.max(PAGE), |file| {
            let mut page = [0; PAGE];
            for run in &runs {
                for (at, offset) in run.memory.clone().step_by(PAGE).zip((run.image..).step_by(PAGE)) {
                    memory.read_page(at, &mut page);
                    file.write_all_at(&page, offset as u64)?;
                }
            }
            Ok(())
        })?;
        Ok(Self { image, runs })
    }

    /// Gives the image's descriptor back, when nobody will map it any more.
    pub(super) fn close(&mut self) {
        self.image.close();
    }

    /// Where all pages begin.
    pub(super) fn pages(&self) -> impl Iterator<Item = usize> {
        self.runs.iter().flat_map(|run| run.memory.clone().step_by(PAGE))
    }

    /// What the page at `at` was, if it is in this layer.
    pub(super) fn page(&self, at: usize) -> Option<*const u8> {
        let run = &self.runs[self.runs.partition_point(|run| run.memory.end <= at)..].first()?;
        (run.memory.start <= at).then(|| self.image.at(run.image + (at - run.memory.start)))
    }

    /// Maps all pages of a memory of this size over the memory.
    ///
    /// # Safety
    /// Nobody needs what is in the memory, and no code uses it meanwhile. If this fails, nobody may use it ever again.
    pub(super) unsafe fn map_over(&self, memory: &GuestMemory, size: usize) -> io::Result<()> {
        for run in self.runs.iter().filter(|run| run.memory.start < size) {
            let len = run.memory.end.min(size) - run.memory.start;
            // SAFETY: the run lies in the memory, in whole pages. The caller promises the rest.
            unsafe { self.image.map_over(memory.base.add(run.memory.start), len, run.image)? };
        }
        Ok(())
    }
}

impl GuestMemory {
    /// Copies one page out that lies in the memory.
    pub(super) fn read_page(&self, at: usize, page: &mut [u8; PAGE]) {
        // SAFETY: the page lies in the memory, which never moves or shrinks. The destination is a page of the caller's.
        unsafe { copy::from_guest(self.base.add(at), page.as_mut_ptr(), PAGE) };
    }
}

//! Which pages of a private mapping are copies of their own, because somebody has written to them.
//!
//! The kernel tells it by `PAGEMAP_SCAN` (Linux 6.7; `Documentation/admin-guide/mm/pagemap.rst`). Kernels before that tell nothing.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::fd::AsRawFd as _;
use std::sync::OnceLock;

/// `_IOWR('f', 16, struct pm_scan_arg)`.
const PAGEMAP_SCAN: libc::c_ulong = 0xc060_6610;

// What the kernel tells about a page.
const PAGE_IS_FILE: u64 = 1 << 2;
const PAGE_IS_PRESENT: u64 = 1 << 3;
const PAGE_IS_SWAPPED: u64 = 1 << 4;
const PAGE_IS_PFNZERO: u64 = 1 << 5;

/// How many ranges are asked for at once.
const RANGES: usize = 64;

/// `struct page_region`.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Region {
    start: u64,
    end: u64,
    categories: u64,
}

/// `struct pm_scan_arg`.
#[repr(C)]
#[derive(Default)]
struct Scan {
    size: u64,
    flags: u64,
    start: u64,
    end: u64,
    walk_end: u64,
    vec: u64,
    vec_len: u64,
    max_pages: u64,
    category_inverted: u64,
    category_mask: u64,
    category_anyof_mask: u64,
    return_mask: u64,
}

/// Tells of the pages of `memory` that were written to, in order, but of no more than `most`. Returns where it has ended:
/// what lies behind isn't known.
///
/// # Errors
/// The kernel can't tell.
pub(super) fn changed(memory: Range<usize>, most: usize, mut tell: impl FnMut(Range<usize>)) -> io::Result<usize> {
    let pagemap = pagemap().ok_or(io::ErrorKind::Unsupported)?;
    let mut regions = [Region::default(); RANGES];
    let (mut at, mut left) = (memory.start, most as u64);
    while at < memory.end && left > 0 {
        // A page of the file is no copy. A page that was only read may be the page of zeroes that all share.
        let not = PAGE_IS_FILE | PAGE_IS_PFNZERO;
        let mut scan = Scan {
            size: size_of::<Scan>() as u64,
            start: at as u64,
            end: memory.end as u64,
            vec: regions.as_mut_ptr() as u64,
            vec_len: RANGES as u64,
            max_pages: left,
            category_inverted: not,
            category_mask: not,
            category_anyof_mask: PAGE_IS_PRESENT | PAGE_IS_SWAPPED,
            return_mask: PAGE_IS_PRESENT,
            ..Scan::default()
        };
        // SAFETY: the kernel writes to `scan`, and at most `RANGES` times to `regions`. Both live until it returns.
        let count = unsafe { libc::ioctl(pagemap.as_raw_fd(), PAGEMAP_SCAN, &raw mut scan) };
        let count = usize::try_from(count).map_err(|_| io::Error::last_os_error())?;
        for region in &regions[..count.min(RANGES)] {
            left = left.saturating_sub((region.end - region.start) / super::layer::PAGE as u64);
            tell(region.start as usize..region.end as usize);
        }
        if scan.walk_end as usize <= at {
            return Err(io::ErrorKind::Unsupported.into());
        }
        at = scan.walk_end as usize;
    }
    Ok(at)
}

/// The kernel's view of this process. After a fork it is that of the parent, which the child must not use.
fn pagemap() -> Option<&'static File> {
    static PAGEMAP: OnceLock<Option<(u32, File)>> = OnceLock::new();
    let opened = PAGEMAP.get_or_init(|| Some((std::process::id(), File::open("/proc/self/pagemap").ok()?)));
    opened.as_ref().filter(|(process, _)| *process == std::process::id()).map(|(_, file)| file)
}

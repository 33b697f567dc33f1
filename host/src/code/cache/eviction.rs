//! Makes room in a cache.

use super::entry::is_entry;
use super::folder::Folder;
use std::io;
use std::time::{Duration, SystemTime};

/// Writing a module takes far less than this. So nobody writes a file any more that has been unfinished for this long.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);

/// Removes files that were left behind. Then removes the modules that nobody has used for the longest time, until the
/// rest takes `max_size` bytes. Does nothing while another process evicts: a module that comes too late for that
/// process goes with the next eviction.
pub(super) fn evict(folder: &Folder, max_size: u64) -> io::Result<()> {
    folder
        .alone(|| {
            let mut files = folder.list()?;
            files.retain(|file| is_entry(&file.name) || file.is_unfinished());
            let mut size: u64 = files.iter().map(|file| file.size).sum();
            files.sort_by_key(|file| file.modified);
            let now = SystemTime::now();
            for file in files {
                let age = now.duration_since(file.modified).unwrap_or_default();
                let remove = if file.is_unfinished() { age > LEFT_BEHIND } else { size > max_size };
                if remove {
                    folder.remove(&file.name)?;
                    size -= file.size;
                }
            }
            Ok(())
        })
        .map(drop)
}

/// Removes all modules, and files that were left behind.
pub(super) fn clear(folder: &Folder) -> io::Result<()> {
    folder
        .list()?
        .iter()
        .filter(|file| is_entry(&file.name) || file.is_unfinished())
        .try_for_each(|file| folder.remove(&file.name))
}

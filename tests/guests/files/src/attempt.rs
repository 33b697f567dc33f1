//! Each way to change a file system, by name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

/// Tries to do `what` to `path`.
pub(crate) fn attempt(what: &str, path: &Path) -> io::Result<()> {
    let options = OpenOptions::new;
    match what {
        "create" => File::create_new(path).map(drop),
        "write" => fs::write(path, "changed"),
        "append" => options().append(true).open(path).and_then(|mut file| io::Write::write_all(&mut file, b"more")),
        "open for writing" => options().write(true).open(path).map(drop),
        "overwrite" => {
            options().read(true).write(true).open(path).and_then(|mut file| io::Write::write_all(&mut file, b"more"))
        }
        "truncate" => options().write(true).truncate(true).open(path).map(drop),
        "resize" => File::open(path)?.set_len(1),
        "touch" => File::open(path)?.set_modified(std::time::SystemTime::UNIX_EPOCH),
        "remove" => fs::remove_file(path),
        "rename" => fs::rename(path, path.with_extension("renamed")),
        "link" => fs::hard_link(path, path.with_extension("linked")),
        "create a folder" => fs::create_dir(path),
        // WASIX finds only folders that were looked at before.
        "remove a folder" => fs::metadata(path).and_then(|_| fs::remove_dir(path)),
        "remove a tree" => fs::remove_dir_all(path),
        _ => panic!("{what} is unknown"),
    }
}

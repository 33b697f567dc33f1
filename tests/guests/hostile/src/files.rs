//! Changing what may not be changed, and reading what may not be read. The target is one path, or two.

use crate::{Attack, Outcome, said};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::time::SystemTime;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("write", |path| said(fs::write(path, "changed"))),
    ("create", |path| said(File::create_new(path))),
    ("append", |path| said(OpenOptions::new().append(true).open(path).and_then(|mut file| file.write_all(b"more")))),
    ("open-for-writing", |path| said(OpenOptions::new().write(true).open(path))),
    ("overwrite", |path| {
        said(OpenOptions::new().read(true).write(true).open(path).and_then(|mut file| file.write_all(b"more")))
    }),
    ("truncate", |path| said(OpenOptions::new().write(true).truncate(true).open(path))),
    ("resize", |path| said(File::open(path).and_then(|file| file.set_len(1)))),
    ("touch", |path| said(File::open(path).and_then(|file| file.set_modified(SystemTime::UNIX_EPOCH)))),
    ("touch-by-path", |path| crate::errno(system::touch(path))),
    ("chmod", chmod),
    ("make-folder", |path| said(fs::create_dir(path))),
    ("remove", |path| said(fs::remove_file(path))),
    // WASIX finds only folders that were looked at before.
    ("remove-folder", |path| said(fs::metadata(path).and_then(|_| fs::remove_dir(path)))),
    ("remove-tree", |path| said(fs::remove_dir_all(path))),
    ("rename", |paths| two(paths, |from, to| fs::metadata(from).and_then(|_| fs::rename(from, to)))),
    ("hard-link", |paths| two(paths, |from, to| fs::hard_link(from, to))),
    #[allow(deprecated)] // the other one is not stable on this target
    ("symlink", |paths| two(paths, |target, path| fs::soft_link(target, path))),
    ("read", |path| fs::read_to_string(path).map_err(|error| crate::kind(&error))),
    ("list", list),
];

fn two(paths: &str, run: impl FnOnce(&str, &str) -> io::Result<()>) -> Outcome {
    let (one, other) = paths.split_once(' ').unwrap();
    said(run(one, other))
}

fn chmod(path: &str) -> Outcome {
    said(fs::metadata(path).and_then(|metadata| {
        let mut permissions = metadata.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(path, permissions)
    }))
}

fn list(path: &str) -> Outcome {
    let names = fs::read_dir(path).and_then(|entries| {
        let mut names =
            entries.map(|entry| Ok(entry?.file_name().display().to_string())).collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(names.join(" "))
    });
    names.map_err(|error| crate::kind(&error))
}

mod system {
    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn path_filestat_set_times(
            folder: i32,
            flags: i32,
            path: *const u8,
            len: usize,
            accessed: i64,
            modified: i64,
            what: i32,
        ) -> i32;
    }

    /// Sets the times of a file that is not open. Descriptor 3 is the root.
    pub(super) fn touch(path: &str) -> i32 {
        const MODIFIED: i32 = 1 << 2;
        // SAFETY: the pointer and the length are a string's.
        unsafe { path_filestat_set_times(3, 0, path.as_ptr(), path.len(), 0, 1, MODIFIED) }
    }
}

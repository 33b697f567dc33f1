//! The plugin's root folder.

use std::collections::HashMap;
use std::sync::RwLock;
use wasmer_wasix::fs::{Inode, InodeVal, Kind};
use wasmer_wasix::wasmer_wasix_types::wasi::{Filestat, Filetype};
use wasmer_wasix::{WasiFs, WasiInodes};

/// Makes `/` an ordinary folder of wasmer-wasix. All paths go through it.
///
/// The usual way is to preopen each mount. But a preopened folder is never closed. A plugin would lose a file
/// descriptor each time it lists a mounted folder.
pub(crate) fn make_root(inodes: &WasiInodes, fs: &mut WasiFs) -> Result<(), String> {
    let folder = inodes.add_inode_val(InodeVal {
        stat: RwLock::new(Filestat {
            st_filetype: Filetype::Directory,
            st_ino: Inode::from_path("/").as_u64(),
            ..Filestat::default()
        }),
        is_preopened: false,
        name: RwLock::new("/".into()),
        kind: RwLock::new(Kind::Dir { parent: fs.root_inode.downgrade(), path: "/".into(), entries: HashMap::new() }),
    });
    match &mut *fs.root_inode.write() {
        Kind::Root { entries } => {
            entries.insert("/".to_owned(), folder);
            Ok(())
        }
        _ => Err("the root is no root".to_owned()),
    }
}

//! Limits on what a plugin adds to a folder.

use super::{Mode, folder, limited, plugin, scratch};
use crate::testing::{Plugin, part, temporary};
use crate::{Access, Errno, Thread};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicUsize, Ordering};

const ENTRY: u64 = 4096;

fn everywhere(limit: u64, test: impl Fn(&Plugin)) {
    let data = temporary();
    test(&plugin(vec![limited(data.path(), "/d", limit)]));
    test(&plugin(vec![scratch("/d", limit)]));
}

#[test]
fn a_removed_file_takes_space_until_it_is_closed() {
    everywhere(3 * ENTRY, |plugin| {
        let file = plugin.open_file("/d/one", Mode::Create).expect("there is space");
        assert_eq!(plugin.write(file, &[1; 3 * ENTRY as usize]), Ok(2 * ENTRY as usize));
        assert_eq!(plugin.write(file, &[1; 1]), Err(Errno::Nospc));
        plugin.remove("/d/one").expect("it is there");
        // The name is gone, and the bytes are not.
        plugin.make_folder("/d/other").expect("there is space");
        assert_eq!(plugin.make_folder("/d/one"), Err(Errno::Nospc));
        plugin.system.fd_close(file).expect("it is open");
        plugin.make_folder("/d/one").expect("there is space");
        // What replaces something gives back what that took.
        plugin.rename("/d/one", "/d/other").expect("it is empty");
        plugin.make_folder("/d/one").expect("there is space");
        plugin.symlink("one", "/d/link").expect("there is space");
        assert_eq!(plugin.open_file("/d/three", Mode::Create), Err(Errno::Nospc));
        assert_eq!(plugin.link("/d/link", "/d/three"), Err(Errno::Nospc));
        plugin.remove("/d/link").expect("it is there");
        plugin.write_file("/d/file", b"").expect("there is space");
        assert_eq!(plugin.link("/d/file", "/d/three"), Err(Errno::Nospc));
        assert!(plugin.reported.take().iter().all(|report| *report == format!("Storage {}", 3 * ENTRY)));
    });
}

#[test]
fn hard_links_and_allocation_count() {
    everywhere(10 * ENTRY, |plugin| {
        plugin.write_file("/d/file", &[1; 4 * ENTRY as usize]).expect("there is space");
        plugin.link("/d/file", "/d/link").expect("there is space");
        plugin.remove("/d/file").expect("it is there");
        // Now there are a name and four chunks.
        let other = plugin.open_file("/d/other", Mode::Create).expect("there is space");
        assert_eq!(plugin.system.fd_allocate(&plugin.thread, other, 0, 5 * ENTRY), Err(Errno::Nospc));
        plugin.system.fd_allocate(&plugin.thread, other, 0, 4 * ENTRY).expect("there is space");
        assert_eq!(plugin.system.fd_allocate(&plugin.thread, other, u64::MAX, 2), Err(Errno::Fbig));
        plugin.remove("/d/link").expect("it is there");
        plugin.system.fd_allocate(&plugin.thread, other, 0, 9 * ENTRY).expect("there is space");
        assert_eq!(plugin.make_folder("/d/x"), Err(Errno::Nospc));
    });
}

/// Eight threads open, write, rename, remove and close files of a folder: what is there at any time, open files that
/// were removed included, never exceeds the limit.
#[test]
fn threads_never_exceed_the_limit() {
    const LIMIT: u64 = 200_000;
    let data = temporary();
    let plugin = plugin(vec![limited(data.path(), "/d", LIMIT)]);
    let busy = AtomicUsize::new(8);
    std::thread::scope(|scope| {
        for number in 0..8u64 {
            let (plugin, thread, busy) = (&plugin, plugin.thread(), &busy);
            scope.spawn(move || {
                storm(plugin, &thread, number);
                busy.fetch_sub(1, Ordering::Relaxed);
            });
        }
        while busy.load(Ordering::Relaxed) > 0 {
            let size = |entry: fs::DirEntry| entry.metadata().map_or(0, |metadata| metadata.size());
            let used: u64 = fs::read_dir(data.path()).expect("it is there").flatten().map(size).sum();
            // A name may be seen twice, before and after it was moved.
            assert!(used <= 2 * LIMIT, "{used}");
        }
    });
    // All of it is accounted for: when all is removed, all of it is there again.
    for entry in fs::read_dir(data.path()).expect("it is there").flatten() {
        plugin.remove(&format!("/d/{}", entry.file_name().display())).expect("it is there");
    }
    let file = plugin.open_file("/d/last", Mode::New).expect("there is space");
    assert_eq!(plugin.write(file, &[1; 2 * LIMIT as usize]), Ok((LIMIT - ENTRY) as usize));
}

fn storm(plugin: &Plugin, thread: &Thread, number: u64) {
    let mut random = number;
    for _ in 0..1_000 {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let name = |shift: u32| format!("/d/file{}", (random >> shift) % 6);
        let system = &plugin.system;
        match (random >> 40) % 4 {
            0 | 1 => {
                let Ok(fd) = plugin.open_by(thread, &name(33), Mode::Create) else { continue };
                let mut bytes = vec![1; (random >> 44) as usize % 60_000];
                let at = (random >> 50) % 20_000;
                let _full = system.fd_pwrite(thread, fd, &[part(&mut bytes)], at);
                if random >> 60 & 1 == 0 {
                    let _gone = system.path_unlink_file(thread, crate::CURRENT, name(33).as_bytes());
                }
                let _full = system.fd_filestat_set_size(fd, (random >> 55) % 40_000);
                system.fd_close(fd).expect("it is open");
            }
            2 => {
                let (from, to) = (name(33), name(36));
                let _gone = system.path_rename(thread, crate::CURRENT, from.as_bytes(), crate::CURRENT, to.as_bytes());
            }
            _ => {
                let _gone = system.path_unlink_file(thread, crate::CURRENT, name(33).as_bytes());
            }
        }
    }
}

/// Many threads that hold a file each, which others remove: none of them is forgotten.
#[test]
fn opening_and_removing_at_once() {
    const LIMIT: u64 = 1_000_000;
    let data = temporary();
    let plugin = plugin(vec![limited(data.path(), "/d", LIMIT)]);
    for _ in 0..200 {
        let held = std::sync::Mutex::new(Vec::new());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let (plugin, held, thread) = (&plugin, &held, plugin.thread());
                scope.spawn(move || {
                    // Others may have taken all of it.
                    let Ok(fd) = plugin.open_by(&thread, "/d/file", Mode::Create) else { return };
                    let mut bytes = vec![1; 400_000];
                    let _gone = plugin.system.path_unlink_file(&thread, crate::CURRENT, b"/d/file");
                    let _full = plugin.system.fd_write(&thread, fd, &[part(&mut bytes)]);
                    held.lock().expect("nothing panics here").push(fd);
                });
            }
        });
        let held = held.into_inner().expect("nothing panics here");
        let mut files = std::collections::BTreeMap::new();
        for fd in held {
            let stat = plugin.system.fd_filestat_get(fd).expect("it is open");
            files.insert(stat.inode, stat.size);
            plugin.system.fd_close(fd).expect("it is open");
        }
        assert!(files.values().sum::<u64>() <= LIMIT, "{files:?}");
    }
    let file = plugin.open_file("/d/last", Mode::New).expect("there is space");
    assert_eq!(plugin.write(file, &vec![1; LIMIT as usize]), Ok((LIMIT - ENTRY) as usize));
}

/// A thread that changes how another one's writes are done doesn't make them count less.
#[test]
fn flags_that_change_meanwhile_hide_nothing() {
    const LIMIT: u64 = 500_000;
    let data = temporary();
    let plugin = plugin(vec![limited(data.path(), "/d", LIMIT)]);
    let fd = plugin.open_file("/d/file", Mode::New).expect("there is space");
    let done = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while done.load(Ordering::Relaxed) == 0 {
                for flags in [crate::FdFlags::APPEND, crate::FdFlags::NONE] {
                    plugin.system.fd_fdstat_set_flags(fd, flags).expect("it is open");
                }
            }
        });
        for _ in 0..5_000 {
            let _full = plugin.system.fd_pwrite(&plugin.thread, fd, &[part(&mut [1; 200])], 0);
        }
        done.store(1, Ordering::Relaxed);
    });
    assert!(plugin.stat("/d/file").is_ok_and(|stat| stat.size <= LIMIT - ENTRY));
}

/// What is written is counted to the byte, and no count goes down: not by what is written twice, nor by what is removed.
#[test]
fn what_was_written_is_counted() {
    let data = temporary();
    let mounts =
        vec![folder(data.path(), "/d", Access::ReadWrite), scratch("/s", 1 << 20), scratch("/t", ENTRY + 4096)];
    let plugin = plugin(mounts);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (plugin, thread) = (&plugin, plugin.thread());
            scope.spawn(move || {
                for path in ["/d/shared", "/s/shared"] {
                    let fd = plugin.open_by(&thread, path, Mode::Append).expect("there is space");
                    for _ in 0..500 {
                        assert_eq!(plugin.system.fd_write(&thread, fd, &[part(&mut [1; 7])]), Ok(7));
                        assert_eq!(plugin.system.fd_pwrite(&thread, fd, &[part(&mut [1; 2])], number), Ok(2));
                    }
                }
            });
        }
    });
    let written = || (plugin.system.usage().written, plugin.system.usage().written_to_scratch);
    assert_eq!(written(), (4 * 500 * 9, 4 * 500 * 9));
    plugin.remove("/s/shared").and(plugin.remove("/d/shared")).expect("they are there");
    let full = plugin.open_file("/t/file", Mode::New).expect("there is space");
    assert_eq!(plugin.write(full, &[1; 5_000]), Ok(4096));
    assert_eq!(plugin.write(full, &[1]), Err(Errno::Nospc));
    assert_eq!(written(), (4 * 500 * 9, 4 * 500 * 9 + 4096));
}

//! What works natively works.

use super::{Mode, folder, limited, plugin, scratch};
use crate::testing::{Plugin, part};
use crate::{Access, CURRENT, Device, Errno, FdFlags, Filetype, Lock, Mount, Source, Time};
use std::fs;
use tempfile::tempdir;

/// Runs a test in a folder, in one with a limit, and in a scratch folder.
fn everywhere(test: impl Fn(&Plugin)) {
    let (free, counted) = (tempdir().expect("there is a disk"), tempdir().expect("there is a disk"));
    test(&plugin(vec![folder(free.path(), "/d", Access::ReadWrite)]));
    test(&plugin(vec![limited(counted.path(), "/d", 1 << 30)]));
    test(&plugin(vec![scratch("/d", 1 << 26)]));
}

#[test]
fn reading_writing_and_seeking() {
    everywhere(|plugin| {
        let Plugin { system, thread, .. } = plugin;
        let file = plugin.open_file("/d/file", Mode::New).expect("it is new");
        assert_eq!(plugin.open_file("/d/file", Mode::New), Err(Errno::Exist));
        assert_eq!(plugin.write(file, b"hello world"), Ok(11));
        assert_eq!(system.fd_seek(file, -12, 1), Err(Errno::Inval));
        assert_eq!(system.fd_tell(file), Ok(11));
        assert_eq!(system.fd_seek(file, -5, 2), Ok(6));
        assert_eq!(plugin.read(file, 100).as_deref(), Ok(&b"world"[..]));
        let mut bytes = [0; 5];
        assert_eq!(system.fd_pread(thread, file, &[part(&mut bytes[..2]), part(&mut [0; 3])], 0), Ok(5));
        assert_eq!(&bytes[..2], b"he");
        assert_eq!(system.fd_pwrite(thread, file, &[part(&mut b"HE".to_vec())], 0), Ok(2));
        assert_eq!(system.fd_tell(file), Ok(11));
        system.fd_filestat_set_size(file, 3).expect("it can be written");
        assert_eq!(system.fd_seek(file, 5, 0), Ok(5));
        assert_eq!(plugin.write(file, b"!"), Ok(1));
        assert_eq!(plugin.read_file("/d/file").as_deref(), Ok(&b"HEl\0\0!"[..]));
        system.fd_allocate(&plugin.thread, file, 0, 10_000).expect("there is space");
        assert_eq!(
            plugin.stat("/d/file").map(|stat| (stat.size, stat.filetype, stat.links, stat.mode & 0o700)),
            Ok((10_000, Filetype::RegularFile, 1, 0o600))
        );
        let reader = plugin.open_file("/d/file", Mode::Read).expect("it is there");
        assert_eq!(plugin.write(reader, b"x"), Err(Errno::Badf));
        assert_eq!(system.fd_filestat_set_size(reader, 0), Err(Errno::Inval));
        assert_eq!(system.fd_allocate(&plugin.thread, reader, 0, 1), Err(Errno::Badf));
        assert_eq!(system.fd_allocate(&plugin.thread, reader, 0, 0), Err(Errno::Inval));
        system.fd_sync(file).and(system.fd_datasync(file)).expect("there is a disk");
        system.fd_advise(file, 0, 0, 3).expect("it may be told");
        assert_eq!(system.fd_advise(file, 0, 0, 6), Err(Errno::Inval));
        assert_eq!(system.fd_fdstat_set_flags(file, FdFlags::SYNC), Err(Errno::Inval));
        system.fd_fdstat_set_flags(file, FdFlags::APPEND).expect("it can be changed");
        assert_eq!(plugin.write(file, b"end"), Ok(3));
        assert_eq!(system.fd_tell(file), Ok(10_003));
    });
}

#[test]
fn names_links_and_errors() {
    everywhere(|plugin| {
        let system = &plugin.system;
        plugin.make_folder("/d/a").expect("it is new");
        plugin.make_folder("/d/a/b/").expect("it is new");
        plugin.write_file("/d/a/file", b"1").expect("there is space");
        assert_eq!(plugin.make_folder("/d/a"), Err(Errno::Exist));
        assert_eq!(plugin.make_folder("/d"), Err(Errno::Exist));
        assert_eq!(plugin.make_folder("/d/a/."), Err(Errno::Exist));
        assert_eq!(plugin.make_folder("/d/x/y"), Err(Errno::Noent));
        assert_eq!(plugin.make_folder("/d/a/file/y"), Err(Errno::Notdir));
        assert_eq!(plugin.make_folder(&format!("/d/{}", "n".repeat(256))), Err(Errno::Nametoolong));
        assert_eq!(plugin.stat(&format!("/{}", "d/".repeat(2100))), Err(Errno::Nametoolong));
        assert_eq!(plugin.stat(""), Err(Errno::Noent));
        assert_eq!(plugin.stat("/d/a\0b"), Err(Errno::Inval));
        assert_eq!(plugin.stat("/d/a/file/"), Err(Errno::Notdir));
        assert_eq!(plugin.remove_folder("/d/a"), Err(Errno::Notempty));
        assert_eq!(plugin.remove_folder("/d/a/file"), Err(Errno::Notdir));
        assert_eq!(plugin.remove_folder("/d/a/b/.."), Err(Errno::Notempty));
        assert_eq!(plugin.remove("/d/a/b"), Err(Errno::Isdir));
        assert_eq!(plugin.remove("/d/a/file/"), Err(Errno::Notdir));
        assert_eq!(plugin.open_file("/d/a", Mode::Write), Err(Errno::Isdir));
        assert_eq!(plugin.open_file("/d/a", Mode::Create), Err(Errno::Isdir));
        assert_eq!(plugin.open_file("/d/a/file", Mode::Folder), Err(Errno::Notdir));
        assert_eq!(plugin.rename("/d/a/file", "/d/a/b"), Err(Errno::Isdir));
        assert_eq!(plugin.rename("/d/a/b", "/d/a/file"), Err(Errno::Notdir));
        assert_eq!(plugin.rename("/d/a", "/d/a/b/c"), Err(Errno::Inval));
        assert_eq!(plugin.rename("/d/a/file", "/d/a/./file"), Ok(()));
        plugin.link("/d/a/file", "/d/a/other").expect("it is a file");
        assert_eq!(plugin.link("/d/a/file", "/d/a/other"), Err(Errno::Exist));
        assert_eq!(plugin.link("/d/a/b", "/d/c"), Err(Errno::Perm));
        assert_eq!(plugin.stat("/d/a/other").map(|stat| stat.links), Ok(2));
        assert_eq!(plugin.rename("/d/a/file", "/d/a/other"), Ok(()));
        assert_eq!(plugin.stat("/d/a/file").map(|stat| stat.links), Ok(2));
        plugin.symlink("../file", "/d/a/b/up").expect("it stays inside");
        assert_eq!(plugin.symlink("", "/d/empty"), Err(Errno::Noent));
        assert_eq!(plugin.symlink("x", "/d/slash/"), Err(Errno::Noent));
        assert_eq!(plugin.read_file("/d/a/b/up").as_deref(), Ok(&b"1"[..]));
        assert_eq!(plugin.read_link("/d/a/b/up").as_deref(), Ok("../file"));
        assert_eq!(plugin.read_link("/d/a/file"), Err(Errno::Inval));
        let mut short = [0; 2];
        assert_eq!(system.path_readlink(&plugin.thread, CURRENT, b"/d/a/b/up", part(&mut short)), Ok(2));
        assert_eq!(plugin.read_file("/d/a/b/../b/up").as_deref(), Ok(&b"1"[..]));
        assert_eq!(plugin.read_file("d/../d/a/file").as_deref(), Ok(&b"1"[..]));
        plugin.symlink("loop", "/d/loop").expect("it is new");
        assert_eq!(plugin.stat("/d/loop"), Err(Errno::Loop));
        plugin.rename("/d/a", "/d/moved").expect("nothing is there");
        assert_eq!(plugin.read_file("/d/moved/b/up").as_deref(), Ok(&b"1"[..]));
        assert_eq!(plugin.remove("/d/loop"), Ok(()));
        let mut names = plugin.list("/d").expect("it is there");
        names.sort();
        assert_eq!(names, [".", "..", "moved"]);
    });
}

#[test]
fn times_are_set() {
    everywhere(|plugin| {
        let file = plugin.open_file("/d/file", Mode::New).expect("it is new");
        plugin.system.fd_filestat_set_times(file, Time::At(1_500_000_000), Time::Keep).expect("it is there");
        let stat = plugin.stat("/d/file").expect("it is there");
        assert_eq!(stat.accessed, 1_500_000_000);
        assert!(stat.modified > 1_500_000_000);
        let set = |follow, path: &str, time| {
            plugin.system.path_filestat_set_times(&plugin.thread, CURRENT, follow, path.as_bytes(), time, time)
        };
        plugin.symlink("file", "/d/link").expect("it is new");
        set(false, "/d/link", Time::At(7_000_000_000)).expect("it is there");
        assert_eq!(plugin.stat("/d/file").map(|stat| stat.accessed), Ok(1_500_000_000));
        set(true, "/d/link", Time::At(8_000_000_000)).expect("it is there");
        assert_eq!(plugin.stat("/d/file").map(|stat| stat.modified), Ok(8_000_000_000));
        set(true, "/d", Time::At(9_000_000_000)).expect("it is there");
        assert_eq!(plugin.stat("/d").map(|stat| stat.modified), Ok(9_000_000_000));
        set(true, "/d/file", Time::Now).expect("it is there");
        assert!(plugin.stat("/d/file").is_ok_and(|stat| stat.modified > 1_000_000_000_000_000_000));
    });
}

#[test]
fn the_times_of_a_new_file_are_those_of_its_making() {
    let plugin = plugin(vec![scratch("/d", 1 << 20)]);
    plugin.open_file("/d/file", Mode::Truncate).expect("it is new");
    let stat = plugin.stat("/d/file").expect("it is there");
    assert_eq!(stat.accessed, stat.modified);
}

#[test]
fn what_was_removed_stays_open() {
    everywhere(|plugin| {
        let file = plugin.open_file("/d/file", Mode::New).expect("it is new");
        plugin.write(file, b"old").expect("there is space");
        plugin.write_file("/d/new", b"new").expect("there is space");
        plugin.rename("/d/new", "/d/file").expect("it may be replaced");
        assert_eq!(plugin.read_file("/d/file").as_deref(), Ok(&b"new"[..]));
        assert_eq!(plugin.system.fd_seek(file, 0, 0), Ok(0));
        assert_eq!(plugin.read(file, 10).as_deref(), Ok(&b"old"[..]));
        assert_eq!(plugin.system.fd_filestat_get(file).map(|stat| stat.links), Ok(0));
    });
}

#[test]
fn the_hosts_changes_are_seen() {
    let data = tempdir().expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
    fs::write(data.path().join("file"), "old").expect("there is a disk");
    let log = plugin.open_file("/d/log", Mode::Append).expect("it is new");
    plugin.write(log, b"one ").expect("there is space");
    assert_eq!(plugin.read_file("/d/file").as_deref(), Ok(&b"old"[..]));
    fs::write(data.path().join("new"), "new").expect("there is a disk");
    fs::rename(data.path().join("new"), data.path().join("file")).expect("it is there");
    fs::write(data.path().join("log"), "two ").expect("it is there");
    assert_eq!(plugin.read_file("/d/file").as_deref(), Ok(&b"new"[..]));
    plugin.write(log, b"three").expect("there is space");
    assert_eq!(fs::read_to_string(data.path().join("log")).expect("it is there"), "two three");
}

#[test]
fn the_current_folder() {
    let data = tempdir().expect("there is a disk");
    let plugin = Plugin::new(|setup| {
        setup.mounts = vec![folder(data.path(), "/d", Access::ReadWrite), scratch("/s", 1 << 20)];
        setup.current_folder = "/d".into();
        setup.preopened = vec![("/".into(), "/".into()), (".".into(), ".".into())];
    });
    let Plugin { system, thread, .. } = &plugin;
    assert_eq!(system.fd_prestat_get(3).as_deref(), Ok("/"));
    assert_eq!(system.fd_prestat_get(4).as_deref(), Ok("."));
    assert_eq!(system.fd_prestat_get(5), Err(Errno::Badf));
    plugin.make_folder("sub").and(plugin.make_folder("sub/deep")).expect("they are new");
    system.chdir(thread, b"sub/deep").expect("it is there");
    assert_eq!(system.getcwd().as_deref(), Ok(&b"/d/sub/deep"[..]));
    fs::rename(data.path().join("sub"), data.path().join("moved")).expect("it is there");
    assert_eq!(system.getcwd().as_deref(), Ok(&b"/d/moved/deep"[..]));
    plugin.write_file("file", b"1").expect("there is space");
    assert_eq!(fs::read(data.path().join("moved/deep/file")).expect("it is there"), b"1");
    assert!(system.path_filestat_get(thread, 4, true, b"file").is_ok());
    assert_eq!(system.path_filestat_get(thread, 3, true, b"file"), Err(Errno::Noent));
    plugin.write_file("../../file", b"2").expect("it stays inside");
    assert!(system.path_filestat_get(thread, 3, true, b"d/file").is_ok());
    plugin.write_file("../../../s/file", b"3").expect("it leads to the other mount");
    system.chdir(thread, b"/s").expect("it is there");
    assert_eq!(plugin.read_file("file").as_deref(), Ok(&b"3"[..]));
    assert_eq!(plugin.read_file("../d/file").as_deref(), Ok(&b"2"[..]));
    assert_eq!(system.chdir(thread, b"file"), Err(Errno::Notdir));
    assert_eq!(plugin.rename("file", "/d/other"), Err(Errno::Xdev));
    plugin.make_folder("sub").and(plugin.make_folder("sub/deep")).expect("they are new");
    system.chdir(thread, b"sub/deep").expect("it is there");
    plugin.rename("/s/sub", "/s/moved").expect("it is there");
    assert_eq!(system.getcwd().as_deref(), Ok(&b"/s/moved/deep"[..]));
    plugin.remove_folder("/s/moved/deep").expect("it is empty");
    assert_eq!(system.getcwd(), Err(Errno::Noent));
}

#[test]
fn devices() {
    let device = |at: &str, device| Mount { at: at.into(), source: Source::Device(device) };
    let plugin = plugin(vec![
        device("/dev/null", Device::Null),
        device("/dev/zero", Device::Zero),
        device("/dev/urandom", Device::Random),
        scratch("/dev/shm", 1 << 20),
    ]);
    let null = plugin.open_file("/dev/null", Mode::Truncate).expect("it is there");
    assert_eq!(plugin.write(null, b"gone"), Ok(4));
    assert_eq!(plugin.read(null, 10), Ok(Vec::new()));
    assert_eq!(plugin.read_file("/dev/zero").map(|zeros| zeros == [0; 1 << 16]), Ok(true));
    assert!(plugin.read_file("/dev/urandom").is_ok_and(|random| random != [0; 1 << 16]));
    assert_eq!(plugin.stat("/dev/null").map(|stat| (stat.filetype, stat.mode)), Ok((Filetype::CharacterDevice, 0o666)));
    assert_eq!(plugin.open_file("/dev/null/x", Mode::Read), Err(Errno::Notdir));
    assert_eq!(plugin.list("/dev").expect("it is there"), [".", "..", "null", "shm", "urandom", "zero"]);
    plugin.write_file("/dev/shm/x", b"1").expect("there is space");
    assert_eq!(plugin.open_file("/dev/disk", Mode::Create), Err(Errno::Access));
    assert_eq!(plugin.reported.take(), ["create or write /dev/disk"]);
}

#[test]
fn locks_are_the_hosts() {
    let data = tempdir().expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
    let Plugin { system, thread, .. } = &plugin;
    let (one, two) = (
        plugin.open_file("/d/f", Mode::Create).expect("it is new"),
        plugin.open_file("/d/f", Mode::Read).expect("it is there"),
    );
    system.fd_lock(thread, one, Lock::Exclusive, true).expect("it is free");
    assert_eq!(system.fd_lock(thread, two, Lock::Shared, false), Err(Errno::Again));
    let native = fs::File::open(data.path().join("f")).expect("it is there");
    assert!(native.try_lock().is_err());
    std::thread::scope(|scope| {
        let other = plugin.thread();
        let waiting = scope.spawn(move || system.fd_lock(&other, two, Lock::Shared, true));
        system.fd_lock(thread, one, Lock::Unlock, true).expect("it is locked");
        waiting.join().expect("it doesn't panic").expect("it is free");
    });
    native.try_lock_shared().expect("it is shared");
    let other = plugin.thread();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| system.fd_lock(&other, one, Lock::Exclusive, true));
        system.halt().stop();
        assert_eq!(waiting.join().expect("it doesn't panic"), Err(Errno::Canceled));
    });
}

/// All that a test does with locks natively is done in memory.
#[test]
fn locks_are_held_by_open_files() {
    everywhere(|plugin| {
        let Plugin { system, thread, .. } = plugin;
        let open = || plugin.open_file("/d/f", Mode::Create).expect("there is space");
        let now = |fd, lock| system.fd_lock(thread, fd, lock, false);
        let (one, two, three) = (open(), open(), open());
        assert_eq!((now(one, Lock::Shared), now(two, Lock::Shared)), (Ok(()), Ok(())));
        assert_eq!(now(three, Lock::Exclusive), Err(Errno::Again));
        // What it shared is gone after that.
        assert_eq!(now(one, Lock::Exclusive), Err(Errno::Again));
        assert_eq!(now(two, Lock::Exclusive), Ok(()));
        assert_eq!(now(two, Lock::Exclusive), Ok(()));
        assert_eq!((now(one, Lock::Shared), now(three, Lock::Unlock)), (Err(Errno::Again), Ok(())));
        assert_eq!((now(two, Lock::Shared), now(one, Lock::Shared)), (Ok(()), Ok(())));
        // The lock is let go of with the last descriptor.
        let twin = system.fd_dup(two, 0, false).expect("there is room");
        system.fd_close(two).expect("it is open");
        assert_eq!((now(one, Lock::Unlock), now(one, Lock::Exclusive)), (Ok(()), Err(Errno::Again)));
        system.fd_close(twin).expect("it is open");
        assert_eq!(now(one, Lock::Exclusive), Ok(()));
        std::thread::scope(|scope| {
            let waiting: Vec<_> = [two, three]
                .map(|_| open())
                .map(|fd| {
                    let other = plugin.thread();
                    scope.spawn(move || system.fd_lock(&other, fd, Lock::Shared, true))
                })
                .into();
            now(one, Lock::Unlock).expect("it is locked");
            waiting.into_iter().for_each(|waiting| assert_eq!(waiting.join().expect("it doesn't panic"), Ok(())));
        });
        std::thread::scope(|scope| {
            let other = plugin.thread();
            let waiting = scope.spawn(move || system.fd_lock(&other, one, Lock::Exclusive, true));
            system.halt().stop();
            assert_eq!(waiting.join().expect("it doesn't panic"), Err(Errno::Canceled));
        });
    });
}

/// Four threads count in a file, and no count is lost.
#[test]
fn a_lock_keeps_others_out() {
    everywhere(|plugin| {
        plugin.write_file("/d/count", b"0000").expect("there is space");
        std::thread::scope(|scope| {
            for _ in 0..4 {
                let thread = plugin.thread();
                scope.spawn(move || {
                    let system = &plugin.system;
                    let fd = plugin.open_by(&thread, "/d/count", Mode::Write).expect("it is there");
                    for _ in 0..50 {
                        system.fd_lock(&thread, fd, Lock::Exclusive, true).expect("it comes free");
                        let mut text = [0; 4];
                        assert_eq!(system.fd_pread(&thread, fd, &[part(&mut text)], 0), Ok(4));
                        let count: u32 = String::from_utf8_lossy(&text).parse().expect("it is a number");
                        let mut text = format!("{:04}", count + 1).into_bytes();
                        assert_eq!(system.fd_pwrite(&thread, fd, &[part(&mut text)], 0), Ok(4));
                        system.fd_lock(&thread, fd, Lock::Unlock, true).expect("it is locked");
                    }
                });
            }
        });
        assert_eq!(plugin.read_file("/d/count").as_deref(), Ok(&b"0200"[..]));
    });
}

//! Locks on parts of files.

use super::{Mode, folder, plugin, scratch};
use crate::testing::Plugin;
use crate::{Access, Errno, Lock};
use rustix::fs::{FlockOperation, fcntl_lock};
use std::fs::File;
use tempfile::tempdir;

fn now(plugin: &Plugin, fd: u32, part: (u64, u64), lock: Lock) -> Result<(), Errno> {
    plugin.system.fd_lock_part(&plugin.thread, fd, part, lock, false)
}

#[test]
fn a_part_is_a_plugins_own() {
    let data = tempdir().expect("there is a disk");
    let open = || {
        let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
        let fd = plugin.open_file("/d/f", Mode::Create).expect("there is space");
        (plugin, fd)
    };
    let ((one, first), (two, second)) = (open(), open());
    let again = one.open_file("/d/f", Mode::Write).expect("it is there");
    assert_eq!(now(&one, first, (10, 10), Lock::Exclusive), Ok(()));
    // All descriptors of a plugin are one.
    assert_eq!(now(&one, again, (15, 10), Lock::Exclusive), Ok(()));
    assert_eq!(one.system.fd_can_lock_part(again, (0, 0), Lock::Exclusive), Ok(true));
    assert_eq!(now(&two, second, (24, 1), Lock::Shared), Err(Errno::Again));
    assert_eq!(two.system.fd_can_lock_part(second, (24, 1), Lock::Shared), Ok(false));
    assert_eq!(now(&two, second, (25, 0), Lock::Exclusive), Ok(()));
    assert_eq!(now(&one, first, (12, 13), Lock::Unlock), Ok(()));
    assert_eq!(now(&two, second, (12, 1), Lock::Exclusive), Ok(()));
    assert_eq!(now(&two, second, (11, 1), Lock::Exclusive), Err(Errno::Again));
    assert_eq!(now(&one, first, (11, 1), Lock::Shared), Ok(()));
    assert_eq!(now(&two, second, (11, 1), Lock::Shared), Ok(()));
    assert_eq!(two.system.fd_can_lock_part(second, (11, 1), Lock::Exclusive), Ok(false));
    assert_eq!(now(&two, second, (1 << 63, 1), Lock::Shared), Err(Errno::Inval));
}

#[test]
fn a_plugin_that_closes_or_ends_has_none_left() {
    let data = tempdir().expect("there is a disk");
    let open = || plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
    let (one, two) = (open(), open());
    let [first, again, other] = [(); 3].map(|()| one.open_file("/d/f", Mode::Create).expect("there is space"));
    let second = two.open_file("/d/f", Mode::Write).expect("it is there");
    let all = (0, 0);
    let ends: [&dyn Fn(); 4] = [
        &|| one.system.fd_close(again).expect("it is open"),
        &|| one.system.fd_dup2(0, other, false).expect("it is open"),
        &|| one.system.fd_renumber(0, first).expect("it is open"),
        &|| one.system.close_all(),
    ];
    let fourth = one.open_file("/d/f", Mode::Write).expect("it is there");
    for end in ends {
        assert_eq!(now(&one, fourth, all, Lock::Exclusive), Ok(()));
        assert_eq!(now(&two, second, all, Lock::Exclusive), Err(Errno::Again));
        end();
        assert_eq!(now(&two, second, all, Lock::Exclusive), Ok(()));
        assert_eq!(now(&two, second, all, Lock::Unlock), Ok(()));
    }
    assert_eq!(now(&one, fourth, all, Lock::Shared), Err(Errno::Badf));
}

#[test]
fn other_programs_and_the_stop_are_heard_of() {
    let data = tempdir().expect("there is a disk");
    let one = plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
    let fd = one.open_file("/d/f", Mode::Create).expect("there is space");
    let native = File::options().read(true).write(true).open(data.path().join("f")).expect("it is there");
    assert_eq!(now(&one, fd, (0, 0), Lock::Shared), Ok(()));
    assert!(fcntl_lock(&native, FlockOperation::NonBlockingLockExclusive).is_err());
    fcntl_lock(&native, FlockOperation::NonBlockingLockShared).expect("it is shared");
    let other = one.thread();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| one.system.fd_lock_part(&other, fd, (0, 1), Lock::Exclusive, true));
        fcntl_lock(&native, FlockOperation::NonBlockingUnlock).expect("it is locked");
        assert_eq!(waiting.join().expect("it doesn't panic"), Ok(()));
    });
    assert_eq!(now(&one, fd, (0, 0), Lock::Unlock), Ok(()));
    fcntl_lock(&native, FlockOperation::NonBlockingLockExclusive).expect("it is free");
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| one.system.fd_lock_part(&other, fd, (0, 1), Lock::Exclusive, true));
        one.system.halt().stop();
        assert_eq!(waiting.join().expect("it doesn't panic"), Err(Errno::Canceled));
    });
}

#[test]
fn a_lock_needs_what_the_file_was_opened_for() {
    let data = tempdir().expect("there is a disk");
    std::fs::write(data.path().join("f"), "1").expect("there is space");
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadOnly), scratch("/s", 1 << 20)]);
    let reader = plugin.open_file("/d/f", Mode::Read).expect("it is there");
    assert_eq!(now(&plugin, reader, (0, 0), Lock::Exclusive), Err(Errno::Badf));
    assert_eq!(now(&plugin, reader, (0, 0), Lock::Shared), Ok(()));
    assert_eq!(now(&plugin, 1, (0, 0), Lock::Shared), Err(Errno::Badf));
    let kept = plugin.open_file("/s/f", Mode::Create).expect("there is space");
    assert_eq!(now(&plugin, kept, (0, 0), Lock::Exclusive), Ok(()));
    assert_eq!(now(&plugin, kept, (0, u64::MAX), Lock::Exclusive), Err(Errno::Inval));
    assert_eq!(plugin.system.fd_can_lock_part(kept, (0, 0), Lock::Exclusive), Ok(true));
}

#[test]
fn a_plugin_locks_so_many_parts_and_no_more() {
    let data = tempdir().expect("there is a disk");
    let plugin = plugin(vec![folder(data.path(), "/d", Access::ReadWrite)]);
    let fd = plugin.open_file("/d/f", Mode::Create).expect("there is space");
    let locked = (0..5000).take_while(|part| now(&plugin, fd, (2 * part, 1), Lock::Exclusive).is_ok()).count();
    assert_eq!(locked, 1024);
    assert_eq!(now(&plugin, fd, (1 << 20, 1), Lock::Shared), Err(Errno::Nolck));
    // What is let go of makes room.
    assert_eq!(now(&plugin, fd, (0, 0), Lock::Unlock), Ok(()));
    assert_eq!(now(&plugin, fd, (1 << 20, 1), Lock::Shared), Ok(()));
}

//! Calls on descriptors of all kinds.

use crate::testing::{Plugin, part};
use crate::{Errno, FdFlags, Input};

#[test]
fn the_lowest_number_is_given_and_the_limit_is_exact() {
    let Plugin { system, reported, .. } = Plugin::new(|setup| setup.max_descriptors = 8);
    assert_eq!((3..8).map(|_| system.fd_dup(1, 0, false)).collect::<Vec<_>>(), (3..8).map(Ok).collect::<Vec<_>>());
    assert_eq!(system.usage().descriptors, 8);
    assert_eq!(system.fd_dup(1, 0, false), Err(Errno::Mfile));
    assert_eq!(reported.take(), ["Descriptors 8"]);
    system.fd_close(4).expect("it is open");
    assert_eq!(system.fd_close(4), Err(Errno::Badf));
    assert_eq!(system.fd_dup(1, 5, false), Err(Errno::Mfile));
    assert_eq!(system.fd_dup(1, 0, true), Ok(4));
    assert_eq!(system.fd_fdflags_get(4), Ok(true));
    assert_eq!(system.fd_dup2(1, 8, false), Err(Errno::Badf));
    assert_eq!(system.fd_dup2(1, u32::MAX, false), Err(Errno::Badf));
    assert_eq!(system.fd_renumber(5, 6), Ok(()));
    assert_eq!(system.fd_close(5), Err(Errno::Badf));
    assert_eq!(system.fd_renumber(6, 5), Err(Errno::Badf));
    assert_eq!(system.fd_dup2(6, 5, false), Ok(()));
    system.close_all();
    assert_eq!(system.usage().descriptors, 0);
}

#[test]
fn flags_are_shared_and_rights_cant_be_taken_away() {
    let Plugin { system, .. } = Plugin::new(|_| ());
    let other = system.fd_dup(0, 0, false).expect("there is room");
    system.fd_fdstat_set_flags(0, FdFlags::NONBLOCK).expect("it is open");
    assert_eq!(system.fd_fdstat_get(other).map(|stat| stat.flags), Ok(FdFlags::NONBLOCK));
    let rights = system.fd_fdstat_get(0).expect("it is open").rights;
    assert_eq!(system.fd_fdstat_set_rights(0), Err(Errno::Notsup));
    assert_eq!(system.fd_fdstat_set_rights(99), Err(Errno::Badf));
    assert_eq!(system.fd_fdstat_get(other).map(|stat| stat.rights), Ok(rights));
}

#[test]
fn standard_streams() {
    let plugin = Plugin::new(|setup| setup.stdin = Input::Bytes(b"hello".to_vec()));
    let Plugin { system, thread, printed, .. } = &plugin;
    let (mut one, mut two) = ([0; 2], [0; 8]);
    assert_eq!(system.fd_read(thread, 0, &[part(&mut one), part(&mut two)]), Ok(5));
    assert_eq!((&one, &two[..3]), (b"he", &b"llo"[..]));
    assert_eq!(system.fd_read(thread, 0, &[part(&mut two)]), Ok(0));
    let mut long = vec![b'x'; 100_000];
    assert_eq!(system.fd_write(thread, 1, &[part(&mut one), part(&mut long)]), Ok(100_002));
    assert_eq!(printed.0.lock().expect("nothing panics").len(), 100_002);
    assert_eq!(system.fd_write(thread, 0, &[part(&mut one)]), Err(Errno::Badf));
    assert_eq!(system.fd_read(thread, 2, &[part(&mut one)]), Err(Errno::Badf));
    assert!(!system.is_terminal(1));
}

#[test]
fn input_from_a_pipe_waits_and_ends() {
    let (reader, writer) = rustix::pipe::pipe().expect("there is room for a pipe");
    let plugin = Plugin::new(|setup| setup.stdin = Input::Descriptor(reader));
    let Plugin { system, thread, .. } = &plugin;
    let mut bytes = [0; 8];
    system.fd_fdstat_set_flags(0, FdFlags::NONBLOCK).expect("it is open");
    assert_eq!(system.fd_read(thread, 0, &[part(&mut bytes)]), Err(Errno::Again));
    system.fd_fdstat_set_flags(0, FdFlags::default()).expect("it is open");
    std::thread::scope(|scope| {
        scope.spawn(|| rustix::io::write(&writer, b"late").expect("somebody reads"));
        assert_eq!(system.fd_read(thread, 0, &[part(&mut bytes)]), Ok(4));
    });
    std::thread::scope(|scope| {
        scope.spawn(|| system.halt().stop());
        assert_eq!(system.fd_read(thread, 0, &[part(&mut bytes)]), Err(Errno::Canceled));
    });
}

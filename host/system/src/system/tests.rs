//! Calls on descriptors of all kinds.

use crate::testing::{Plugin, part};
use crate::{CURRENT, Errno, FdFlags, Filetype, Input, Rights};
use std::io::Write;

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
fn a_number_is_given_away_as_wasi_has_it() {
    let plugin = Plugin::new(|setup| setup.preopened = vec![("/".into(), "/".into())]);
    let Plugin { system, thread, printed, .. } = &plugin;
    for fd in 0..=3 {
        assert_eq!(system.fd_renumber(fd, fd), Ok(()));
        assert_eq!(system.fd_renumber(fd, fd + 100), Err(Errno::Badf));
        assert_eq!(system.fd_renumber(fd + 100, fd), Err(Errno::Badf));
        assert_eq!(system.fd_renumber(fd, u32::MAX), Err(Errno::Badf));
    }
    assert_eq!(system.fd_renumber(9, 9), Err(Errno::Badf));
    let [reader, writer] = system.fd_pipe().expect("there is room");
    // Standard output is what was the pipe, and the pipe's own number is free.
    let saved = system.fd_dup(1, 0, false).expect("there is room");
    system.fd_renumber(writer, 1).expect("both are open");
    assert_eq!(system.fd_write(thread, 1, &[part(b"pipe".to_vec().as_mut_slice())]), Ok(4));
    assert_eq!(system.fd_write(thread, writer, &[]), Err(Errno::Badf));
    let mut bytes = [0; 4];
    assert_eq!(system.fd_read(thread, reader, &[part(&mut bytes)]), Ok(4));
    assert_eq!(&bytes, b"pipe");
    system.fd_renumber(saved, 1).expect("both are open");
    // Its last writer is closed.
    assert_eq!(system.fd_read(thread, reader, &[part(&mut bytes)]), Ok(0));
    assert_eq!(system.fd_write(thread, 1, &[part(&mut bytes)]), Ok(4));
    assert_eq!(printed.0.lock().expect("nothing panics").as_slice(), b"pipe");
    system.fd_renumber(3, reader).expect("both are open");
    assert_eq!((system.fd_prestat_get(reader).as_deref(), system.fd_prestat_get(3)), (Ok("/"), Err(Errno::Badf)));
}

#[test]
fn the_current_folder_is_told_of_without_a_descriptor() {
    let Plugin { system, .. } = Plugin::new(|setup| setup.preopened = vec![("/".into(), "/".into())]);
    assert_eq!(system.fd_fdstat_get(CURRENT), system.fd_fdstat_get(3));
    assert_eq!(system.fd_filestat_get(CURRENT), Err(Errno::Badf));
    assert_eq!(system.fd_close(CURRENT), Err(Errno::Badf));
}

#[test]
fn a_number_is_given_twice_as_programs_have_it() {
    let plugin = Plugin::new(|setup| setup.preopened = vec![("/".into(), "/".into())]);
    let Plugin { system, thread, printed, .. } = &plugin;
    let write = |fd: u32, text: &str| system.fd_write(thread, fd, &[part(&mut text.as_bytes().to_vec())]);
    assert_eq!(system.fd_dup2(9, 9, false), Err(Errno::Badf));
    assert_eq!(system.fd_dup2(1, 1, true), Ok(()));
    assert_eq!(system.fd_fdflags_get(1), Ok(false));
    // To a number that is free, and back, as a shell does it.
    let [_reader, writer] = system.fd_pipe().expect("there is room");
    system.fd_dup2(1, 10, true).and(system.fd_dup2(writer, 1, false)).expect("there is room");
    assert_eq!((write(1, "pipe"), write(writer, "pipe")), (Ok(4), Ok(4)));
    assert_eq!(system.fd_fdflags_get(10), Ok(true));
    system.fd_dup2(10, 1, false).expect("it is open");
    assert_eq!((write(1, "out"), write(10, "put")), (Ok(3), Ok(3)));
    assert_eq!(printed.0.lock().expect("nothing panics").as_slice(), b"output");
    // Whoever looks for what was open from the beginning finds it once.
    system.fd_dup2(3, 20, false).expect("it is open");
    assert_eq!((system.fd_prestat_get(3).as_deref(), system.fd_prestat_get(20)), (Ok("/"), Err(Errno::Badf)));
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

#[test]
fn what_the_host_writes_is_read_until_it_closes() {
    let (mut writer, stdin) = Input::pipe().expect("there is room for a pipe");
    let plugin = Plugin::new(|setup| setup.stdin = stdin);
    let Plugin { system, thread, .. } = &plugin;
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            let (mut all, mut piece) = (Vec::new(), [0; 1000]);
            loop {
                match system.fd_read(thread, 0, &[part(&mut piece)]) {
                    Ok(0) => return all,
                    len => all.extend_from_slice(&piece[..len.expect("it is open")]),
                }
            }
        });
        // More than a pipe has room for.
        writer.write_all(&[7; 200_000]).expect("the plugin reads");
        drop(writer);
        assert!(reading.join().expect("it doesn't panic") == [7; 200_000]);
    });
    let (mut writer, stdin) = Input::pipe().expect("there is room for a pipe");
    let plugin = Plugin::new(|setup| setup.stdin = stdin);
    plugin.system.fd_close(0).expect("it is open");
    assert_eq!(writer.write(b"x").expect_err("nobody reads").kind(), std::io::ErrorKind::BrokenPipe);
}

/// What a C library looks at: a character device that can't seek.
#[test]
fn a_terminal_is_one_and_nothing_else_is() {
    let open = |path: &str| std::fs::File::open(path).expect("it is there").into();
    let (_writer, pipe) = Input::pipe().expect("there is room for a pipe");
    let terminal = Input::Descriptor(open("/dev/ptmx"));
    let null = Input::Descriptor(open("/dev/null"));
    for (stdin, expected) in
        [(terminal, true), (null, false), (pipe, false), (Input::Nothing, false), (Input::Bytes(vec![1]), false)]
    {
        let Plugin { system, .. } = Plugin::new(|setup| setup.stdin = stdin);
        let stat = system.fd_fdstat_get(0).expect("it is open");
        let looks = stat.filetype == Filetype::CharacterDevice;
        let seeks = stat.rights.contains(Rights::FD_SEEK) || stat.rights.contains(Rights::FD_TELL);
        assert_eq!((system.is_terminal(0), looks, seeks), (expected, expected, false));
        assert_eq!(system.fd_filestat_get(0).map(|stat| stat.filetype), Ok(stat.filetype));
        assert!(!system.is_terminal(1) && !system.is_terminal(99));
    }
}

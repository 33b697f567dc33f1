//! What is in a file is sent.

use super::*;
use crate::{Access, CURRENT, Mount, OpenFlags, Rights, SocketType, Source};
use std::thread::scope;

/// Longer than what is copied at a time.
const LEN: usize = 300_000;

/// A plugin with a folder of the host's and one in memory; each has a file of that length.
fn with_files() -> (Plugin, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let host = Source::Folder { host: data.path().into(), access: Access::ReadWrite, limit: None };
    let plugin = Plugin::new(|setup| {
        let mount = |at: &str, source| Mount { at: at.into(), source };
        setup.mounts = vec![mount("/d", host), mount("/s", Source::Scratch { limit: 1 << 20 })];
    });
    for path in ["/d/file", "/s/file"] {
        let fd = open(&plugin, path, Rights::FD_WRITE);
        let mut bytes: Vec<u8> = (0..LEN).map(|at| (at % 251) as u8).collect();
        assert_eq!(plugin.system.fd_write(&plugin.thread, fd, &[part(&mut bytes)]), Ok(LEN));
    }
    (plugin, data)
}

fn open(plugin: &Plugin, path: &str, rights: Rights) -> u32 {
    let flags = OpenFlags { open: 1, rights, ..OpenFlags::default() };
    plugin.system.path_open(&plugin.thread, CURRENT, path.as_bytes(), flags).unwrap()
}

#[test]
fn a_file_is_sent_from_a_place_on() {
    let (plugin, _data) = with_files();
    let system = &plugin.system;
    for path in ["/d/file", "/s/file"] {
        let file = open(&plugin, path, Rights::FD_READ);
        let [from, to] = system.sock_pair(SocketType::Stream, FdFlags::default()).unwrap();
        scope(|scope| {
            let sending = scope.spawn(|| system.sock_send_file(&plugin.thread(), from, file, 10, u64::MAX));
            let received = plugin.receive(to, LEN - 10, ReceiveFlags::WAIT_ALL).unwrap();
            assert!(received.iter().enumerate().all(|(at, byte)| usize::from(*byte) == (at + 10) % 251));
            assert_eq!(sending.join().unwrap(), Ok(LEN as u64 - 10));
        });
        let send = |file, offset, count| system.sock_send_file(&plugin.thread, from, file, offset, count);
        assert_eq!((send(file, 0, 3), send(file, LEN as u64, 3), send(file, 5, 0)), (Ok(3), Ok(0), Ok(0)));
        assert_eq!(plugin.receive(to, 9, ReceiveFlags::default()).unwrap(), [0, 1, 2]);
        assert_eq!((system.fd_tell(file), send(file, u64::MAX, 1)), (Ok(0), Err(Errno::Inval)));
        assert_eq!(send(open(&plugin, path, Rights::FD_WRITE), 0, 1), Err(Errno::Badf));
        assert_eq!((send(from, 0, 1), send(99, 0, 1)), (Err(Errno::Inval), Err(Errno::Badf)));
        assert_eq!(system.sock_send_file(&plugin.thread, file, file, 0, 1), Err(Errno::Notsock));
        system.fd_close(to).unwrap();
        assert_eq!(send(file, 0, 1), Err(Errno::Pipe));
    }
}

#[test]
fn a_stop_ends_what_nobody_receives() {
    let (plugin, _data) = with_files();
    let system = &plugin.system;
    let files = ["/d/file", "/s/file"].map(|path| open(&plugin, path, Rights::FD_READ));
    let pairs = files.map(|_| system.sock_pair(SocketType::Stream, FdFlags::default()).unwrap());
    scope(|scope| {
        let sending: Vec<_> = files
            .iter()
            .zip(&pairs)
            .map(|(file, [from, _])| {
                // It gets as far as there is room.
                scope.spawn(|| {
                    let thread = plugin.thread();
                    while system.sock_send_file(&thread, *from, *file, 0, LEN as u64).is_ok() {}
                    system.sock_send_file(&thread, *from, *file, 0, LEN as u64)
                })
            })
            .collect();
        system.halt().stop();
        sending.into_iter().for_each(|sending| assert_eq!(sending.join().unwrap(), Err(Errno::Canceled)));
    });
}

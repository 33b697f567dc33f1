//! Tests of sets.

use super::*;
use crate::testing::{Plugin, part};
use crate::{Network, SocketType};
use std::thread::scope;

fn event(events: EpollEvents, number: u64) -> EpollEvent {
    EpollEvent { events, data: EpollData { ptr: number, fd: 1, data1: 2, data2: number << 40 } }
}

fn add(plugin: &Plugin, set: u32, fd: u32, events: EpollEvents, number: u64) -> Result<()> {
    plugin.system.epoll_ctl(set, fd, EpollChange::Add(event(events, number)))
}

/// What is told without waiting, in order.
fn told(plugin: &Plugin, set: u32) -> Vec<EpollEvent> {
    let mut told = plugin.system.epoll_wait(&plugin.thread, set, 64, Some(Duration::ZERO)).unwrap();
    told.sort_by_key(|event| event.data.ptr);
    told
}

fn write(plugin: &Plugin, fd: u32) {
    plugin.system.fd_write(&plugin.thread, fd, &[part(&mut [1])]).unwrap();
}

fn read(plugin: &Plugin, fd: u32) {
    plugin.system.fd_read(&plugin.thread, fd, &[part(&mut [0; 100])]).unwrap();
}

#[test]
fn what_happens_is_told_with_what_the_plugin_gave() {
    let plugin = Plugin::new(|_| {});
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let [reader, writer] = system.fd_pipe().unwrap();
    add(&plugin, set, reader, EpollEvents::IN, 7).unwrap();
    add(&plugin, set, writer, EpollEvents::OUT, 8).unwrap();
    assert_eq!(told(&plugin, set), [event(EpollEvents::OUT, 8)]);
    write(&plugin, writer);
    assert_eq!(told(&plugin, set), [event(EpollEvents::IN, 7), event(EpollEvents::OUT, 8)]);
    system.epoll_ctl(set, writer, EpollChange::Modify(event(EpollEvents::IN, 9))).unwrap();
    assert_eq!(told(&plugin, set), [event(EpollEvents::IN, 7)]);
    system.epoll_ctl(set, reader, EpollChange::Delete).unwrap();
    assert_eq!(told(&plugin, set), []);
    system.fd_close(reader).unwrap();
    assert_eq!(told(&plugin, set), [event(EpollEvents::ERR, 9)]);
    assert_eq!(system.epoll_wait(&plugin.thread, set, 0, None), Err(Errno::Inval));
}

#[test]
fn edges_and_single_shots() {
    let plugin = Plugin::new(|_| {});
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let [reader, writer] = system.fd_pipe().unwrap();
    add(&plugin, set, reader, EpollEvents::IN.with(EpollEvents::ET), 1).unwrap();
    for _ in 0..2 {
        write(&plugin, writer);
        assert_eq!(told(&plugin, set).len(), 1);
        assert_eq!(told(&plugin, set), []);
    }
    let once = event(EpollEvents::IN.with(EpollEvents::ONESHOT), 2);
    for _ in 0..2 {
        system.epoll_ctl(set, reader, EpollChange::Modify(once)).unwrap();
        assert_eq!(told(&plugin, set), [event(EpollEvents::IN, 2)]);
        write(&plugin, writer);
        assert_eq!(told(&plugin, set), []);
    }
}

#[test]
fn what_cannot_be_in_a_set() {
    let plugin = Plugin::new(|_| {});
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let [reader, _writer] = system.fd_pipe().unwrap();
    assert_eq!(add(&plugin, set, 1, EpollEvents::OUT, 1), Err(Errno::Perm));
    assert_eq!(add(&plugin, set, set, EpollEvents::IN, 1), Err(Errno::Inval));
    assert_eq!(add(&plugin, set, 99, EpollEvents::IN, 1), Err(Errno::Badf));
    assert_eq!(add(&plugin, reader, set, EpollEvents::IN, 1), Err(Errno::Inval));
    assert_eq!(system.epoll_ctl(set, reader, EpollChange::Delete), Err(Errno::Noent));
    assert_eq!(add(&plugin, set, reader, EpollEvents::IN, 1), Ok(()));
    assert_eq!(add(&plugin, set, reader, EpollEvents::IN, 1), Err(Errno::Exist));
    let other = system.epoll_create().unwrap();
    assert_eq!(add(&plugin, other, set, EpollEvents::IN, 1), Ok(()));
    assert_eq!(add(&plugin, set, other, EpollEvents::IN, 1), Err(Errno::Loop));
}

#[test]
fn descriptors_of_the_same_are_told_apart_and_leave_when_all_are_closed() {
    let plugin = Plugin::new(|_| {});
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let [reader, writer] = system.fd_pipe().unwrap();
    let other = system.fd_dup(reader, 0, false).unwrap();
    add(&plugin, set, reader, EpollEvents::IN, 1).unwrap();
    add(&plugin, set, other, EpollEvents::IN, 2).unwrap();
    write(&plugin, writer);
    let both = [event(EpollEvents::IN, 1), event(EpollEvents::IN, 2)];
    assert_eq!(told(&plugin, set), both);
    // As natively: it is still open.
    system.fd_close(reader).unwrap();
    assert_eq!(told(&plugin, set), both);
    system.fd_close(other).unwrap();
    assert_eq!(told(&plugin, set), []);
    assert_eq!(system.fd_write(&plugin.thread, writer, &[part(&mut [1])]), Err(Errno::Pipe));
    for _ in 0..1_000 {
        let [reader, writer] = system.fd_pipe().unwrap();
        assert_eq!(add(&plugin, set, reader, EpollEvents::IN, 3), Ok(()));
        system.fd_close(reader).unwrap();
        system.fd_close(writer).unwrap();
    }
    let description = system.table.description(set).unwrap();
    let Object::Epoll(epoll) = &description.object else { panic!("no set") };
    assert!(epoll.len() < 40, "{}", epoll.len());
}

#[test]
fn a_strangers_datagram_is_no_event() {
    let plugin = Plugin::new(|setup| setup.network = Network::new());
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let socket = system.sock_open(crate::Family::Inet4, SocketType::Datagram, 0, FdFlags::default()).unwrap();
    let any = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
    system.sock_bind(socket, &any.into()).unwrap();
    add(&plugin, set, socket, EpollEvents::IN.with(EpollEvents::ONESHOT), 1).unwrap();
    let crate::Address::Ip(own) = system.sock_addr_local(socket).unwrap() else { panic!("no port") };
    let stranger = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    for _ in 0..3 {
        stranger.send_to(b"x", own).unwrap();
        assert_eq!(told(&plugin, set), []);
    }
}

#[test]
fn what_comes_later_and_the_stop_end_the_wait() {
    let plugin = Plugin::new(|_| {});
    let (system, set) = (&plugin.system, plugin.system.epoll_create().unwrap());
    let [reader, writer] = system.fd_pipe().unwrap();
    add(&plugin, set, reader, EpollEvents::IN, 1).unwrap();
    let wait = || system.epoll_wait(&plugin.thread(), set, 1, None);
    scope(|scope| {
        let waiting = scope.spawn(wait);
        write(&plugin, writer);
        assert_eq!(waiting.join().unwrap(), Ok(vec![event(EpollEvents::IN, 1)]));
        read(&plugin, reader);
        let waiting = scope.spawn(wait);
        system.halt().stop();
        assert_eq!(waiting.join().unwrap(), Err(Errno::Canceled));
    });
}

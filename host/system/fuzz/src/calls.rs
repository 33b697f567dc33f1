//! Calls with arguments of all kinds, one after the other.

use crate::arguments::Arguments;
use crate::world::World;
use plugix_fuzzing::kind;
use plugix_system::{
    Awaited, EpollChange, EpollData, EpollEvent, EpollEvents, Errno, Family, FdFlags, Lock, OpenFlags, Part,
    ReceiveFlags, Result, Rights, Signal, SocketOption, SocketType, Subscription, Word,
};
use std::net::Shutdown;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Calls of one input.
const MAX_CALLS: usize = 200;

/// Bytes of the memory that calls read and write.
const MEMORY: usize = 3_000;

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    // Each call once, with small arguments; and what opens, writes and links, a few times.
    let all: Vec<u8> = (0..70u8).flat_map(|call| [call, 3, 1, call % 8, 5, 4, 9]).collect();
    let files: Vec<u8> = (0..24u8).flat_map(|at| [29, 6, 3, 0, 14, 1, 1, at % 12, at, 20 + at % 9, 8]).collect();
    let sockets: Vec<u8> = (30..70u8).flat_map(|call| [41, 0, 0, call, 8, 9, 3, 1]).collect();
    vec![all, files, sockets, vec![0]]
}

pub(crate) fn run(input: &[u8]) -> u64 {
    let mut arguments = Arguments(input);
    let world = World::new(arguments.flag());
    let mut memory = vec![7; MEMORY];
    let mut outcomes = Vec::new();
    for _ in 0..MAX_CALLS {
        if arguments.is_empty() {
            break;
        }
        // No call waits.
        world.thread.interrupt();
        let number = arguments.byte() % 70;
        let outcome = call(&world, number, &mut arguments, &mut memory);
        outcomes.push((number, outcome.err().map(Errno::number)));
    }
    let denied = world.denials.0.load(Ordering::Relaxed).min(3);
    world.check();
    let len = outcomes.len();
    // What the last ones came to: the whole list is another one each time.
    kind((&outcomes[len.saturating_sub(2)..], denied))
}

fn call(world: &World, number: u8, take: &mut Arguments<'_>, memory: &mut [u8]) -> Result<()> {
    let (system, thread) = (&world.system, &world.thread);
    let parts = parts(take, memory);
    match number {
        0 => system.fd_read(thread, take.fd(), &parts).map(drop),
        1 => system.fd_write(thread, take.fd(), &parts).map(drop),
        2 => system.fd_pread(thread, take.fd(), &parts, take.number()).map(drop),
        3 => system.fd_pwrite(thread, take.fd(), &parts, take.number()).map(drop),
        4 => system.fd_seek(take.fd(), take.number() as i64, take.byte()).map(drop),
        5 => system.fd_tell(take.fd()).map(drop),
        6 => system.fd_filestat_get(take.fd()).map(drop),
        7 => system.fd_filestat_set_size(take.fd(), take.number()),
        8 => system.fd_filestat_set_times(take.fd(), take.time(), take.time()),
        9 => system.fd_allocate(thread, take.fd(), take.number(), take.number()),
        10 => system.fd_advise(take.fd(), take.number(), take.number(), take.byte()),
        11 => system.fd_sync(take.fd()),
        12 => system.fd_datasync(take.fd()),
        13 => system.fd_readdir(thread, take.fd(), parts[0], take.number()).map(drop),
        14 => system.fd_close(take.fd()),
        15 => system.fd_renumber(take.fd(), take.fd()),
        16 => system.fd_dup(take.fd(), take.fd(), take.flag()).map(drop),
        17 => system.fd_dup2(take.fd(), take.fd(), take.flag()),
        18 => system.fd_fdstat_get(take.fd()).map(drop),
        19 => system.fd_fdstat_set_flags(take.fd(), fd_flags(take)),
        20 => system.fd_fdstat_set_rights(take.fd()),
        21 => system.path_create_directory(thread, take.fd(), &take.path()),
        22 => system.path_remove_directory(thread, take.fd(), &take.path()),
        23 => system.path_unlink_file(thread, take.fd(), &take.path()),
        24 => system.path_rename(thread, take.fd(), &take.path(), take.fd(), &take.path()),
        25 => system.path_link(thread, take.fd(), take.flag(), &take.path(), take.fd(), &take.path()),
        26 => system.path_symlink(thread, &take.path(), take.fd(), &take.path()),
        27 => system.path_readlink(thread, take.fd(), &take.path(), parts[0]).map(drop),
        28 => system.path_filestat_get(thread, take.fd(), take.flag(), &take.path()).map(drop),
        29 => {
            let (fd, path) = (take.fd(), take.path());
            let (follow, open) = (take.flag(), u16::from(take.byte()));
            let (rights, inheriting, fd_flags) = (rights(take), rights(take), fd_flags(take));
            let flags = OpenFlags { follow, open, rights, inheriting, fd_flags, close_on_exec: take.flag() };
            system.path_open(thread, fd, &path, flags).map(drop)
        }
        30 => system.path_filestat_set_times(thread, take.fd(), take.flag(), &take.path(), take.time(), take.time()),
        31 => system.chdir(thread, &take.path()),
        32 => system.getcwd().map(drop),
        33 => system.fd_prestat_get(take.fd()).map(drop),
        34 => {
            let lock = take.one_of(&[Lock::Shared, Lock::Exclusive, Lock::Unlock]);
            system.fd_lock(thread, take.fd(), lock, take.flag())
        }
        35 => system.fd_fdflags_get(take.fd()).map(drop),
        36 => system.fd_fdflags_set(take.fd(), take.flag()),
        37 => system.fd_pipe().map(drop),
        38 => system.fd_event(take.number(), take.flag(), fd_flags(take)).map(drop),
        39..=40 => wait(world, take),
        _ => socket(world, number, take, &parts),
    }
}

/// Sets of descriptors, subscriptions, futexes, signals.
fn wait(world: &World, take: &mut Arguments<'_>) -> Result<()> {
    let (system, thread) = (&world.system, &world.thread);
    let time = |take: &mut Arguments<'_>| Duration::from_nanos(take.number());
    match take.byte() % 8 {
        0 => system.epoll_create().map(drop),
        1 => {
            let data = EpollData { fd: take.fd(), ptr: take.number(), data1: 1, data2: 2 };
            let event = EpollEvent { events: EpollEvents::truncated(take.byte().into()), data };
            let change = take.one_of(&[EpollChange::Add(event), EpollChange::Modify(event), EpollChange::Delete]);
            system.epoll_ctl(take.fd(), take.fd(), change)
        }
        2 => {
            let timeout = if take.flag() { Some(time(take)) } else { None };
            system.epoll_wait(thread, take.fd(), take.number() as usize, timeout).map(drop)
        }
        3 => {
            let subscription = |take: &mut Arguments<'_>| {
                let awaited = match take.byte() % 3 {
                    0 => Awaited::Read(take.fd()),
                    1 => Awaited::Write(take.fd()),
                    _ => Awaited::Clock {
                        clock: take.byte() as u32 % 6,
                        timeout: take.number(),
                        is_absolute: take.flag(),
                    },
                };
                Subscription { userdata: 1, awaited }
            };
            let all: Vec<_> = (0..take.byte() % 5).map(|_| subscription(take)).collect();
            system.poll_oneoff(thread, &all).map(drop)
        }
        4 => system.thread_sleep(thread, time(take)),
        5 => {
            let word = &mut 7;
            // SAFETY: the word stays until the calls are over, and nothing else looks at it.
            let word = unsafe { Word::new(word) }?;
            system.futex_wake(word, take.number() as u32)?;
            system.futex_wait(thread, word, take.byte().into(), Some(time(take))).map(drop)
        }
        6 => {
            system.set_signal_handler(take.flag());
            let signal = Signal::new(take.byte().into())?;
            if take.flag() {
                system.signal(signal)
            } else {
                system.signal_thread(thread, signal)
            }
            Ok(())
        }
        _ => {
            assert!(system.deliveries(thread).count() <= 32, "each signal comes once");
            system.resolve(thread, &take.path(), take.number() as usize).map(drop)
        }
    }
}

fn socket(world: &World, number: u8, take: &mut Arguments<'_>, parts: &[Part]) -> Result<()> {
    let (system, thread) = (&world.system, &world.thread);
    let kind =
        |take: &mut Arguments<'_>| take.one_of(&[SocketType::Stream, SocketType::Datagram, SocketType::Seqpacket]);
    let option = |take: &mut Arguments<'_>| SocketOption::new(u32::from(take.byte() % 80));
    match number {
        41..=44 => system.sock_pair(kind(take), fd_flags(take)).map(drop),
        45..=46 => {
            let family = take.one_of(&[Family::Inet4, Family::Inet6, Family::Unix]);
            system.sock_open(family, kind(take), take.byte().into(), fd_flags(take)).map(drop)
        }
        47 => system.sock_bind(take.fd(), &take.address()),
        48 => system.sock_listen(take.fd(), take.number() as usize),
        49 => system.sock_accept(thread, take.fd(), fd_flags(take)).map(drop),
        50 => system.sock_connect(thread, take.fd(), &take.address()),
        51 => system.sock_disconnect(take.fd()),
        52 => system.sock_addr_local(take.fd()).map(drop),
        53 => system.sock_addr_peer(take.fd()).map(drop),
        54 => system.sock_shutdown(take.fd(), take.one_of(&[Shutdown::Read, Shutdown::Write, Shutdown::Both])),
        55..=56 => {
            let to = if take.flag() { Some(take.address()) } else { None };
            system.sock_send(thread, take.fd(), parts, to.as_ref(), take.flag()).map(drop)
        }
        57..=58 => {
            let flags = ReceiveFlags::truncated(take.byte().into());
            system.sock_recv(thread, take.fd(), parts, flags).map(drop)
        }
        59 => system.sock_status(take.fd()).map(drop),
        60 => system.sock_get_opt_flag(take.fd(), option(take)?).map(drop),
        61 => system.sock_set_opt_flag(take.fd(), option(take)?, take.flag()),
        62 => system.sock_get_opt_size(take.fd(), option(take)?).map(drop),
        63 => system.sock_set_opt_size(take.fd(), option(take)?, take.number()),
        64 => system.sock_get_opt_time(take.fd(), option(take)?).map(drop),
        65 => {
            let time = if take.flag() { Some(Duration::from_nanos(take.number())) } else { None };
            system.sock_set_opt_time(take.fd(), option(take)?, time)
        }
        66 => system.sock_join_multicast_v4(take.fd(), [224, 0, 0, take.byte()].into(), [127, 0, 0, 1].into()),
        67 => system.sock_leave_multicast_v4(take.fd(), [224, 0, 0, take.byte()].into(), [127, 0, 0, 1].into()),
        68 => {
            let group = [0xff02, 0, 0, 0, 0, 0, 0, take.byte().into()].into();
            system.sock_join_multicast_v6(take.fd(), group, take.byte().into())
        }
        _ => system.sock_send_file(thread, take.fd(), take.fd(), take.number(), take.number()).map(drop),
    }
}

/// One part at least, somewhere in the memory; the same bytes may be in several.
fn parts(take: &mut Arguments<'_>, memory: &mut [u8]) -> Vec<Part> {
    let len = (take.number() % MEMORY as u64) as usize;
    // SAFETY: the memory outlives the call, and nothing else looks at it meanwhile.
    let part = unsafe { Part::new(memory.as_mut_ptr(), len) };
    // One more than the kernel takes.
    vec![part; take.one_of(&[1, 1, 1, 2, 7, 1024, 1025])]
}

fn fd_flags(take: &mut Arguments<'_>) -> FdFlags {
    FdFlags::truncated(take.byte().into())
}

fn rights(take: &mut Arguments<'_>) -> Rights {
    match take.byte() {
        0xff => Rights::ALL,
        0xfe => Rights::truncated(take.number()),
        // Rights to read and to write are what matters.
        byte => {
            Rights::ALL.without(take.one_of(&[Rights::NONE, Rights::FD_READ, Rights::FD_WRITE]).and(if byte < 99 {
                Rights::ALL
            } else {
                Rights::NONE
            }))
        }
    }
}

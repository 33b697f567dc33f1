//! Options: what was set is there, and holds.

use super::*;
use crate::SocketOption as Opt;
use std::time::Duration;

#[test]
fn switches_are_off_at_first_and_stay_as_they_are_set() {
    let plugin = local();
    let system = &plugin.system;
    let (tcp, udp, v6) = (plugin.tcp(), plugin.udp(), plugin.open(Family::Inet6, SocketType::Datagram));
    let cases = [
        (tcp, Opt::NoDelay),
        (tcp, Opt::ReuseAddr),
        (tcp, Opt::ReusePort),
        (tcp, Opt::KeepAlive),
        (tcp, Opt::OobInline),
        (udp, Opt::Broadcast),
        (udp, Opt::ReuseAddr),
        (v6, Opt::OnlyV6),
    ];
    for (fd, option) in cases {
        assert_eq!(system.sock_get_opt_flag(fd, option), Ok(false), "{option:?}");
        for on in [true, false] {
            system.sock_set_opt_flag(fd, option, on).unwrap();
            assert_eq!(system.sock_get_opt_flag(fd, option), Ok(on), "{option:?}");
        }
    }
    for (fd, option) in [(udp, Opt::MulticastLoopV4), (v6, Opt::MulticastLoopV6)] {
        assert_eq!(system.sock_get_opt_flag(fd, option), Ok(true));
        system.sock_set_opt_flag(fd, option, false).unwrap();
        assert_eq!(system.sock_get_opt_flag(fd, option), Ok(false));
    }
    assert_eq!(system.sock_get_opt_flag(plugin.listener(), Opt::Listening), Ok(true));
    assert_eq!(system.sock_get_opt_flag(tcp, Opt::Listening), Ok(false));
    assert_eq!(system.sock_get_opt_flag(tcp, Opt::Ttl), Err(Errno::Inval));
    assert_eq!(system.sock_get_opt_flag(0, Opt::NoDelay), Err(Errno::Notsock));
    assert_eq!(system.sock_get_opt_flag(99, Opt::NoDelay), Err(Errno::Badf));
}

#[test]
fn numbers_stay_as_they_are_set() {
    let plugin = local();
    let system = &plugin.system;
    let (tcp, udp, v6) = (plugin.tcp(), plugin.udp(), plugin.open(Family::Inet6, SocketType::Datagram));
    let cases = [
        (tcp, Opt::Ttl, 55),
        (udp, Opt::Ttl, 9),
        (v6, Opt::Ttl, 12),
        (udp, Opt::MulticastTtlV4, 3),
        (v6, Opt::MulticastHopsV6, 4),
        (tcp, Opt::KeepCount, 5),
        (tcp, Opt::UserTimeout, 1000),
        (udp, Opt::TypeOfService, 16),
    ];
    for (fd, option, size) in cases {
        system.sock_set_opt_size(fd, option, size).unwrap();
        assert_eq!(system.sock_get_opt_size(fd, option), Ok(size), "{option:?}");
        assert!(system.sock_set_opt_size(fd, option, u64::MAX).is_err(), "{option:?}");
    }
    for option in [Opt::RecvBufSize, Opt::SendBufSize] {
        system.sock_set_opt_size(tcp, option, 50_000).unwrap();
        // The kernel doubles it, for what it needs itself.
        assert_eq!(system.sock_get_opt_size(tcp, option), Ok(100_000));
        assert_eq!(system.sock_set_opt_size(tcp, option, u64::MAX), Ok(()));
        assert!(system.sock_get_opt_size(tcp, option).unwrap() <= 32 << 20);
    }
    let what = |fd| [Opt::Type, Opt::Protocol, Opt::Domain].map(|option| system.sock_get_opt_size(fd, option).unwrap());
    assert_eq!([what(tcp), what(udp), what(v6)], [[1, 6, 1], [2, 17, 1], [2, 17, 2]]);
}

#[test]
fn times_stay_as_they_are_set() {
    let plugin = local();
    let system = &plugin.system;
    let (client, server) = plugin.connected();
    let second = Some(Duration::from_secs(1));
    for option in [Opt::RecvTimeout, Opt::SendTimeout, Opt::ConnectTimeout, Opt::AcceptTimeout, Opt::Linger] {
        for time in [None, second, Some(Duration::MAX.min(Duration::from_nanos(u64::MAX))), None] {
            assert_eq!(system.sock_set_opt_time(client, option, time), Ok(()));
            assert_eq!(system.sock_get_opt_time(client, option), Ok(time), "{option:?}");
        }
    }
    for option in [Opt::KeepIdle, Opt::KeepInterval] {
        system.sock_set_opt_time(client, option, second).unwrap();
        assert_eq!(system.sock_get_opt_time(client, option), Ok(second));
    }
    assert_eq!(system.sock_get_opt_time(client, Opt::Ttl), Err(Errno::Inval));
    // Who doesn't linger at all resets the connection.
    system.sock_set_opt_time(client, Opt::Linger, Some(Duration::ZERO)).unwrap();
    system.fd_close(client).unwrap();
    assert_eq!(plugin.receive(server, 1, ReceiveFlags::default()), Err(Errno::Connreset));
}

#[test]
fn numbers_of_options() {
    for number in 0..=u32::from(u8::MAX) {
        assert!(Opt::new(number).map_or(true, |option| option as u32 == number));
    }
    assert_eq!(Opt::new(26), Ok(Opt::Protocol));
    assert_eq!(Opt::new(27), Err(Errno::Inval));
}

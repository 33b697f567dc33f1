//! The calls that WASIX has besides. Descriptor 3 is the root, and what is opened first is 4.

use super::*;

#[rustfmt::skip] // a row is a line
const SIGNATURES: &[(&str, &str)] = &[
    ("chdir", "ii"), ("epoll_create", "i"), ("epoll_ctl", "iiii"), ("epoll_wait", "iiiIi"), ("fd_dup", "ii"),
    ("fd_dup2", "iiii"), ("fd_event", "Iii"), ("fd_fdflags_get", "ii"), ("fd_fdflags_set", "ii"), ("fd_pipe", "ii"),
    ("futex_wait", "iiii"), ("futex_wake", "ii"), ("futex_wake_all", "ii"), ("getcwd", "ii"),
    ("path_open2", "iiiiiIIiii"), ("proc_raise", "i"), ("proc_signal", "ii"), ("resolve", "iiiiii"),
    ("sock_accept_v2", "iiii"), ("sock_addr_local", "ii"), ("sock_addr_peer", "ii"), ("sock_bind", "ii"),
    ("sock_connect", "ii"), ("sock_get_opt_flag", "iii"), ("sock_get_opt_size", "iii"), ("sock_get_opt_time", "iii"),
    ("sock_join_multicast_v4", "iii"), ("sock_join_multicast_v6", "iii"), ("sock_leave_multicast_v4", "iii"),
    ("sock_leave_multicast_v6", "iii"), ("sock_listen", "ii"), ("sock_open", "iiii"), ("sock_pair", "iiiii"),
    ("sock_recv_from", "iiiiiii"), ("sock_send_file", "iiIIi"), ("sock_send_to", "iiiiii"), ("sock_set_opt_flag", "iii"),
    ("sock_set_opt_size", "iiI"), ("sock_set_opt_time", "iii"), ("sock_status", "ii"), ("thread_signal", "ii"),
];

/// A part of memory that is free, and zero: a family that isn't there, a time that there isn't, or the word 0.
const ZERO: i64 = 3 << 12;

#[rustfmt::skip] // a row is a line
const ROWS: &[Row] = &[
    // Descriptors that aren't open.
    ("epoll_ctl", &[99, 0, 1, OUT], BADF), ("epoll_wait", &[99, OUT, 1, 0, OUT], BADF), ("fd_dup", &[99, OUT], BADF),
    ("fd_dup2", &[99, 0, 0, OUT], BADF), ("fd_fdflags_get", &[99, OUT], BADF), ("fd_fdflags_set", &[99, 0], BADF),
    ("path_open2", &[99, 0, FILE, 4, 0, 0, 0, 0, 0, OUT], BADF), ("sock_accept_v2", &[99, 0, OUT, OUT], BADF),
    ("sock_addr_local", &[99, OUT], BADF), ("sock_addr_peer", &[99, OUT], BADF),
    ("sock_get_opt_flag", &[99, 2, OUT], BADF), ("sock_get_opt_size", &[99, 12, OUT], BADF),
    ("sock_get_opt_time", &[99, 17, OUT], BADF), ("sock_join_multicast_v4", &[99, OUT, OUT], BADF),
    ("sock_join_multicast_v6", &[99, OUT, 0], BADF), ("sock_leave_multicast_v4", &[99, OUT, OUT], BADF),
    ("sock_leave_multicast_v6", &[99, OUT, 0], BADF), ("sock_listen", &[99, 1], BADF),
    ("sock_recv_from", &[99, PART, 1, 0, OUT, OUT, OUT], BADF), ("sock_send_file", &[99, 3, 0, 1, OUT], BADF),
    ("sock_set_opt_flag", &[99, 2, 1], BADF), ("sock_set_opt_size", &[99, 12, 1], BADF),
    ("sock_set_opt_time", &[99, 17, ZERO], BADF), ("sock_status", &[99, OUT], BADF),
    // Descriptors of another kind.
    ("epoll_ctl", &[1, 0, 1, OUT], INVAL), ("epoll_wait", &[1, OUT, 1, 0, OUT], INVAL),
    ("path_open2", &[1, 0, FILE, 4, 0, 0, 0, 0, 0, OUT], NOTDIR), ("sock_accept_v2", &[1, 0, OUT, OUT], NOTSOCK),
    ("sock_addr_local", &[1, OUT], NOTSOCK), ("sock_addr_peer", &[3, OUT], NOTSOCK), ("sock_listen", &[1, 1], NOTSOCK),
    ("sock_get_opt_flag", &[1, 2, OUT], NOTSOCK), ("sock_get_opt_size", &[1, 12, OUT], NOTSOCK),
    ("sock_get_opt_time", &[1, 17, OUT], NOTSOCK), ("sock_recv_from", &[1, PART, 1, 0, OUT, OUT, OUT], NOTSOCK),
    ("sock_set_opt_flag", &[1, 2, 1], NOTSOCK), ("sock_set_opt_size", &[1, 12, 1], NOTSOCK),
    ("sock_set_opt_time", &[1, 17, ZERO], NOTSOCK), ("sock_status", &[1, OUT], NOTSOCK),
    ("sock_join_multicast_v4", &[1, OUT, OUT], NOTSOCK), ("sock_leave_multicast_v6", &[1, OUT, 0], NOTSOCK),
    // Addresses outside of the memory.
    ("chdir", &[FAR, 4], FAULT), ("epoll_create", &[EDGE], FAULT), ("epoll_ctl", &[1, 0, 1, FAR], FAULT),
    ("epoll_wait", &[1, FAR, 1, 0, OUT], FAULT), ("epoll_wait", &[1, OUT, 1, 0, FAR], FAULT), ("fd_dup", &[1, EDGE], FAULT),
    ("fd_dup2", &[1, 0, 0, EDGE], FAULT), ("fd_event", &[0, 0, EDGE], FAULT), ("fd_fdflags_get", &[1, FAR], FAULT),
    ("fd_pipe", &[EDGE, OUT], FAULT), ("fd_pipe", &[OUT, EDGE], FAULT), ("futex_wait", &[FAR, 0, ZERO, OUT], FAULT),
    ("futex_wait", &[ZERO, 1, FAR, OUT], FAULT), ("futex_wait", &[ZERO, 1, ZERO, FAR], FAULT),
    ("futex_wake", &[FAR, OUT], FAULT), ("futex_wake_all", &[FAR, OUT], FAULT), ("getcwd", &[OUT, FAR], FAULT),
    ("path_open2", &[3, 0, FILE, 4, 0, 0, 0, 0, 0, EDGE], FAULT), ("resolve", &[FAR, 4, 0, OUT, 1, OUT], FAULT),
    ("resolve", &[FILE, 4, 0, FAR, 1, OUT], FAULT), ("resolve", &[FILE, 4, 0, OUT, 1, FAR], FAULT),
    ("sock_bind", &[1, FAR], FAULT), ("sock_connect", &[1, FAR], FAULT), ("sock_open", &[1, 1, 0, EDGE], FAULT),
    ("sock_pair", &[1, 1, 0, EDGE, OUT], FAULT), ("sock_pair", &[1, 1, 0, OUT, EDGE], FAULT),
    ("sock_send_file", &[1, 3, 0, 1, FAR], FAULT), ("sock_send_to", &[1, PART, 1, 0, FAR, OUT], FAULT),
    ("sock_recv_from", &[1, PART, 1, 0, FAR, OUT, OUT], FAULT), ("sock_recv_from", &[1, PART, 1, 0, OUT, OUT, FAR], FAULT),
    ("sock_set_opt_time", &[1, 17, FAR], FAULT), ("sock_join_multicast_v4", &[1, FAR, OUT], FAULT),
    ("sock_join_multicast_v6", &[1, FAR, 0], FAULT), ("sock_leave_multicast_v4", &[1, OUT, FAR], FAULT),
    ("sock_accept_v2", &[1, 0, OUT, FAR], FAULT),
    // Counts.
    ("epoll_wait", &[1, OUT, 0, 0, OUT], INVAL), ("epoll_wait", &[1, OUT, MAX32, 0, OUT], INVAL),
    ("resolve", &[FILE, 0, 0, OUT, 1, OUT], INVAL), ("resolve", &[LONG, MAX32, 0, OUT, 1, OUT], NAMETOOLONG),
    ("resolve", &[FILE, 4, 0, EDGE, MAX32, OUT], FAULT), ("sock_recv_from", &[1, PART, MAX32, 0, OUT, OUT, OUT], INVAL),
    ("sock_send_to", &[1, PART, MAX32, 0, ZERO, OUT], INVAL), ("fd_dup2", &[1, MAX32, 0, OUT], INVAL),
    ("getcwd", &[OUT, ZERO], RANGE),
    // Enumerations, flags and structures.
    ("epoll_ctl", &[1, 9, 1, OUT], INVAL), ("fd_event", &[0, MAX32, OUT], INVAL), ("fd_fdflags_set", &[1, MAX32], INVAL),
    ("futex_wait", &[ODD, 0, ZERO, OUT], INVAL), ("futex_wake", &[ODD, OUT], INVAL),
    ("futex_wait", &[ZERO, 1, NO_OPTION, OUT], INVAL), ("path_open2", &[3, 0, FILE, 4, 16, 0, 0, 0, 0, OUT], INVAL),
    ("proc_raise", &[MAX32], INVAL), ("proc_signal", &[MAX32, 0], SRCH), ("proc_signal", &[0, MAX32], INVAL),
    ("thread_signal", &[MAX32, 0], SRCH), ("thread_signal", &[0, MAX32], INVAL),
    ("sock_bind", &[1, NO_ADDRESS], INVAL), ("sock_connect", &[1, NO_ADDRESS], INVAL),
    ("sock_open", &[9, 1, 0, OUT], AFNOSUPPORT), ("sock_open", &[1, 9, 0, OUT], NOTSUP),
    ("sock_pair", &[3, 9, 0, OUT, OUT], NOTSUP), ("sock_get_opt_flag", &[1, MAX32, OUT], INVAL),
    ("sock_set_opt_flag", &[1, MAX32, 1], INVAL), ("sock_get_opt_size", &[1, MAX32, OUT], INVAL),
    ("sock_set_opt_size", &[1, MAX32, 1], INVAL), ("sock_get_opt_time", &[1, MAX32, OUT], INVAL),
    ("sock_set_opt_time", &[1, MAX32, ZERO], INVAL), ("sock_set_opt_time", &[1, 17, NO_OPTION], INVAL),
    // Paths.
    ("chdir", &[FILE, 0], NOENT), ("chdir", &[FILE, 4], NOTDIR), ("chdir", &[NUL, 3], INVAL),
    ("chdir", &[LONG, 256], NAMETOOLONG), ("chdir", &[LONG, MAX32], NAMETOOLONG), ("chdir", &[MISSING, 7], NOENT),
    ("chdir", &[LOOPING, 4], LOOP), ("path_open2", &[3, 0, NUL, 3, 0, 0, 0, 0, 0, OUT], INVAL),
    ("path_open2", &[3, 1, LOOPING, 4, 0, 2, 0, 0, 0, OUT], LOOP),
    // Natively paths lead out of the folder that they are relative to, and nothing is above the root.
    ("path_open2", &[3, 0, UP, 7, 0, 2, 0, 0, 0, OUT], OK), ("path_open2", &[3, 0, ABSOLUTE, 5, 0, 2, 0, 0, 0, OUT], OK),
    ("path_open2", &[3, 0, SLASH, 5, 0, 2, 0, 0, 0, OUT], NOTDIR), ("sock_send_file", &[4, 5, 0, 1, OUT], NOTSOCK),
];

#[test]
fn wrong_arguments_have_the_errors_of_other_systems() -> Result<()> {
    assert_eq!(differences("wasix_32v1", SIGNATURES, ROWS)?, [""; 0]);
    Ok(())
}

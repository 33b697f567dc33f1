//! The system calls that come from us: a row for each, with its name, its arguments and its function.

mod clock;
mod fd;
mod file;
mod path;
mod poll;
mod socket;
mod thread;

use super::context::{Context, run, run_undisturbed};
use crate::profile::Origin;
use crate::profile::host_calls::enter;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, RuntimeError, StoreMut};

/// The namespace whose addresses have 64 bits.
pub(super) const WIDE: &str = "wasix_64v1";

/// A system call of ours.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// The only namespace that has it so; none if all have.
    namespace: Option<&'static str>,
    pub(super) function: fn(&mut StoreMut<'_>, &FunctionEnv<Context>) -> Function,
}

/// What a module imports under a name, if it is ours.
pub(super) fn find(namespace: &str, name: &str) -> Option<&'static Row> {
    // Ours have 32-bit addresses. A memory with 64-bit ones can't be had, so that the others are closed.
    let rows = || CALLS.iter().filter(|row| row.name == name && namespace != WIDE);
    let own = rows().find(|row| row.namespace == Some(namespace));
    own.or_else(|| rows().find(|row| row.namespace.is_none()))
}

/// Makes the table. A call returns an error number, or nothing where it says so. Signals are dealt with around each call
/// that isn't marked as undisturbed.
macro_rules! calls {
    (@namespace) => { None };
    (@namespace $namespace:literal) => { Some($namespace) };
    (@outcome $outcome:expr) => { $outcome };
    (@outcome $outcome:expr, nothing) => { $outcome.map(drop) };
    (@type) => { u32 };
    (@type nothing) => { () };
    (@run) => { run };
    (@run undisturbed) => { run_undisturbed };
    ($($([$how:ident])? $name:ident $(in $namespace:literal)? ($($arg:ident: $type:ty),*) $(-> $nothing:ident)? = $function:path;)*) => {
        const CALLS: &[Row] = &[$(Row {
            name: stringify!($name),
            namespace: calls!(@namespace $($namespace)?),
            function: |store, env| {
                Function::new_typed_with_env(
                    store,
                    env,
                    |mut env: FunctionEnvMut<'_, Context>, $($arg: $type),*|
                        -> Result<calls!(@type $($nothing)?), RuntimeError> {
                        let _profiled = enter(Origin::System, stringify!($name));
                        let outcome = calls!(@run $($how)?)(&mut env, |call| $function(call, $($arg),*));
                        calls!(@outcome outcome $(, $nothing)?)
                    },
                )
            },
        },)*];
    };
}

#[rustfmt::skip] // a row is a line
calls! {
    callback_signal(name: u32, len: u32) -> nothing = thread::callback_signal;
    chdir(path: u32, len: u32) = path::chdir;
    clock_res_get(clock: u32, result: u32) = clock::res_get;
    clock_time_get(clock: u32, precision: u64, result: u32) = clock::time_get;
    epoll_create(result: u32) = poll::epoll_create;
    epoll_ctl(set: u32, change: u32, fd: u32, event: u32) = poll::epoll_ctl;
    epoll_wait(set: u32, events: u32, most: u32, timeout: u64, told: u32) = poll::epoll_wait;
    fd_advise(fd: u32, offset: u64, len: u64, advice: u32) = file::advise;
    fd_allocate(fd: u32, offset: u64, len: u64) = file::allocate;
    fd_close(fd: u32) = fd::close;
    fd_datasync(fd: u32) = file::datasync;
    fd_dup(fd: u32, result: u32) = fd::dup;
    fd_dup2(fd: u32, least: u32, close_on_exec: u32, result: u32) = fd::dup2;
    fd_event(count: u64, flags: u32, result: u32) = fd::event;
    fd_fdflags_get(fd: u32, result: u32) = fd::fdflags_get;
    fd_fdflags_set(fd: u32, flags: u32) = fd::fdflags_set;
    fd_fdstat_get(fd: u32, result: u32) = fd::fdstat_get;
    fd_fdstat_set_flags(fd: u32, flags: u32) = fd::fdstat_set_flags;
    fd_fdstat_set_rights(fd: u32, rights: u64, inheriting: u64) = fd::fdstat_set_rights;
    fd_filestat_get(fd: u32, result: u32) = file::filestat_get;
    fd_filestat_get in "wasi_unstable" (fd: u32, result: u32) = file::filestat_get_old;
    fd_filestat_set_size(fd: u32, size: u64) = file::filestat_set_size;
    fd_filestat_set_times(fd: u32, accessed: u64, modified: u64, which: u32) = file::filestat_set_times;
    fd_pipe(reader: u32, writer: u32) = fd::pipe;
    fd_pread(fd: u32, parts: u32, count: u32, offset: u64, read: u32) = file::pread;
    fd_prestat_dir_name(fd: u32, buffer: u32, room: u32) = file::prestat_dir_name;
    fd_prestat_get(fd: u32, result: u32) = file::prestat_get;
    fd_pwrite(fd: u32, parts: u32, count: u32, offset: u64, written: u32) = file::pwrite;
    fd_read(fd: u32, parts: u32, count: u32, read: u32) = fd::read;
    fd_readdir(fd: u32, buffer: u32, room: u32, cookie: u64, used: u32) = file::readdir;
    fd_renumber(from: u32, to: u32) = fd::renumber;
    fd_seek(fd: u32, delta: u64, whence: u32, result: u32) = file::seek;
    fd_seek in "wasi_unstable" (fd: u32, delta: u64, whence: u32, result: u32) = file::seek_old;
    fd_sync(fd: u32) = file::sync;
    fd_tell(fd: u32, result: u32) = file::tell;
    fd_write(fd: u32, parts: u32, count: u32, written: u32) = fd::write;
    futex_wait(word: u32, expected: u32, timeout: u32, woken: u32) = thread::futex_wait;
    [undisturbed] futex_wake(word: u32, woken: u32) = thread::futex_wake;
    [undisturbed] futex_wake_all(word: u32, woken: u32) = thread::futex_wake_all;
    getcwd(buffer: u32, len: u32) = path::getcwd;
    path_create_directory(folder: u32, path: u32, len: u32) = path::create_directory;
    path_filestat_get(folder: u32, lookup: u32, path: u32, len: u32, result: u32) = path::filestat_get;
    path_filestat_get in "wasi_unstable" (folder: u32, lookup: u32, path: u32, len: u32, result: u32) = path::filestat_get_old;
    path_filestat_set_times(folder: u32, lookup: u32, path: u32, len: u32, accessed: u64, modified: u64, which: u32) = path::filestat_set_times;
    path_link(from: u32, lookup: u32, old: u32, old_len: u32, to: u32, new: u32, new_len: u32) = path::link;
    path_open(folder: u32, lookup: u32, path: u32, len: u32, how: u32, rights: u64, inheriting: u64, status: u32, result: u32) = path::open;
    path_open2(folder: u32, lookup: u32, path: u32, len: u32, how: u32, rights: u64, inheriting: u64, status: u32, extended: u32, result: u32) = path::open2;
    path_readlink(folder: u32, path: u32, len: u32, buffer: u32, room: u32, used: u32) = path::readlink;
    path_remove_directory(folder: u32, path: u32, len: u32) = path::remove_directory;
    path_rename(from: u32, old: u32, old_len: u32, to: u32, new: u32, new_len: u32) = path::rename;
    path_symlink(target: u32, target_len: u32, folder: u32, path: u32, len: u32) = path::symlink;
    path_unlink_file(folder: u32, path: u32, len: u32) = path::unlink_file;
    poll_oneoff(asked: u32, events: u32, count: u32, told: u32) = poll::oneoff;
    poll_oneoff in "wasi_unstable" (asked: u32, events: u32, count: u32, told: u32) = poll::oneoff_old;
    proc_raise(signal: u32) = thread::proc_raise;
    proc_signal(process: u32, signal: u32) = thread::proc_signal;
    random_get(buffer: u32, len: u32) = thread::random;
    resolve(host: u32, len: u32, port: u32, addresses: u32, most: u32, told: u32) = socket::resolve;
    sched_yield() = thread::sched_yield;
    sock_accept(fd: u32, flags: u32, result: u32, from: u32) = socket::accept_from;
    sock_accept in "wasi_snapshot_preview1" (fd: u32, flags: u32, result: u32) = socket::accept;
    sock_accept_v2(fd: u32, flags: u32, result: u32, from: u32) = socket::accept_from;
    sock_addr_local(fd: u32, result: u32) = socket::local;
    sock_addr_peer(fd: u32, result: u32) = socket::peer;
    sock_bind(fd: u32, at: u32) = socket::bind;
    sock_connect(fd: u32, to: u32) = socket::connect;
    sock_get_opt_flag(fd: u32, option: u32, result: u32) = socket::get_flag;
    sock_get_opt_size(fd: u32, option: u32, result: u32) = socket::get_size;
    sock_get_opt_time(fd: u32, option: u32, result: u32) = socket::get_time;
    sock_join_multicast_v4(fd: u32, group: u32, interface: u32) = socket::join_v4;
    sock_join_multicast_v6(fd: u32, group: u32, interface: u32) = socket::join_v6;
    sock_leave_multicast_v4(fd: u32, group: u32, interface: u32) = socket::leave_v4;
    sock_leave_multicast_v6(fd: u32, group: u32, interface: u32) = socket::leave_v6;
    sock_listen(fd: u32, backlog: u32) = socket::listen;
    sock_open(family: u32, kind: u32, protocol: u32, result: u32) = socket::open;
    sock_pair(family: u32, kind: u32, protocol: u32, first: u32, second: u32) = socket::pair;
    sock_recv(fd: u32, parts: u32, count: u32, flags: u32, len: u32, out_flags: u32) = socket::recv;
    sock_recv_from(fd: u32, parts: u32, count: u32, flags: u32, len: u32, out_flags: u32, from: u32) = socket::recv_from;
    sock_send(fd: u32, parts: u32, count: u32, flags: u32, sent: u32) = socket::send;
    sock_send_file(fd: u32, file: u32, offset: u64, count: u64, sent: u32) = socket::send_file;
    sock_send_to(fd: u32, parts: u32, count: u32, flags: u32, to: u32, sent: u32) = socket::send_to;
    sock_set_opt_flag(fd: u32, option: u32, on: u32) = socket::set_flag;
    sock_set_opt_size(fd: u32, option: u32, size: u64) = socket::set_size;
    sock_set_opt_time(fd: u32, option: u32, time: u32) = socket::set_time;
    sock_shutdown(fd: u32, how: u32) = socket::shutdown;
    sock_status(fd: u32, result: u32) = socket::status;
    thread_signal(thread: u32, signal: u32) = thread::thread_signal;
    thread_sleep(time: u64) = thread::sleep;
}

#[cfg(test)]
impl Row {
    /// All rows, with the namespaces that they are for.
    pub(super) fn all() -> impl Iterator<Item = (&'static Self, Option<&'static str>)> {
        CALLS.iter().map(|row| (row, row.namespace))
    }
}

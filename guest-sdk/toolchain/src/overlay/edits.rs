//! The table of edits. Upstream's sources are written for wasi-libc; these are the places where WASIX differs.

use super::Edit;

const fn edit(purpose: &'static str, file: &'static str, expected: &'static str, replacement: &'static str) -> Edit {
    Edit { purpose, file, expected, replacement }
}

const WORKSPACE: &str = "Cargo.toml";
const LIBC: &str = "vendor/libc/src/wasi/mod.rs";
const LIBC_SOCKETS: &str = "vendor/libc/src/wasi/p2.rs";

/// wasi-libc's clocks are addresses of objects, wasix-libc's are numbers.
const CLOCKS: &str = "clocks are plain numbers";
/// wasix-libc's socket enumerations are those of <wasi/api_wasix.h>; all others agree with wasi-libc's.
const SOCKETS: &str = "socket constants are WASIX's own";

const FILES: &str = "std/src/sys/fs/unix.rs";
const FCNTL: &str = "    pub fn fcntl(fd: c_int, cmd: c_int, ...) -> c_int;\n";
const PIPES: &str = "there are pipes";
/// The C library gets `flock` from the toolchain.
const LOCKS: &str = "files can be locked";

/// What a function does that locks no file.
macro_rules! unsupported {
    ($name:literal) => {
        concat!("Err(io::const_error!(io::ErrorKind::Unsupported, \"", $name, "() not supported\"))")
    };
    (try $name:literal) => {
        concat!(
            "Err(TryLockError::Error(io::const_error!(\n            io::ErrorKind::Unsupported,\n            \"",
            $name,
            "() not supported\"\n        )))",
        )
    };
}

/// What it does instead.
macro_rules! locked {
    ($operation:literal) => {
        concat!("cvt(unsafe { libc::flock(self.as_raw_fd(), libc::", $operation, ") }).map(drop)")
    };
    (try $operation:literal) => {
        concat!(
            "cvt(unsafe { libc::flock(self.as_raw_fd(), libc::LOCK_NB | libc::",
            $operation,
            ") }).map(drop).map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => TryLockError::WouldBlock,
            _ => TryLockError::Error(error),
        })",
        )
    };
}

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    edit("build only what a sysroot holds", WORKSPACE,
        "  \"coretests\",\n  \"alloctests\",\n",
        ""),
    edit("take the edited libc crate", WORKSPACE,
        "[patch.crates-io]\n",
        "[patch.crates-io]\nlibc = { path = 'vendor/libc' }\n"),

    edit(CLOCKS, LIBC,
        "pub struct clockid_t(*const u8);",
        "pub struct clockid_t(c_int);"),
    edit(CLOCKS, LIBC,
        "pub static CLOCK_MONOTONIC: clockid_t = unsafe { clockid_t(core::ptr::addr_of!(_CLOCK_MONOTONIC)) };",
        "pub static CLOCK_MONOTONIC: clockid_t = clockid_t(1);"),
    edit(CLOCKS, LIBC,
        "pub static CLOCK_REALTIME: clockid_t = unsafe { clockid_t(core::ptr::addr_of!(_CLOCK_REALTIME)) };",
        "pub static CLOCK_REALTIME: clockid_t = clockid_t(0);"),
    edit(CLOCKS, LIBC,
        "    static _CLOCK_MONOTONIC: u8;\n    static _CLOCK_REALTIME: u8;\n",
        ""),

    edit("no C++ runtime defines the exception tag", "unwind/src/wasm.rs",
        "#[cfg(all(target_os = \"unknown\", panic = \"unwind\"))]",
        "#[cfg(all(any(target_os = \"unknown\", target_vendor = \"wasmer\"), panic = \"unwind\"))]"),

    edit("the number of processors is known", LIBC,
        "pub const _SC_PAGESIZE: c_int = 30;\n",
        "pub const _SC_PAGESIZE: c_int = 30;\npub const _SC_NPROCESSORS_ONLN: c_int = 84;\n"),
    edit("the number of processors is known", "std/src/sys/thread/unix.rs",
        "            target_os = \"linux\",\n            target_os = \"aix\",\n",
        "            target_os = \"linux\",\n            target_os = \"wasi\",\n            target_os = \"aix\",\n"),

    edit("there is a folder for temporary files", "std/src/sys/paths/wasi.rs",
        "panic!(\"not supported by WASI yet\")",
        "crate::env::var_os(\"TMPDIR\").map_or_else(|| PathBuf::from(\"/tmp\"), PathBuf::from)"),

    edit("descriptors can be duplicated", LIBC,
        "    pub fn ioctl(fd: c_int, request: c_int, ...) -> c_int;\n",
        "    pub fn ioctl(fd: c_int, request: c_int, ...) -> c_int;\n    pub fn dup(fd: c_int) -> c_int;\n"),
    edit("descriptors can be duplicated", "std/src/os/fd/owned.rs",
        "Err(io::Error::UNSUPPORTED_PLATFORM)",
        "match unsafe { libc::dup(self.as_raw_fd()) } {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        }"),

    edit("there are BSD sockets", "std/src/sys/net/connection/mod.rs",
        "all(target_os = \"wasi\", any(target_env = \"p2\", target_env = \"p3\")),\n",
        "all(target_os = \"wasi\", any(target_env = \"p2\", target_env = \"p3\", target_vendor = \"wasmer\")),\n"),
    edit("there are BSD sockets", LIBC,
        "    if #[cfg(not(target_env = \"p1\"))] {\n        mod p2;",
        "    if #[cfg(any(not(target_env = \"p1\"), target_vendor = \"wasmer\"))] {\n        mod p2;"),
    edit(SOCKETS, LIBC_SOCKETS, "SOCK_STREAM: c_int = 6;", "SOCK_STREAM: c_int = 1;"),
    edit(SOCKETS, LIBC_SOCKETS, "SOCK_DGRAM: c_int = 5;", "SOCK_DGRAM: c_int = 2;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_ACCEPTCONN: c_int = 30;", "SO_ACCEPTCONN: c_int = 10;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_ERROR: c_int = 4;", "SO_ERROR: c_int = 11;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_KEEPALIVE: c_int = 9;", "SO_KEEPALIVE: c_int = 12;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_RCVBUF: c_int = 8;", "SO_RCVBUF: c_int = 15;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_SNDBUF: c_int = 7;", "SO_SNDBUF: c_int = 16;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_RCVTIMEO: c_int = 66;", "SO_RCVTIMEO: c_int = 19;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_SNDTIMEO: c_int = 67;", "SO_SNDTIMEO: c_int = 20;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_TYPE: c_int = 3;", "SO_TYPE: c_int = 25;"),
    edit(SOCKETS, LIBC_SOCKETS, "SO_PROTOCOL: c_int = 38;", "SO_PROTOCOL: c_int = 26;"),
    // WASIX has none for it; this one is Plugix's.
    edit(SOCKETS, LIBC_SOCKETS, "SO_DOMAIN: c_int = 39;", "SO_DOMAIN: c_int = 64;"),

    edit("full folders have a kind of error", "std/src/sys/io/error/wasi.rs",
        "        libc::ENOTDIR => NotADirectory,\n",
        "        libc::ENOTDIR => NotADirectory,\n        libc::ENOTEMPTY => DirectoryNotEmpty,\n"),

    edit("a process has a number", "std/src/sys/process/unsupported.rs",
        "    panic!(\"no pids on this platform\")\n",
        "    unsafe extern \"C\" {\n        fn getpid() -> i32;\n    }\n    unsafe { getpid() as u32 }\n"),

    edit(PIPES, LIBC, FCNTL, "    pub fn fcntl(fd: c_int, cmd: c_int, ...) -> c_int;
    pub fn flock(fd: c_int, operation: c_int) -> c_int;
    pub fn pipe(ends: *mut c_int) -> c_int;
"),
    edit(PIPES, "std/src/sys/pipe/mod.rs", "    unix => {\n", "    any(unix, target_os = \"wasi\") => {\n"),
    edit(PIPES, "std/src/sys/process/unsupported.rs",
        "        pipe.diverge()\n",
        "        Stdio::InheritFile(crate::sys::FromInner::from_inner(pipe))\n"),
    edit(PIPES, "std/src/sys/process/unsupported.rs",
        "    match out.diverge() {}\n",
        "    drop(out);\n    unsupported()\n"),

    edit(LOCKS, LIBC,
        "pub const EWOULDBLOCK: c_int = EAGAIN;\n",
        "pub const EWOULDBLOCK: c_int = EAGAIN;
pub const LOCK_SH: c_int = 1;
pub const LOCK_EX: c_int = 2;
pub const LOCK_NB: c_int = 4;
pub const LOCK_UN: c_int = 8;
"),
    edit(LOCKS, FILES, unsupported!("lock"), locked!("LOCK_EX")),
    edit(LOCKS, FILES, unsupported!("lock_shared"), locked!("LOCK_SH")),
    edit(LOCKS, FILES, unsupported!("unlock"), locked!("LOCK_UN")),
    edit(LOCKS, FILES, unsupported!(try "try_lock"), locked!(try "LOCK_EX")),
    edit(LOCKS, FILES, unsupported!(try "try_lock_shared"), locked!(try "LOCK_SH")),
];

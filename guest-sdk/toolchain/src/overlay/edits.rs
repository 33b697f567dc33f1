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
    // wasix-libc does not say a socket's domain; its option 0 does nothing.
    edit(SOCKETS, LIBC_SOCKETS, "SO_DOMAIN: c_int = 39;", "SO_DOMAIN: c_int = 0;"),
];

//! `libc`: it describes wasi-libc. Here is where wasix-libc differs, by its headers.

use super::{Edit, constant, once};

const WASI: &str = "src/wasi/mod.rs";
/// Where a version has a constant.
const EITHER: &[&str] = &[WASI, "src/wasi/p2.rs"];

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    // wasi-libc's clocks are addresses of objects, wasix-libc's are numbers.
    once(WASI, "pub struct clockid_t(*const u8);", "pub struct clockid_t(c_int);"),
    once(WASI,
        "pub static CLOCK_MONOTONIC: clockid_t = unsafe { clockid_t(core::ptr::addr_of!(_CLOCK_MONOTONIC)) };",
        "pub static CLOCK_MONOTONIC: clockid_t = clockid_t(1);"),
    once(WASI,
        "pub static CLOCK_REALTIME: clockid_t = unsafe { clockid_t(core::ptr::addr_of!(_CLOCK_REALTIME)) };",
        "pub static CLOCK_REALTIME: clockid_t = clockid_t(0);"),
    once(WASI, "    static _CLOCK_MONOTONIC: u8;\n    static _CLOCK_REALTIME: u8;\n", ""),

    constant(EITHER, "O_CLOEXEC", "1 << 30"),
    constant(EITHER, "S_IFMT", "0xe000"),
    constant(EITHER, "S_IFIFO", "0xc000"),
    constant(EITHER, "S_IFSOCK", "0xe000"),
    constant(EITHER, "DT_SOCK", "255"),
    constant(EITHER, "SO_TYPE", "25"),
    once(WASI, "pub type sigset_t = c_uchar;\n", ""),
    once(WASI, "        pub ru_stime: timeval,\n    }", "        pub ru_stime: timeval,
        pub ru_maxrss: c_long,
        pub ru_ixrss: c_long,
        pub ru_idrss: c_long,
        pub ru_isrss: c_long,
        pub ru_minflt: c_long,
        pub ru_majflt: c_long,
        pub ru_nswap: c_long,
        pub ru_inblock: c_long,
        pub ru_oublock: c_long,
        pub ru_msgsnd: c_long,
        pub ru_msgrcv: c_long,
        pub ru_nsignals: c_long,
        pub ru_nvcsw: c_long,
        pub ru_nivcsw: c_long,
        __reserved: [c_long; 16],
    }"),

    // The standard library is built as for preview 1, which has no sockets elsewhere.
    once(WASI,
        "    if #[cfg(not(target_env = \"p1\"))] {\n        mod p2;\n",
        "    if #[cfg(target_vendor = \"wasmer\")] {\n        mod wasix;\n        pub use self::wasix::*;\n        mod p2;\n"),
    Edit::File { file: "src/wasi/wasix.rs", text: include_str!("wasix.rs") },

    constant(EITHER, "SOCK_STREAM", "1"),
    constant(EITHER, "SOCK_DGRAM", "2"),
    constant(EITHER, "SO_ACCEPTCONN", "10"),
    constant(EITHER, "SO_ERROR", "11"),
    constant(EITHER, "SO_KEEPALIVE", "12"),
    constant(EITHER, "SO_RCVBUF", "15"),
    constant(EITHER, "SO_SNDBUF", "16"),
    constant(EITHER, "SO_RCVTIMEO", "19"),
    constant(EITHER, "SO_SNDTIMEO", "20"),
    constant(EITHER, "SO_PROTOCOL", "26"),
    // WASIX has none for it; this one is Plugix's.
    constant(EITHER, "SO_DOMAIN", "64"),
];

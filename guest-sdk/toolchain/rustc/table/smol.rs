//! smol and its crates: waiting for sockets, and threads that wait, which they leave out for all of WebAssembly as if it
//! were a browser.

use super::{Edit, each, once};

/// What there is for Unix is there for WASI.
macro_rules! of_unix {
    ($code:literal) => {
        once("src/lib.rs", concat!("#[cfg(unix)]\n", $code), concat!("#[cfg(target_os = \"wasi\")]\n", $code))
    };
}

#[rustfmt::skip]
pub(super) const ASYNC_IO: &[Edit] = &[
    once("src/lib.rs",
        "#[cfg(unix)]\nuse std::{\n",
        "#[cfg(target_os = \"wasi\")]\nuse std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};\n\n#[cfg(unix)]\nuse std::{\n"),
    once("src/lib.rs",
        "use rustix::io as rio;\nuse rustix::net as rn;\nuse rustix::net::addr::SocketAddrArg;\n",
        "#[cfg(target_os = \"wasi\")]\nmod wasix;\n"),
    of_unix!("impl<T: AsFd> Async<T> {"),
    of_unix!("impl<T: AsRawFd> AsRawFd for Async<T> {"),
    of_unix!("impl<T: AsFd> AsFd for Async<T> {"),
    of_unix!("impl<T: AsFd + From<OwnedFd>> TryFrom<OwnedFd> for Async<T> {"),
    of_unix!("impl<T: Into<OwnedFd>> TryFrom<Async<T>> for OwnedFd {"),
    once("src/lib.rs",
        "        let (domain, sock_addr) = match addr {\n            SocketAddr::V4(v4) => (rn::AddressFamily::INET, v4.as_any()),\n            SocketAddr::V6(v6) => (rn::AddressFamily::INET6, v6.as_any()),\n        };\n",
        ""),
    once("src/lib.rs",
        "connect(sock_addr, domain, Some(rn::ipproto::TCP))?",
        "wasix::stream(addr)?"),
    once("src/lib.rs",
        "fn connect(\n    addr: rn::SocketAddrAny,",
        "#[cfg(unix)]\nfn connect(\n    addr: rn::SocketAddrAny,"),
    once("src/lib.rs",
        "    #[cfg(unix)] fd: BorrowedFd<",
        "    #[cfg(target_os = \"wasi\")] fd: BorrowedFd<"),
    once("src/reactor.rs",
        "} else if #[cfg(unix)] {\n        mod unix;",
        "} else if #[cfg(target_os = \"wasi\")] {\n        mod unix;"),
    once("src/reactor/unix.rs",
        "std::os::unix::io::",
        "std::os::fd::"),
    Edit::File { file: "src/wasix.rs", text: include_str!("async_io.rs") },
];

/// What it waits with is in crates that cargo leaves out. All of it is for Unix, but for what is there without processes.
#[rustfmt::skip]
pub(super) const ASYNC_PROCESS: &[Edit] = &[
    once("src/lib.rs",
        "use std::convert::Infallible;\n",
        "#[cfg(target_os = \"wasi\")]\nmod wasix;\n#[cfg(target_os = \"wasi\")]\npub use wasix::*;\n\n#[cfg(unix)]\nmod processes {\nuse std::convert::Infallible;\n"),
    once("src/lib.rs", "\n#[cfg(test)]\nmod test {\n", "}\n\n#[cfg(test)]\nmod test {\n"),
    Edit::File { file: "src/wasix.rs", text: include_str!("async_process.rs") },
];

const fn threads(file: &'static str) -> Edit {
    each(file, "target_family = \"wasm\"", "target_os = \"unknown\"")
}

#[rustfmt::skip]
pub(super) const EVENT_LISTENER: &[Edit] = &[
    threads("src/lib.rs"),
    threads("src/intrusive.rs"),
    once("src/lib.rs",
        "#[cfg(all(feature = \"std\", not(target_os = \"unknown\")))]\nuse {\n",
        "#[cfg(feature = \"std\")]\nmod parking;\n\n#[cfg(all(feature = \"std\", not(target_os = \"unknown\")))]\nuse {\n"),
    Edit::File { file: "src/parking.rs", text: include_str!("event_listener.rs") },
];

/// Those that are a library's root alone.
pub(super) const ROOT: &[Edit] = &[threads("src/lib.rs")];

pub(super) const ASYNC_LOCK: &[Edit] = &[
    threads("src/barrier.rs"),
    threads("src/mutex.rs"),
    threads("src/once_cell.rs"),
    threads("src/rwlock.rs"),
    threads("src/rwlock/futures.rs"),
    threads("src/semaphore.rs"),
];

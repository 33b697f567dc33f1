//! `mio`: for WASI it waits with `poll`, and no thread can wake another. Here it waits with `epoll`, and wakes with an
//! event, as on Linux.

use super::{Edit, each, once};

const UNIX: &str = "src/sys/unix/mod.rs";
const POLL: &str = "src/poll.rs";

#[rustfmt::skip]
pub(super) const EDITS: &[Edit] = &[
    once(UNIX,
        "            target_os = \"redox\",\n        )\n    ), path = \"selector/epoll.rs\")]",
        "            target_os = \"redox\",\n            target_os = \"wasi\",\n        )\n    ), path = \"selector/epoll.rs\")]"),
    once(UNIX,
        "        target_os = \"wasi\",\n        target_os = \"horizon\"\n    ), path = \"selector/poll.rs\")]",
        "        target_os = \"horizon\"\n    ), path = \"selector/poll.rs\")]"),
    once(UNIX,
        "            target_os = \"linux\",\n        )\n    ), path = \"waker/eventfd.rs\")]",
        "            target_os = \"linux\",\n            target_os = \"wasi\",\n        )\n    ), path = \"waker/eventfd.rs\")]"),
    once(UNIX,
        "any(target_os = \"horizon\", all(target_os = \"wasi\", not(target_env = \"p1\"))), path = \"waker/single_threaded.rs\"",
        "target_os = \"horizon\", path = \"waker/single_threaded.rs\""),

    each("src/lib.rs", "not(any(target_os = \"horizon\", target_os = \"wasi\"))", "not(target_os = \"horizon\")"),
    each(POLL, "not(any(target_os = \"wasi\", target_os = \"horizon\"))", "not(target_os = \"horizon\")"),
    once(POLL, "#[cfg(any(not(target_os = \"wasi\"), feature = \"net\"))]\n", ""),
];

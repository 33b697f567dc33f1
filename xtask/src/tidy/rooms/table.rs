//! The rooms of `host/src`: one row a room, the lowest first. To move a border, change this table.

/// A top-level module of the host, and what it may use.
#[derive(Clone, Copy)]
pub(in crate::tidy) struct Room {
    /// The module's name.
    pub(in crate::tidy) name: &'static str,
    /// What the room does, and what it knows nothing of. ARCHITECTURE.md has the same sentence.
    pub(in crate::tidy) sentence: &'static str,
    /// The rooms that it may use; each has its row above.
    pub(in crate::tidy) uses: &'static [&'static str],
}

/// A row of the table.
const fn room(name: &'static str, sentence: &'static str, uses: &'static [&'static str]) -> Room {
    Room { name, sentence, uses }
}

#[rustfmt::skip] // a row is three lines: name, sentence, rooms
pub(super) const ROOMS: [Room; 14] = [
    room("error",
        "every error and its text; knows nothing of what causes one.",
        &[]),
    room("sync",
        "turns, waiting lines, locks and the text of a panic; knows nothing of plugins.",
        &[]),
    room("events",
        "what happens to a plugin, for the host's callback, its log and its numbers; knows nothing of who listens.",
        &["error", "sync"]),
    room("stop",
        "deadlines, the watchdog and how a plugin ends; knows traits only, and nothing of the WebAssembly engine.",
        &["error", "sync", "events"]),
    room("output",
        "what a plugin prints, kept and passed on; knows nothing of who prints.",
        &["sync", "events"]),
    room("policy",
        "what a host allows a plugin, in code and in TOML; knows nothing of how it is enforced.",
        &["output"]),
    room("code",
        "machine code: the compiler, artifacts and their cache; knows nothing of running.",
        &["error", "sync"]),
    room("profile",
        "what threads of the process compute, sampled; knows addresses, and nothing of instances, plugins and policies.",
        &["error", "sync"]),
    room("dump",
        "what a plugin was when it ended, as a file; knows bytes and nothing of running.",
        &["error", "sync"]),
    room("running",
        "an instance: its memory, imports, threads, quotas and system calls; knows nothing of interfaces and clients.",
        &["error", "sync", "events", "stop", "output", "policy", "profile", "dump"]),
    room("engine",
        "what the plugins of a process share; knows nothing of modules, and nothing of any one plugin.",
        &["error", "sync", "stop", "code", "running"]),
    room("module",
        "modules that are loaded, and their code; knows nothing of policies.",
        &["error", "sync", "code", "profile", "running", "engine"]),
    room("plugin",
        "what an application holds: plain, shared, pooled and raw plugins, and their calls; knows nothing of other processes.",
        &["error", "sync", "events", "stop", "output", "policy", "profile", "dump", "running", "engine", "module"]),
    room("isolated",
        "plugins in processes of their own, on both sides; nothing knows of this room.",
        &["error", "sync", "events", "stop", "output", "policy", "code", "running", "engine", "module", "plugin"]),
];

//! The table of edits. Upstream's sources are written for wasi-libc; these are the places where WASIX differs.

use super::Edit;

const fn edit(purpose: &'static str, file: &'static str, expected: &'static str, replacement: &'static str) -> Edit {
    Edit { purpose, file, expected, replacement }
}

const WORKSPACE: &str = "Cargo.toml";

const FILES: &str = "std/src/sys/fs/unix.rs";
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


    edit("no C++ runtime defines the exception tag", "unwind/src/wasm.rs",
        "#[cfg(all(target_os = \"unknown\", panic = \"unwind\"))]",
        "#[cfg(all(any(target_os = \"unknown\", target_vendor = \"wasmer\"), panic = \"unwind\"))]"),

    edit("the number of processors is known", "std/src/sys/thread/unix.rs",
        "            target_os = \"linux\",\n            target_os = \"aix\",\n",
        "            target_os = \"linux\",\n            target_os = \"wasi\",\n            target_os = \"aix\",\n"),

    edit("a test can panic, and others go on", "test/src/lib.rs",
        "        && !cfg!(target_os = \"emscripten\");\n\n    if force_ignore",
        "        && !cfg!(any(target_os = \"emscripten\", target_os = \"wasi\"));\n\n    if force_ignore"),
    edit("tests have threads of their own", "test/src/lib.rs",
        "                && !cfg!(target_family = \"wasm\")\n                && !cfg!(target_os = \"zkvm\");",
        "                && (!cfg!(target_family = \"wasm\") || cfg!(target_os = \"wasi\"))\n                && !cfg!(target_os = \"zkvm\");"),

    edit("there is a folder for temporary files", "std/src/sys/paths/wasi.rs",
        "panic!(\"not supported by WASI yet\")",
        "crate::env::var_os(\"TMPDIR\").map_or_else(|| PathBuf::from(\"/tmp\"), PathBuf::from)"),

    edit("descriptors can be duplicated", "std/src/os/fd/owned.rs",
        "Err(io::Error::UNSUPPORTED_PLATFORM)",
        "match unsafe { libc::dup(self.as_raw_fd()) } {
            -1 => Err(io::Error::last_os_error()),
            fd => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
        }"),

    edit("there are BSD sockets", "std/src/sys/net/connection/mod.rs",
        "all(target_os = \"wasi\", any(target_env = \"p2\", target_env = \"p3\")),\n",
        "all(target_os = \"wasi\", any(target_env = \"p2\", target_env = \"p3\", target_vendor = \"wasmer\")),\n"),

    edit("full folders have a kind of error", "std/src/sys/io/error/wasi.rs",
        "        libc::ENOTDIR => NotADirectory,\n",
        "        libc::ENOTDIR => NotADirectory,\n        libc::ENOTEMPTY => DirectoryNotEmpty,\n"),

    edit("a process has a number", "std/src/sys/process/unsupported.rs",
        "    panic!(\"no pids on this platform\")\n",
        "    unsafe extern \"C\" {\n        fn getpid() -> i32;\n    }\n    unsafe { getpid() as u32 }\n"),

    edit(PIPES, "std/src/sys/pipe/mod.rs", "    unix => {\n", "    any(unix, target_os = \"wasi\") => {\n"),
    edit(PIPES, "std/src/sys/process/unsupported.rs",
        "        pipe.diverge()\n",
        "        Stdio::InheritFile(crate::sys::FromInner::from_inner(pipe))\n"),
    edit(PIPES, "std/src/sys/process/unsupported.rs",
        "    match out.diverge() {}\n",
        "    drop(out);\n    unsupported()\n"),

    edit(LOCKS, FILES, unsupported!("lock"), locked!("LOCK_EX")),
    edit(LOCKS, FILES, unsupported!("lock_shared"), locked!("LOCK_SH")),
    edit(LOCKS, FILES, unsupported!("unlock"), locked!("LOCK_UN")),
    edit(LOCKS, FILES, unsupported!(try "try_lock"), locked!(try "LOCK_EX")),
    edit(LOCKS, FILES, unsupported!(try "try_lock_shared"), locked!(try "LOCK_SH")),
];

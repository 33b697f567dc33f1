//! Crates that know Unix and Windows, and lack little: how many processors there are, what a file is, what a handler of
//! signals gets.

use super::{Edit, each, once};

#[rustfmt::skip]
pub(super) const NUM_CPUS: &[Edit] = &[
    once("src/lib.rs",
        "fn get_num_cpus() -> usize {\n    1\n}",
        "fn get_num_cpus() -> usize {\n    std::thread::available_parallelism().map_or(1, |number| number.get())\n}"),
];

/// What is told of a file that goes into an archive.
#[rustfmt::skip]
pub(super) const TAR: &[Edit] = &[
    once("src/header.rs", "        unimplemented!();\n", "        let written = meta.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        self.set_mtime(match mode {
            HeaderMode::Complete => written.map_or(0, |since| since.as_secs()),
            _ => 1153704088,
        });
        self.set_uid(0);
        self.set_gid(0);
        let (kind, permissions) = match (meta.is_dir(), meta.is_symlink()) {
            (true, _) => (EntryType::dir(), 0o755),
            (_, true) => (EntryType::symlink(), 0o777),
            _ => (EntryType::file(), 0o644),
        };
        self.set_entry_type(kind);
        self.set_mode(permissions);
"),
    // Nobody can change who may do what.
    once("src/entry.rs",
        "            _preserve: bool,\n        ) -> io::Result<()> {\n            Err(io::Error::new(io::ErrorKind::Other, \"Not implemented\"))",
        "            _preserve: bool,\n        ) -> io::Result<()> {\n            Ok(())"),
    once("src/entry.rs",
        "            fn symlink(src: &Path, dst: &Path) -> io::Result<()> {\n                Err(io::Error::new(io::ErrorKind::Other, \"Not implemented\"))",
        "            fn symlink(src: &Path, dst: &Path) -> io::Result<()> {
                extern \"C\" {
                    fn symlink(target: *const std::ffi::c_char, path: *const std::ffi::c_char) -> i32;
                }
                let path = |path: &Path| std::ffi::CString::new(path.as_os_str().as_encoded_bytes());
                match unsafe { symlink(path(src)?.as_ptr(), path(dst)?.as_ptr()) } {
                    0 => Ok(()),
                    _ => Err(io::Error::last_os_error()),
                }"),
];

const ENTRY: &str = "        ent: &fs::DirEntry,
        ty: fs::FileType,
    ) -> Result<DirEntryRaw, Error> {
        Err(Error::Io(io::Error::new(
            io::ErrorKind::Other,
            \"unsupported platform\",
        )))
";
const PATH: &str = "        pb: PathBuf,
        link: bool,
    ) -> Result<DirEntryRaw, Error> {
        Err(Error::Io(io::Error::new(
            io::ErrorKind::Other,
            \"unsupported platform\",
        )))
";

/// Walking on several threads.
#[rustfmt::skip]
pub(super) const IGNORE: &[Edit] = &[
    once("src/walk.rs", ENTRY, "        ent: &fs::DirEntry,
        ty: fs::FileType,
    ) -> Result<DirEntryRaw, Error> {
        Ok(DirEntryRaw { path: ent.path(), ty, follow_link: false, depth })
"),
    once("src/walk.rs", PATH, "        pb: PathBuf,
        link: bool,
    ) -> Result<DirEntryRaw, Error> {
        match fs::metadata(&pb) {
            Ok(found) => Ok(DirEntryRaw { path: pb, ty: found.file_type(), follow_link: link, depth }),
            Err(error) => Err(Error::Io(error).with_depth(depth).with_path(&pb)),
        }
"),
];

#[rustfmt::skip]
pub(super) const MEMMAP2: &[Edit] = &[
    once("src/lib.rs", "path = \"stub.rs\"", "path = \"wasix.rs\""),
    Edit::File { file: "src/wasix.rs", text: include_str!("memmap2.rs") },
];

#[rustfmt::skip]
pub(super) const CTRLC: &[Edit] = &[
    once("src/platform/mod.rs",
        "#[cfg(windows)]\nmod windows;\n",
        "#[cfg(target_os = \"wasi\")]\nmod wasix;\n#[cfg(target_os = \"wasi\")]\npub use self::wasix::*;\n\n#[cfg(windows)]\nmod windows;\n"),
    Edit::File { file: "src/platform/wasix.rs", text: include_str!("ctrlc.rs") },
];

/// wasix-libc calls a handler with the signal's number alone.
#[rustfmt::skip]
pub(super) const SIGNAL_HOOK_REGISTRY: &[Edit] = &[
    once("src/lib.rs", "new.sa_sigaction = handler as ", "new.sa_sigaction = told_by_number as "),
    once("src/lib.rs", "let flags = flags | siginfo;", "let flags = flags & !siginfo;"),
    once("src/lib.rs",
        "const FORBIDDEN_IMPL: &[c_int] = &[SIGKILL, SIGSTOP, SIGILL, SIGFPE, SIGSEGV];\n",
        "const FORBIDDEN_IMPL: &[c_int] = &[SIGKILL, SIGSTOP, SIGILL, SIGFPE, SIGSEGV];

extern \"C\" fn told_by_number(sig: c_int) {
    let mut info: siginfo_t = unsafe { mem::zeroed() };
    info.si_signo = sig;
    handler(sig, &mut info, ptr::null_mut());
}
"),
];

/// Its iterators want pairs of Unix sockets, which the standard library has for Unix only.
#[rustfmt::skip]
pub(super) const SIGNAL_HOOK: &[Edit] = &[
    once("src/lib.rs",
        "#[cfg(all(not(windows), feature = \"iterator\"))]",
        "#[cfg(all(unix, feature = \"iterator\"))]"),
    each("src/low_level/pipe.rs", "std::os::unix::io::", "std::os::fd::"),
];

#[rustfmt::skip]
pub(super) const POLLING: &[Edit] = &[
    once("src/lib.rs",
        "    } else if #[cfg(target_os = \"windows\")] {\n        mod iocp;\n",
        "    } else if #[cfg(target_os = \"wasi\")] {\n        mod wasix;\n        use wasix as sys;\n    } else if #[cfg(target_os = \"windows\")] {\n        mod iocp;\n"),
    once("src/lib.rs",
        "    if #[cfg(any(unix, target_os = \"hermit\"))] {\n        #[cfg(unix)]\n",
        "    if #[cfg(any(unix, target_os = \"hermit\", target_os = \"wasi\"))] {\n        #[cfg(target_os = \"wasi\")]\n        use std::os::fd::{AsRawFd, RawFd, AsFd, BorrowedFd};\n        #[cfg(unix)]\n"),
    once("src/lib.rs",
        "#[cfg(all(\n    any(\n        target_os = \"linux\",\n",
        "#[cfg(all(\n    any(\n        target_os = \"wasi\",\n        target_os = \"linux\",\n"),
    once("src/lib.rs",
        "    use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, RawFd};\n\n    impl AsRawFd for Poller",
        "    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};\n\n    impl AsRawFd for Poller"),
    Edit::File { file: "src/wasix.rs", text: include_str!("polling.rs") },
];

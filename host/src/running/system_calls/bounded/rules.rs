//! What is measured, for each system call. Arguments are counted from 0.

use wasmer_wasix::wasmer_wasix_types::wasi::Errno;

/// Something to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rule {
    /// The call opens a descriptor.
    Opens,
    /// The call opens a file. Argument `rights` has the rights, and the call writes the descriptor to where argument
    /// `at` points.
    OpensFile { rights: usize, at: usize },
    /// This argument is the length of a path.
    Path { len: usize },
    /// This argument is a number, and it may be `most` at most.
    Most { arg: usize, most: u64 },
    /// This argument is the descriptor that the call makes. Numbers from the limit on don't exist.
    Number { arg: usize, error: Errno },
    /// The call works on a file, and turns some errors into this.
    LosesErrors { into: Errno },
}

/// How many events a plugin waits for at once. Each takes some of the host's memory.
const MAX_EVENTS: u64 = 4096;

/// Parts of one read or write, as on other systems. A plugin can't be stopped between them.
const MAX_PARTS: u64 = 1024;

/// Random bytes in one call. A plugin can't be stopped within the call.
const MAX_RANDOM: u64 = 64 << 20;

/// All rules, by the name of the system call.
pub(super) const RULES: &[(&str, &[Rule])] = &[
    ("chdir", &[Rule::Path { len: 1 }]),
    ("epoll_create", &[Rule::Opens]),
    ("epoll_wait", &[Rule::Most { arg: 2, most: MAX_EVENTS }]),
    ("fd_dup", &[Rule::Opens]),
    ("fd_dup2", &[Rule::Number { arg: 1, error: Errno::Inval }, Rule::Opens]),
    ("fd_filestat_set_times", &[Rule::LosesErrors { into: Errno::Success }]),
    ("fd_pread", &[PARTS]),
    ("fd_pwrite", &[PARTS, Rule::LosesErrors { into: Errno::Io }]),
    ("fd_read", &[PARTS]),
    ("fd_renumber", &[Rule::Number { arg: 1, error: Errno::Badf }]),
    ("fd_write", &[PARTS, Rule::LosesErrors { into: Errno::Io }]),
    ("path_create_directory", &[Rule::Path { len: 2 }]),
    ("path_filestat_get", &[Rule::Path { len: 3 }]),
    ("path_filestat_set_times", &[Rule::Path { len: 3 }]),
    ("path_open", &[Rule::Path { len: 3 }, Rule::Opens, Rule::OpensFile { rights: 5, at: 8 }]),
    ("path_open2", &[Rule::Path { len: 3 }, Rule::Opens, Rule::OpensFile { rights: 5, at: 9 }]),
    ("path_readlink", &[Rule::Path { len: 2 }]),
    ("path_remove_directory", &[Rule::Path { len: 2 }]),
    ("path_rename", &[Rule::Path { len: 2 }, Rule::Path { len: 5 }]),
    ("path_symlink", &[Rule::Path { len: 1 }, Rule::Path { len: 4 }]),
    ("path_unlink_file", &[Rule::Path { len: 2 }]),
    ("poll_oneoff", &[Rule::Most { arg: 2, most: MAX_EVENTS }]),
    ("random_get", &[Rule::Most { arg: 1, most: MAX_RANDOM }]),
    ("sock_accept", &[Rule::Opens]),
    ("sock_accept_v2", &[Rule::Opens]),
    ("sock_open", &[Rule::Opens]),
    // This call panics on some of what a plugin can give it.
    ("sock_send_file", &[]),
];

const PARTS: Rule = Rule::Most { arg: 2, most: MAX_PARTS };

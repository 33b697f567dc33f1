//! The calls of WASI preview 1. Descriptor 3 is the root, 4 is `.`, and what is opened first is 5.

use super::*;

#[rustfmt::skip] // a row is a line
const SIGNATURES: &[(&str, &str)] = &[
    ("fd_advise", "iIIi"), ("fd_allocate", "iII"), ("fd_close", "i"), ("fd_datasync", "i"), ("fd_fdstat_get", "ii"),
    ("fd_fdstat_set_flags", "ii"), ("fd_fdstat_set_rights", "iII"), ("fd_filestat_get", "ii"),
    ("fd_filestat_set_size", "iI"), ("fd_filestat_set_times", "iIIi"), ("fd_pread", "iiiIi"),
    ("fd_prestat_dir_name", "iii"), ("fd_prestat_get", "ii"), ("fd_pwrite", "iiiIi"), ("fd_read", "iiii"),
    ("fd_readdir", "iiiIi"), ("fd_renumber", "ii"), ("fd_seek", "iIii"), ("fd_sync", "i"), ("fd_tell", "ii"),
    ("fd_write", "iiii"), ("path_create_directory", "iii"), ("path_filestat_get", "iiiii"),
    ("path_filestat_set_times", "iiiiIIi"), ("path_link", "iiiiiii"), ("path_open", "iiiiiIIii"),
    ("path_readlink", "iiiiii"), ("path_remove_directory", "iii"), ("path_rename", "iiiiii"),
    ("path_symlink", "iiiii"), ("path_unlink_file", "iii"), ("poll_oneoff", "iiii"), ("random_get", "ii"),
    ("sock_accept", "iii"), ("sock_recv", "iiiiii"), ("sock_send", "iiiii"), ("sock_shutdown", "ii"),
];

/// The rights to read and to write.
const READ_WRITE: i64 = 1 << 1 | 1 << 6;

#[rustfmt::skip] // a row is a line
const ROWS: &[Row] = &[
    // Descriptors that aren't open.
    ("fd_advise", &[99, 0, 0, 0], BADF), ("fd_allocate", &[99, 0, 1], BADF), ("fd_close", &[99], BADF),
    ("fd_datasync", &[99], BADF), ("fd_fdstat_get", &[99, OUT], BADF), ("fd_fdstat_set_flags", &[99, 0], BADF),
    ("fd_fdstat_set_rights", &[99, 0, 0], BADF), ("fd_filestat_get", &[99, OUT], BADF),
    ("fd_filestat_set_size", &[99, 0], BADF), ("fd_filestat_set_times", &[99, 0, 0, 0], BADF),
    ("fd_pread", &[99, PART, 1, 0, OUT], BADF), ("fd_prestat_dir_name", &[99, OUT, 8], BADF),
    ("fd_prestat_get", &[99, OUT], BADF), ("fd_pwrite", &[99, PART, 1, 0, OUT], BADF),
    ("fd_read", &[MAX32, PART, 1, OUT], BADF), ("fd_readdir", &[99, OUT, 64, 0, OUT], BADF),
    ("fd_renumber", &[99, 1], BADF), ("fd_seek", &[99, 0, 0, OUT], BADF), ("fd_sync", &[MAX32], BADF),
    ("fd_tell", &[99, OUT], BADF), ("fd_write", &[99, PART, 1, OUT], BADF),
    ("path_create_directory", &[99, MISSING, 7], BADF), ("path_filestat_get", &[99, 0, FILE, 4, OUT], BADF),
    ("path_filestat_set_times", &[99, 0, FILE, 4, 0, 0, 0], BADF), ("path_link", &[99, 0, FILE, 4, 3, MISSING, 7], BADF),
    ("path_link", &[3, 0, FILE, 4, 99, MISSING, 7], BADF), ("path_open", &[99, 0, FILE, 4, 0, 0, 0, 0, OUT], BADF),
    ("path_readlink", &[99, LINK, 4, OUT, 8, OUT], BADF), ("path_remove_directory", &[99, FOLDER, 6], BADF),
    ("path_rename", &[99, FILE, 4, 3, MISSING, 7], BADF), ("path_rename", &[3, FILE, 4, 99, MISSING, 7], BADF),
    ("path_symlink", &[FILE, 4, 99, MISSING, 7], BADF), ("path_unlink_file", &[99, FILE, 4], BADF),
    ("sock_accept", &[99, 0, OUT], BADF), ("sock_recv", &[99, PART, 1, 0, OUT, OUT], BADF),
    ("sock_send", &[99, PART, 1, 0, OUT], BADF), ("sock_shutdown", &[99, 1], BADF),
    // A file is open.
    ("path_open", &[3, 0, FILE, 4, 0, READ_WRITE, 0, 0, OUT], OK), ("fd_fdstat_get", &[5, OUT], OK),
    // Descriptors of another kind.
    ("fd_allocate", &[3, 0, 1], BADF), ("fd_allocate", &[1, 0, 1], SPIPE), ("fd_advise", &[3, 0, 0, 0], BADF),
    ("fd_advise", &[1, 0, 0, 0], SPIPE), ("fd_filestat_set_size", &[3, 0], BADF),
    ("fd_filestat_set_size", &[1, 0], INVAL), ("fd_prestat_get", &[5, OUT], BADF),
    ("fd_prestat_dir_name", &[1, OUT, 8], BADF), ("fd_read", &[3, PART, 1, OUT], ISDIR),
    ("fd_read", &[1, PART, 1, OUT], BADF), ("fd_write", &[0, PART, 1, OUT], BADF), ("fd_write", &[3, PART, 1, OUT], BADF),
    ("fd_pread", &[3, PART, 1, 0, OUT], ISDIR), ("fd_pwrite", &[3, PART, 1, 0, OUT], BADF),
    ("fd_pread", &[1, PART, 1, 0, OUT], SPIPE), ("fd_pwrite", &[1, PART, 1, 0, OUT], SPIPE),
    ("fd_readdir", &[5, OUT, 64, 0, OUT], NOTDIR), ("fd_seek", &[3, 0, 0, OUT], BADF), ("fd_seek", &[1, 0, 0, OUT], SPIPE),
    ("fd_tell", &[3, OUT], BADF), ("fd_tell", &[1, OUT], SPIPE), ("fd_sync", &[0], INVAL), ("fd_datasync", &[0], INVAL),
    ("path_open", &[5, 0, FILE, 4, 0, 0, 0, 0, OUT], NOTDIR), ("path_open", &[1, 0, FILE, 4, 0, 0, 0, 0, OUT], NOTDIR),
    ("path_create_directory", &[5, MISSING, 7], NOTDIR), ("path_filestat_get", &[5, 0, FILE, 4, OUT], NOTDIR),
    ("path_readlink", &[5, LINK, 4, OUT, 8, OUT], NOTDIR), ("path_remove_directory", &[5, FOLDER, 6], NOTDIR),
    ("path_rename", &[5, FILE, 4, 3, MISSING, 7], NOTDIR), ("path_symlink", &[FILE, 4, 5, MISSING, 7], NOTDIR),
    ("path_unlink_file", &[5, FILE, 4], NOTDIR), ("path_link", &[5, 0, FILE, 4, 3, MISSING, 7], NOTDIR),
    ("sock_accept", &[5, 0, OUT], NOTSOCK), ("sock_accept", &[1, 0, OUT], NOTSOCK),
    ("sock_recv", &[5, PART, 1, 0, OUT, OUT], NOTSOCK), ("sock_send", &[3, PART, 1, 0, OUT], NOTSOCK),
    ("sock_shutdown", &[5, 1], NOTSOCK),
    // Addresses outside of the memory.
    ("fd_fdstat_get", &[5, EDGE], FAULT), ("fd_filestat_get", &[5, FAR], FAULT), ("fd_prestat_get", &[3, EDGE], FAULT),
    ("fd_prestat_dir_name", &[3, FAR, 1], FAULT), ("fd_read", &[5, FAR, 1, OUT], FAULT),
    ("fd_read", &[5, PART_BEYOND, 1, OUT], FAULT), ("fd_read", &[5, PART_HUGE, 1, OUT], FAULT),
    ("fd_read", &[5, PART, 1, EDGE], FAULT), ("fd_pread", &[5, PART_BEYOND, 1, 0, OUT], FAULT),
    ("fd_pread", &[5, PART, 1, 0, EDGE], FAULT), ("fd_write", &[5, PART_HUGE, 1, OUT], FAULT),
    ("fd_write", &[5, EDGE, 1, OUT], FAULT), ("fd_write", &[5, PART, 1, EDGE], FAULT),
    ("fd_pwrite", &[5, PART_BEYOND, 1, 0, OUT], FAULT), ("fd_pwrite", &[5, PART, 1, 0, FAR], FAULT),
    ("fd_readdir", &[3, EDGE, 64, 0, OUT], FAULT), ("fd_readdir", &[3, OUT, 64, 0, FAR], FAULT),
    ("fd_readdir", &[3, OUT, MAX32, 0, OUT], FAULT), ("fd_seek", &[5, 0, 0, EDGE], FAULT), ("fd_tell", &[5, FAR], FAULT),
    ("path_create_directory", &[3, EDGE, 7], FAULT), ("path_filestat_get", &[3, 0, FILE, 4, EDGE], FAULT),
    ("path_filestat_get", &[3, 0, FAR, 4, OUT], FAULT), ("path_filestat_set_times", &[3, 0, FAR, 4, 0, 0, 0], FAULT),
    ("path_link", &[3, 0, FAR, 4, 3, MISSING, 7], FAULT), ("path_link", &[3, 0, FILE, 4, 3, FAR, 7], FAULT),
    ("path_open", &[3, 0, FAR, 4, 0, 0, 0, 0, OUT], FAULT), ("path_open", &[3, 0, FILE, 4, 0, 0, 0, 0, EDGE], FAULT),
    ("path_open", &[3, 0, MISSING, 7, 1, READ_WRITE, 0, 0, FAR], FAULT),
    ("path_filestat_get", &[3, 0, MISSING, 7, OUT], NOENT), // it wasn't created
    ("path_readlink", &[3, LINK, 4, FAR, 8, OUT], FAULT), ("path_readlink", &[3, LINK, 4, OUT, 8, FAR], FAULT),
    ("path_readlink", &[3, LINK, 4, OUT, MAX32, OUT], FAULT), ("path_remove_directory", &[3, FAR, 6], FAULT),
    ("path_rename", &[3, FAR, 4, 3, MISSING, 7], FAULT), ("path_rename", &[3, FILE, 4, 3, FAR, 7], FAULT),
    ("path_symlink", &[FAR, 4, 3, MISSING, 7], FAULT), ("path_symlink", &[FILE, 4, 3, FAR, 7], FAULT),
    ("path_unlink_file", &[3, FAR, 4], FAULT), ("poll_oneoff", &[FAR, OUT, 1, OUT], FAULT),
    ("poll_oneoff", &[CLOCK, EDGE, 1, OUT], FAULT), ("poll_oneoff", &[CLOCK, OUT, 1, FAR], FAULT),
    ("random_get", &[EDGE, 4], FAULT), ("random_get", &[0, MAX32], FAULT),
    // Counts.
    ("fd_read", &[5, PART, 0, OUT], OK), ("fd_read", &[5, PART, MAX32, OUT], INVAL), ("fd_write", &[5, PART, 0, OUT], OK),
    ("fd_write", &[5, PART, 1025, OUT], INVAL), ("fd_pread", &[5, PART, MAX32, 0, OUT], INVAL),
    ("fd_pwrite", &[5, PART, MAX32, 0, OUT], INVAL), ("sock_recv", &[5, PART, MAX32, 0, OUT, OUT], INVAL),
    ("sock_send", &[5, PART, MAX32, 0, OUT], INVAL), ("poll_oneoff", &[CLOCK, OUT, 0, OUT], INVAL),
    ("poll_oneoff", &[CLOCK, OUT, MAX32, OUT], INVAL), ("random_get", &[0, 0], OK),
    ("fd_prestat_dir_name", &[3, OUT, 0], NAMETOOLONG), ("path_readlink", &[3, LINK, 4, OUT, 0, OUT], OK),
    ("fd_readdir", &[3, OUT, 0, 0, OUT], OK), ("fd_readdir", &[3, OUT, 64, MAX64, OUT], OK),
    // Offsets and lengths.
    ("fd_pread", &[5, PART, 1, MAX64, OUT], INVAL), ("fd_pwrite", &[5, PART, 1, MAX64, OUT], INVAL),
    ("fd_pread", &[5, PART, 1, i64::MAX, OUT], INVAL), ("fd_seek", &[5, -1, 0, OUT], INVAL),
    ("fd_seek", &[5, i64::MIN, 1, OUT], INVAL), ("fd_seek", &[5, i64::MIN, 2, OUT], INVAL),
    ("fd_filestat_set_size", &[5, MAX64], INVAL), ("fd_allocate", &[5, 0, 0], INVAL),
    ("fd_allocate", &[5, MAX64, 1], FBIG), ("fd_advise", &[5, MAX64, MAX64, 0], INVAL),
    // Enumerations and flags.
    ("fd_seek", &[5, 0, 3, OUT], INVAL), ("fd_seek", &[5, 0, 256, OUT], INVAL), ("fd_advise", &[5, 0, 0, 6], INVAL),
    ("fd_advise", &[5, 0, 0, 128], OK), ("fd_advise", &[5, 0, 0, 131], INVAL), ("fd_advise", &[5, 0, MAX64, 128], INVAL),
    ("fd_advise", &[3, 0, 0, 128], BADF), ("fd_advise", &[1, 0, 0, 136], BADF), ("fd_advise", &[5, 0, 0, 138], INVAL),
    ("fd_advise", &[5, 0, 0, 144], INVAL), ("fd_advise", &[5, 0, 0, MAX32], INVAL),
    ("fd_advise", &[5, 0, 0, 256], INVAL), ("fd_fdstat_set_flags", &[5, 32], INVAL),
    ("fd_fdstat_set_flags", &[5, MAX32], INVAL), ("fd_fdstat_set_rights", &[5, 0, 0], NOTSUP),
    ("fd_filestat_set_times", &[5, 0, 0, 3], INVAL), ("fd_filestat_set_times", &[5, 0, 0, 12], INVAL),
    ("fd_filestat_set_times", &[5, 0, 0, 16], INVAL), ("path_filestat_set_times", &[3, 0, FILE, 4, 0, 0, 3], INVAL),
    ("path_filestat_set_times", &[3, 0, FILE, 4, 0, 0, 16], INVAL),
    ("path_open", &[3, 0, FILE, 4, 16, 0, 0, 0, OUT], INVAL), ("path_open", &[3, 0, FILE, 4, MAX32, 0, 0, 0, OUT], INVAL),
    ("path_open", &[3, 0, FILE, 4, 0, 0, 0, 32, OUT], INVAL), ("path_open", &[3, 2, FILE, 4, 0, 0, 0, 0, OUT], INVAL),
    ("path_filestat_get", &[3, 2, FILE, 4, OUT], INVAL), ("path_filestat_set_times", &[3, 2, FILE, 4, 0, 0, 0], INVAL),
    ("path_link", &[3, 2, FILE, 4, 3, MISSING, 7], INVAL), ("poll_oneoff", &[NO_EVENT, OUT, 1, OUT], INVAL),
    ("sock_accept", &[1, 32, OUT], INVAL), ("sock_shutdown", &[5, 0], INVAL), ("sock_shutdown", &[5, 4], INVAL),
    // An error of one of several things is told with it.
    ("poll_oneoff", &[NO_CLOCK, OUT, 1, OUT], OK),
    // Paths.
    ("path_open", &[3, 0, FILE, 0, 0, 0, 0, 0, OUT], NOENT), ("path_open", &[3, 0, NUL, 3, 0, 0, 0, 0, OUT], INVAL),
    ("path_open", &[3, 0, LONG, 256, 0, 0, 0, 0, OUT], NAMETOOLONG),
    ("path_open", &[3, 0, LONG, 4096, 0, 0, 0, 0, OUT], NAMETOOLONG),
    ("path_open", &[3, 0, LONG, MAX32, 0, 0, 0, 0, OUT], NAMETOOLONG),
    ("path_open", &[3, 0, UP, 7, 0, 0, 0, 0, OUT], PERM), ("path_open", &[4, 0, UP, 7, 0, 0, 0, 0, OUT], PERM),
    ("path_open", &[3, 0, ABSOLUTE, 5, 0, 0, 0, 0, OUT], PERM), ("path_open", &[3, 0, SLASH, 5, 0, 0, 0, 0, OUT], NOTDIR),
    ("path_open", &[3, 0, LINK, 4, 0, 2, 0, 0, OUT], LOOP), ("path_open", &[3, 1, LOOPING, 4, 0, 2, 0, 0, OUT], LOOP),
    ("path_open", &[3, 0, FILE, 4, 5, 2, 0, 0, OUT], EXIST), ("path_open", &[3, 0, FILE, 4, 2, 2, 0, 0, OUT], NOTDIR),
    ("path_open", &[3, 0, FOLDER, 6, 2, READ_WRITE, 0, 0, OUT], ISDIR),
    ("path_open", &[3, 0, MISSING, 7, 0, 2, 0, 0, OUT], NOENT),
    ("path_create_directory", &[3, FILE, 0], NOENT), ("path_create_directory", &[3, NUL, 3], INVAL),
    ("path_create_directory", &[3, LONG, 256], NAMETOOLONG), ("path_create_directory", &[3, UP, 7], PERM),
    ("path_create_directory", &[3, FOLDER, 6], EXIST),
    ("path_filestat_get", &[3, 0, FILE, 0, OUT], NOENT), ("path_filestat_get", &[3, 0, NUL, 3, OUT], INVAL),
    ("path_filestat_get", &[3, 0, LONG, 256, OUT], NAMETOOLONG), ("path_filestat_get", &[3, 0, ABSOLUTE, 5, OUT], PERM),
    ("path_filestat_set_times", &[3, 0, FILE, 0, 0, 0, 0], NOENT),
    ("path_filestat_set_times", &[3, 0, NUL, 3, 0, 0, 0], INVAL),
    ("path_filestat_set_times", &[3, 0, LONG, 256, 0, 0, 0], NAMETOOLONG),
    ("path_readlink", &[3, FILE, 4, OUT, 8, OUT], INVAL), ("path_readlink", &[3, FILE, 0, OUT, 8, OUT], NOENT),
    ("path_readlink", &[3, NUL, 3, OUT, 8, OUT], INVAL), ("path_readlink", &[3, LONG, 256, OUT, 8, OUT], NAMETOOLONG),
    ("path_remove_directory", &[3, FILE, 4], NOTDIR), ("path_remove_directory", &[3, FOLDER, 6], NOTEMPTY),
    ("path_remove_directory", &[3, FILE, 0], NOENT), ("path_remove_directory", &[3, NUL, 3], INVAL),
    ("path_unlink_file", &[3, FOLDER, 6], ISDIR), ("path_unlink_file", &[3, FILE, 0], NOENT),
    ("path_unlink_file", &[3, NUL, 3], INVAL), ("path_unlink_file", &[3, SLASH, 5], NOTDIR),
    ("path_unlink_file", &[3, LONG, 256], NAMETOOLONG),
    ("path_rename", &[3, MISSING, 7, 3, FILE, 4], NOENT), ("path_rename", &[3, FILE, 0, 3, FILE, 4], NOENT),
    ("path_rename", &[3, FILE, 4, 3, FILE, 0], NOENT), ("path_rename", &[3, FILE, 4, 3, NUL, 3], INVAL),
    ("path_rename", &[3, FILE, 4, 3, LONG, 256], NAMETOOLONG), ("path_rename", &[3, FILE, 4, 3, FOLDER, 6], ISDIR),
    ("path_rename", &[3, FOLDER, 6, 3, FILE, 4], NOTDIR), ("path_rename", &[3, FILE, 4, 3, UP, 7], PERM),
    ("path_symlink", &[FILE, 0, 3, MISSING, 7], NOENT), ("path_symlink", &[NUL, 3, 3, MISSING, 7], INVAL),
    ("path_symlink", &[FILE, 4, 3, FOLDER, 6], EXIST), ("path_symlink", &[FILE, 4, 3, NUL, 3], INVAL),
    ("path_symlink", &[FILE, 4, 3, LONG, 256], NAMETOOLONG), ("path_symlink", &[LONG, 4096, 3, MISSING, 7], NAMETOOLONG),
    ("path_link", &[3, 0, MISSING, 7, 3, FILE, 4], NOENT), ("path_link", &[3, 0, FILE, 4, 3, FOLDER, 6], EXIST),
    ("path_link", &[3, 0, FOLDER, 6, 3, MISSING, 7], PERM), ("path_link", &[3, 0, NUL, 3, 3, MISSING, 7], INVAL),
    ("path_link", &[3, 0, FILE, 4, 3, FILE, 0], NOENT),
    // Nothing of that has changed what is open.
    ("fd_read", &[5, PART, 1, OUT], OK), ("fd_renumber", &[5, 5], OK), ("fd_close", &[5], OK), ("fd_close", &[5], BADF),
];

#[test]
fn wrong_arguments_have_the_errors_of_wasi() -> Result<()> {
    assert_eq!(differences("wasi_snapshot_preview1", SIGNATURES, ROWS)?, [""; 0]);
    Ok(())
}

/// Calls that the interface before preview 1 doesn't have, or has with other numbers.
const NEW: &[&str] = &["fd_seek", "sock_accept"];

#[test]
fn the_interface_before_has_the_same_errors() -> Result<()> {
    let signatures: Vec<_> = SIGNATURES.iter().copied().filter(|(name, _)| !NEW.contains(name)).collect();
    let rows: Vec<_> = ROWS.iter().copied().filter(|(name, ..)| !NEW.contains(name)).collect();
    assert_eq!(differences("wasi_unstable", &signatures, &rows)?, [""; 0]);
    Ok(())
}

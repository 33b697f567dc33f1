//! Limits, and what a process gives up by itself.

use crate::Case;
use crate::calls::{call, error};
use crate::place::{enclose, raise, wall};
use plugix_wall::{close_all_but, die_with_parent};
use rustix::process::{DumpableBehavior, Resource, Rlimit, dumpable_behavior, getrlimit, setrlimit};
use rustix::thread::{CapabilitySet, capabilities, no_new_privs};
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::process::{ExitStatusExt as _, parent_id};
use std::process::{Command, Stdio};
use std::thread::spawn;

pub(crate) const CASES: &[Case] = &[
    ("limits_hold", limits),
    ("a_lower_limit_stays", lower),
    ("rights_are_given_up", rights),
    ("descriptors_are_closed", closed),
    ("a_process_ends_with_its_parent", ends),
    ("a_process_whose_parent_has_ended_is_told", orphan),
    (SLEEPER, sleeper),
];

const SLEEPER: &str = "a_process_that_waits_for_its_end";

fn limits() {
    const MEMORY: i64 = 64 << 20;
    raise(wall().memory(MEMORY as u64).open_files(16).file_size(10).processor_time(60));
    let map = |len, protection: i32| {
        let hidden = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        call(libc::SYS_mmap, [0, len, protection.into(), hidden.into(), -1, 0])
    };
    assert_eq!(error(map(MEMORY, libc::PROT_READ | libc::PROT_WRITE)), libc::ENOMEM);
    map(MEMORY * 64, libc::PROT_NONE).expect("what is only reserved doesn't count");
    let mut file = File::create("write/new").expect("it is created");
    assert_eq!(file.write(&[0; 20]).expect("the beginning is written"), 10);
    let opened: Vec<_> = (0..16).map_while(|_| File::open("read/file").ok()).collect();
    assert!(opened.len() < 16);
    assert_eq!(error(File::open("read/file")), libc::EMFILE);
    assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
    assert_eq!(getrlimit(Resource::Cpu).maximum, Some(60));
}

fn lower() {
    let limit = Rlimit { current: Some(20), maximum: Some(20) };
    setrlimit(Resource::Nofile, limit).expect("it is lower");
    let _enclosed = enclose(wall().open_files(30));
    assert_eq!(getrlimit(Resource::Nofile), limit);
}

fn rights() {
    let _enclosed = enclose(wall());
    let kept = CapabilitySet::DAC_OVERRIDE | CapabilitySet::DAC_READ_SEARCH | CapabilitySet::NET_BIND_SERVICE;
    let has = capabilities(None).expect("it may ask");
    assert!(kept.contains(has.permitted | has.effective | has.inheritable), "{has:?}");
    assert!(no_new_privs().expect("it may ask"));
    assert_eq!(dumpable_behavior().expect("it may ask"), DumpableBehavior::NotDumpable);
}

fn closed() {
    let files: [_; 5] = std::array::from_fn(|_| File::open("read/file").expect("it is opened"));
    let fds = files.each_ref().map(|file| file.as_raw_fd());
    // SAFETY: the files that are closed are forgotten.
    unsafe { close_all_but(&[fds[3], 0, fds[1], 2, 1, -1, fds[1]]).expect("the kernel can do it") };
    for (at, file) in files.into_iter().enumerate() {
        let is_kept = [1, 3].contains(&at);
        assert_eq!(file.metadata().is_ok(), is_kept, "file {at}");
        if !is_kept {
            std::mem::forget(file);
        }
    }
}

fn ends() {
    let own = std::env::current_exe().expect("it has a path");
    // The thread that starts it ends.
    let start = move || {
        Command::new(own).env(crate::CASE, SLEEPER).env("PLUGIX_WALL_SLEEPS", "1").stdout(Stdio::piped()).spawn()
    };
    let mut child = spawn(move || {
        let mut child = start().expect("it starts");
        let mut is_ready = [0];
        child.stdout.as_mut().expect("it has one").read_exact(&mut is_ready).expect("it is ready");
        child
    })
    .join()
    .expect("it doesn't panic");
    assert_eq!(child.wait().expect("it has ended").signal(), Some(libc::SIGKILL));
}

/// The process that [`ends`] starts; by itself it does nothing. The wall doesn't undo what it has asked for.
fn sleeper() {
    if std::env::var_os("PLUGIX_WALL_SLEEPS").is_none() {
        return;
    }
    die_with_parent(parent_id()).expect("its parent is there");
    raise(plugix_wall::Wall::new());
    std::io::stdout().write_all(b"!").and_then(|()| std::io::stdout().flush()).expect("it is read");
    std::thread::sleep(std::time::Duration::from_secs(60));
}

fn orphan() {
    die_with_parent(parent_id()).expect("its parent is there");
    die_with_parent(std::process::id()).expect_err("it isn't its own parent");
}

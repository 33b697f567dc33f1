//! The two steps, and what is told of them.

use crate::Case;
use crate::calls::{call, error};
use crate::place::{enclose, wall};
use plugix_wall::{Need, WallError};
use std::fs::File;
use std::sync::mpsc::channel;
use std::thread::spawn;

pub(crate) const CASES: &[Case] = &[
    ("threads_that_are_there_are_sealed", sealed),
    ("a_process_with_threads_is_refused", threads),
    ("asking_changes_nothing", asking),
    ("the_best_that_there_is_can_be_taken", best),
];

fn sealed() {
    let enclosed = enclose(wall());
    let (is_there, there) = channel();
    let (go, wait) = channel();
    let before = spawn(move || {
        is_there.send(call(libc::SYS_inotify_init1, [0; 6])).expect("it is waited for");
        wait.recv().expect("it goes on");
        (File::open("/etc/passwd"), call(libc::SYS_inotify_init1, [0; 6]))
    });
    there.recv().expect("it answers").expect("no call is closed yet");
    enclosed.seal().expect("it is sealed");
    go.send(()).expect("it waits");
    let (file, after) = before.join().expect("it doesn't panic");
    assert_eq!(error(file), libc::EACCES);
    assert_eq!(error(after), libc::EPERM);
    let file = spawn(|| File::open("/etc/passwd")).join().expect("it doesn't panic");
    assert_eq!(error(file), libc::EACCES);
}

fn threads() {
    let (end, wait) = channel::<()>();
    let other = spawn(move || wait.recv());
    assert!(matches!(wall().enclose(), Err(WallError::Threads { count: 2 })));
    drop(end);
    let _ = other.join();
    File::open("outside/file").expect("nothing has changed");
}

fn asking() {
    let lacks = wall().lacks();
    assert_eq!(wall().lacks(), lacks);
    File::open("outside/file").expect("nothing has changed");
    call(libc::SYS_inotify_init1, [0; 6]).expect("nothing has changed");
}

fn best() {
    let lacks = wall().lacks();
    let raised = wall().need(Need::BestEffort).raise().expect("the best is good enough");
    assert_eq!(raised.lacks(), lacks);
    if lacks.is_empty() {
        assert_eq!(error(File::open("outside/file")), libc::EACCES);
    }
}

//! What still works.

use crate::Case;
use crate::calls::call;
use crate::place::{raise, wall};
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::panic::catch_unwind;
use std::sync::{Barrier, Condvar, Mutex};
use std::thread::{Builder, available_parallelism, scope, sleep};
use std::time::{Duration, Instant, SystemTime};

pub(crate) const CASES: &[Case] = &[
    ("threads_are_started", threads),
    ("time_passes", time),
    ("panics_are_caught", panics),
    ("a_process_reaches_its_own_threads", own),
    ("memory_comes_and_goes", memory),
    ("pipes_and_terminals_are_known", pipes),
];

fn threads() {
    const COUNT: usize = 16;
    raise(wall());
    let (barrier, count, changed) = (&Barrier::new(COUNT), &Mutex::new(0), &Condvar::new());
    scope(|scope| {
        for number in 0..COUNT {
            let builder = Builder::new().name(format!("thread {number}")).stack_size(1 << 20);
            let run = move || {
                barrier.wait();
                *count.lock().expect("nobody panics") += 1;
                changed.notify_all();
                std::fs::write(format!("write/{number}"), "text").expect("it is written");
            };
            builder.spawn_scoped(scope, run).expect("it starts");
        }
        let counted = count.lock().expect("nobody panics");
        drop(changed.wait_while(counted, |count| *count < COUNT).expect("nobody panics"));
    });
    assert!(available_parallelism().is_ok());
}

fn time() {
    raise(wall());
    let (start, now) = (Instant::now(), SystemTime::now());
    sleep(Duration::from_millis(20));
    assert!(start.elapsed() >= Duration::from_millis(20) && now.elapsed().is_ok());
}

fn panics() {
    raise(wall());
    std::panic::set_hook(Box::new(|_| {}));
    assert!(catch_unwind(|| panic!("it is caught")).is_err());
}

fn own() {
    raise(wall());
    let own = i64::from(std::process::id());
    call(libc::SYS_tgkill, [own, own, 0, 0, 0, 0]).expect("a signal would come");
}

fn memory() {
    raise(wall());
    let mut bytes = vec![1_u8; 1 << 20];
    for _ in 0..6 {
        bytes.extend_from_within(..);
    }
    assert!(bytes.iter().all(|byte| *byte == 1));
}

fn pipes() {
    raise(wall());
    let (mut from, mut to) = std::io::pipe().expect("there are pipes");
    to.write_all(b"text").expect("it is written");
    drop(to);
    let mut text = String::new();
    from.read_to_string(&mut text).expect("it is read");
    assert_eq!(text, "text");
    assert!(!std::io::stdin().is_terminal() || !text.is_empty());
    rustix::event::eventfd(0, rustix::event::EventfdFlags::CLOEXEC).expect("there are events");
}

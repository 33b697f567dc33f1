//! Taking all that there is. Each bomb says how much it took, and why it ended.

use crate::{Attack, Outcome, kind};
use std::alloc::{Layout, alloc, dealloc};
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;

const MIB: usize = 1 << 20;

pub(crate) const ATTACKS: &[(&str, Attack)] = &[
    ("memory", |_| Ok(all_memory().to_string())),
    ("memory-on-threads", |_| {
        let threads: Vec<_> = (0..4).map(|_| thread::spawn(all_memory)).collect();
        Ok(threads.into_iter().map(|thread| thread.join().unwrap()).sum::<usize>().to_string())
    }),
    ("memory-at-once", |_| Ok(black_box(vec![1_u8; 200 * MIB]).len().to_string())),
    ("threads", |_| Ok(most_threads())),
    ("threads-in-threads", |_| Ok(threads_in_threads(0).to_string())),
    ("files", |path| Ok(taken(|| File::open(path)))),
    ("duplicates", |path| {
        let file = File::open(path).unwrap();
        Ok(taken(|| file.try_clone()))
    }),
    ("sockets", |at| Ok(taken(|| TcpListener::bind(at)))),
    ("one-file", one_file),
    ("small-files", |folder| {
        Ok(counted(|index| File::create_new(Path::new(folder).join(index.to_string())).map(drop)))
    }),
    ("deep-folders", |folder| {
        let mut path = Path::new(folder).to_owned();
        Ok(counted(|_| {
            path.push("d");
            fs::create_dir(&path)
        }))
    }),
    ("long-path", |_| crate::said(fs::read("x".repeat(10 * MIB)))),
    ("output", |_| {
        let line = "x".repeat(1000) + "\n";
        (0..5_000).try_for_each(|_| io::stdout().write_all(line.as_bytes())).map_err(|error| kind(&error))?;
        Ok("printed".to_owned())
    }),
    ("output-in-parts", |_| crate::errno(system::write_in_parts())),
    ("random", |_| crate::errno(system::random(100 * MIB))),
    ("events", |_| crate::errno(system::wait_for_many())),
    ("stack", |_| Ok(recurse(0).to_string())),
    ("result", |_| Ok("x".repeat(10 * MIB))),
    ("panic-message", |_| panic!("{}", "x".repeat(10 * MIB))),
    ("denials", |path| {
        (0..20_000).for_each(|_| drop(fs::write(path, "")));
        Ok("denied".to_owned())
    }),
];

fn all_memory() -> usize {
    let layout = Layout::from_size_align(MIB, 8).unwrap();
    // SAFETY: the layout has a size.
    let chunks: Vec<_> =
        std::iter::repeat_with(|| unsafe { alloc(layout) }).take_while(|chunk| !chunk.is_null()).collect();
    let count = chunks.len();
    // SAFETY: each block was allocated with this layout, and is freed once.
    chunks.into_iter().for_each(|chunk| unsafe { dealloc(chunk, layout) });
    count
}

/// How many threads can live at once, up to 64, and the error of the next one.
pub(crate) fn most_threads() -> String {
    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let mut threads = Vec::new();
    let problem = loop {
        let held = held.clone();
        let hold = move || held.lock().unwrap().recv().is_err();
        match thread::Builder::new().spawn(hold) {
            Ok(thread) if threads.len() < 64 => threads.push(thread),
            Ok(_) => break "none".to_owned(),
            Err(error) => break kind(&error),
        }
    };
    let most = threads.len();
    drop(release);
    threads.into_iter().for_each(|thread| assert!(thread.join().unwrap()));
    format!("{most} {problem}")
}

/// Each thread starts another and waits for it.
fn threads_in_threads(depth: u32) -> u32 {
    match thread::Builder::new().spawn(move || threads_in_threads(depth + 1)) {
        Ok(thread) => thread.join().unwrap(),
        Err(_) => depth,
    }
}

/// Takes things until there are none. It keeps them until then.
fn taken<T>(mut take: impl FnMut() -> io::Result<T>) -> String {
    let mut taken = Vec::new();
    loop {
        match take() {
            Ok(thing) => taken.push(thing),
            Err(error) => return format!("{} {}", taken.len(), kind(&error)),
        }
    }
}

fn counted(mut make: impl FnMut(usize) -> io::Result<()>) -> String {
    (0..).find_map(|index| Some(format!("{index} {}", kind(&make(index).err()?)))).unwrap()
}

fn one_file(path: &str) -> Outcome {
    let mut file = File::create(path).map_err(|error| kind(&error))?;
    let why = loop {
        if let Err(error) = file.write_all(&[7; 10_000]) {
            break kind(&error);
        }
    };
    Ok(format!("{} {why}", file.metadata().map_or(0, |metadata| metadata.len())))
}

fn recurse(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { 0 } else { depth + recurse(depth + 1) * black_box(2) }
}

mod system {
    use crate::Part;
    use std::hint::black_box;

    #[link(wasm_import_module = "wasi_snapshot_preview1")]
    unsafe extern "C" {
        fn fd_write(descriptor: i32, parts: *const Part, count: usize, written: *mut usize) -> i32;
        fn random_get(buffer: *mut u8, len: usize) -> i32;
    }

    #[link(wasm_import_module = "wasix_32v1")]
    unsafe extern "C" {
        fn poll_oneoff(subscriptions: *const u8, events: *mut u8, count: usize, happened: *mut usize) -> i32;
    }

    /// Prints the same 16 MiB a million times, in one system call.
    pub(super) fn write_in_parts() -> i32 {
        let text = vec![b'x'; 16 << 20];
        let parts = vec![Part { start: text.as_ptr(), len: text.len() }; 1_000_000];
        // SAFETY: each part is the text.
        unsafe { fd_write(1, parts.as_ptr(), parts.len(), &mut 0) }
    }

    pub(super) fn random(len: usize) -> i32 {
        let mut buffer = black_box(vec![0; len]);
        // SAFETY: the buffer is that long.
        unsafe { random_get(buffer.as_mut_ptr(), len) }
    }

    /// Waits for more than anybody has.
    pub(super) fn wait_for_many() -> i32 {
        const COUNT: usize = 100_000;
        let subscriptions = vec![0; COUNT * 48];
        let mut events = vec![0; COUNT * 32];
        // SAFETY: there is room for as many subscriptions and events.
        unsafe { poll_oneoff(subscriptions.as_ptr(), events.as_mut_ptr(), COUNT, &mut 0) }
    }
}

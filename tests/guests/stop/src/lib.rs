//! Never ends by itself, in every state that a thread can be in.

mod states;

use plugix_guest::Plugin;
use std::thread;

struct Stop;

/// The state that the host asks for by the environment: that of the initializer, the constructor or the unload hook.
fn asked_for(place: &str) {
    if let Some(state) = std::env::var(place).ok().and_then(|name| states::by_name(&name)) {
        state();
    }
}

extern "C" fn initialize() {
    asked_for("INITIALIZER");
}

#[used]
#[unsafe(link_section = ".init_array")]
static INITIALIZER: extern "C" fn() = initialize;

#[plugix_guest::plugin(description = "Never ends by itself")]
impl Plugin for Stop {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn std::error::Error>> {
        asked_for("CONSTRUCTOR");
        Ok(Self)
    }

    fn unload(&self) {
        asked_for("UNLOAD");
    }
}

plugix_guest::export! {
    /// Stays in a state on the thread of the call and on as many others as asked for: "spin 8".
    fn stay(args: &[u8]) -> String {
        let args = String::from_utf8_lossy(args);
        let (state, threads) = args.split_once(' ').unwrap();
        let state = states::by_name(state).unwrap();
        for _ in 0..threads.parse().unwrap() {
            thread::spawn(state);
        }
        state();
        "the state ended".to_owned()
    }

    /// The same, but the call returns.
    fn leave(args: &[u8]) {
        let args = String::from_utf8_lossy(args);
        let (state, threads) = args.split_once(' ').unwrap();
        for _ in 0..threads.parse().unwrap() {
            thread::spawn(states::by_name(state).unwrap());
        }
    }

    /// How many threads can live at once, up to 64.
    fn most_threads(_args: &[u8]) -> String {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Arc::new(std::sync::Mutex::new(held));
        let mut threads = Vec::new();
        let problem = loop {
            let held = held.clone();
            let hold = move || held.lock().unwrap().recv().is_err();
            match thread::Builder::new().spawn(hold) {
                Ok(thread) if threads.len() < 64 => threads.push(thread),
                Ok(_) => break "none".to_owned(),
                Err(error) => break error.to_string(),
            }
        };
        let most = threads.len();
        drop(release);
        threads.into_iter().for_each(|thread| assert!(thread.join().unwrap()));
        format!("{most} {problem}")
    }

    /// The error numbers of a pipe and of an event counter.
    fn pipe_and_event(_args: &[u8]) -> String {
        #[link(wasm_import_module = "wasix_32v1")]
        unsafe extern "C" {
            fn fd_pipe(reader: *mut u32, writer: *mut u32) -> u16;
            fn fd_event(initial: u64, flags: u16, event: *mut u32) -> u16;
        }
        let (mut one, mut other) = (0, 0);
        // SAFETY: the pointers are to numbers that live longer than the calls.
        let (pipe, event) = unsafe { (fd_pipe(&mut one, &mut other), fd_event(0, 0, &mut one)) };
        format!("{pipe} {event}")
    }

    /// Something that takes a while and has one right answer.
    fn work(_args: &[u8]) -> String {
        fn fibonacci(n: u32) -> u64 {
            if std::hint::black_box(n) < 2 { u64::from(n) } else { fibonacci(n - 1) + fibonacci(n - 2) }
        }
        fibonacci(24).to_string()
    }
}

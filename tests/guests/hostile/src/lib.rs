//! Attacks its host, in each way that is known, by name.

mod bombs;
mod ends;
mod files;
mod network;
mod processes;
mod signals;
mod states;
mod work;

use plugix_guest::Plugin;
use std::io::{self, Write};
use std::sync::{Arc, Barrier};
use std::thread;

/// The outcome of an attack: what the plugin was told, or the kind of the error.
type Outcome = Result<String, String>;

/// An attack and what it is aimed at.
type Attack = fn(&str) -> Outcome;

struct Hostile;

const FAMILIES: [&[(&str, Attack)]; 6] =
    [files::ATTACKS, bombs::ATTACKS, network::ATTACKS, processes::ATTACKS, signals::ATTACKS, ends::ATTACKS];

fn by_name(name: &str) -> Attack {
    let found = FAMILIES.iter().copied().flatten().find(|(known, _)| *known == name);
    found.unwrap_or_else(|| panic!("no attack {name}")).1
}

/// Runs the attack "name target".
fn attack(words: &str) -> Outcome {
    let (name, target) = words.split_once(' ').unwrap_or((words, ""));
    by_name(name)(target)
}

/// A piece of memory, as system calls take it.
#[repr(C)]
#[derive(Clone, Copy)]
struct Part {
    start: *const u8,
    len: usize,
}

fn said<T>(outcome: io::Result<T>) -> Outcome {
    outcome.map(|_| "done".to_owned()).map_err(|error| kind(&error))
}

/// The kind of an error. Where `std` has no kind for it, the system's number.
fn kind(error: &io::Error) -> String {
    match (format!("{:?}", error.kind()), error.raw_os_error()) {
        (kind, Some(number)) if kind == "Uncategorized" || kind == "Other" => format!("errno {number}"),
        (kind, _) => kind,
    }
}

/// The error number of a system call.
fn errno(answer: i32) -> Outcome {
    if answer == 0 { Ok("done".to_owned()) } else { Err(format!("errno {answer}")) }
}

/// Tells the host that this thread is here. It is one write, so that no other output comes in between.
fn here() {
    let _ = io::stderr().write_all(b"here\n");
}

/// What the host asks for by the environment: a state or an attack, in the initializer, the constructor or the unload
/// hook.
fn asked_for(place: &str) {
    let Ok(name) = std::env::var(place) else { return };
    here();
    match states::by_name(&name) {
        Some(state) => state(""),
        None => drop(attack(&name)),
    }
}

extern "C" fn initialize() {
    asked_for("INITIALIZER");
}

#[used]
#[unsafe(link_section = ".init_array")]
static INITIALIZER: extern "C" fn() = initialize;

#[plugix_guest::plugin(description = "Attacks its host")]
impl Plugin for Hostile {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn std::error::Error>> {
        asked_for("CONSTRUCTOR");
        Ok(Self)
    }

    fn unload(&self) {
        asked_for("UNLOAD");
    }
}

fn text(args: &[u8]) -> &str {
    std::str::from_utf8(args).unwrap()
}

/// A state, the number of other threads, and the state's argument: "tcp-read 8 127.0.0.1:80".
fn state(args: &[u8]) -> (states::State, usize, String) {
    let mut words = text(args).splitn(3, ' ');
    let name = words.next().unwrap();
    let state = states::by_name(name).unwrap_or_else(|| panic!("no state {name}"));
    (state, words.next().unwrap().parse().unwrap(), words.next().unwrap_or_default().to_owned())
}

fn enter(state: states::State, target: &str) {
    here();
    state(target);
}

/// None enters before all are there. Some states leave no room for another thread.
fn enter_on_threads((state, threads, target): &(states::State, usize, String)) {
    let all_there = Arc::new(Barrier::new(threads + 1));
    for _ in 0..*threads {
        let state = *state;
        let target = target.clone();
        let all_there = all_there.clone();
        thread::spawn(move || {
            all_there.wait();
            enter(state, &target);
        });
    }
    all_there.wait();
}

plugix_guest::export! {
    /// Runs an attack: its name, and what it is aimed at.
    fn attack(words: &[u8]) -> Outcome {
        crate::attack(text(words))
    }

    /// The same on another thread.
    fn attack_on_a_thread(words: &[u8]) -> Outcome {
        let words = text(words).to_owned();
        thread::spawn(move || crate::attack(&words)).join().unwrap()
    }

    /// Begins an attack on another thread. It doesn't wait for the attack.
    fn attack_later(words: &[u8]) {
        let words = text(words).to_owned();
        thread::spawn(move || crate::attack(&words));
    }

    /// Stays in a state, on the thread of the call and on others.
    fn stay(args: &[u8]) -> String {
        let state = state(args);
        enter_on_threads(&state);
        enter(state.0, &state.2);
        "the state ended".to_owned()
    }

    /// The same on other threads only, and the call returns.
    fn leave(args: &[u8]) {
        enter_on_threads(&state(args));
    }

    /// How many threads can live at once, up to 64.
    fn most_threads(_args: &[u8]) -> String {
        bombs::most_threads()
    }

    /// Something that takes a while and has one right answer.
    fn work(_args: &[u8]) -> String {
        work::fibonacci(24).to_string()
    }

    /// Uses threads, locks and memory. Halfway each thread waits for the host.
    fn work_together(threads: &[u8]) -> String {
        work::together(text(threads).parse().unwrap()).to_string()
    }

    /// The names of all attacks and states.
    fn names(_args: &[u8]) -> String {
        let attacks = FAMILIES.iter().copied().flatten().map(|(name, _)| *name);
        attacks.chain(states::STATES.iter().map(|(name, _)| *name)).collect::<Vec<_>>().join(" ")
    }
}

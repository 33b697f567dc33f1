//! Streams in plain `cargo test`: a plugin's own, and those of a host of fakes.

use plugix_guest::abi::interface::{CHUNK_LEN, CallError};
use plugix_guest::abi::{Stream, StreamError};
use plugix_guest::testing::{self, Host, Installed, Loopback};
use plugix_guest::{HostError, abi, host};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// What the plugin offers.
#[plugix_abi::interface(version = "1")]
trait Searches {
    fn search(&self, lines: Stream<String>, word: &str) -> Stream<String>;
    /// Searches what the host has, and gives it what was found.
    fn search_host(&self, word: &str) -> Result<u64, String>;
    fn panics(&self, after: u32) -> Stream<u32>;
}

/// What the host has.
#[plugix_abi::interface(version = "1")]
trait Archive {
    fn lines(&self) -> Result<Stream<String>, String>;
    fn keep(&self, found: Stream<String>) -> Result<u64, StreamError>;
    fn reversed(&self, chunks: Stream<Vec<u8>>) -> Stream<Vec<u8>>;
}

struct Searcher;

fn with_word(lines: Stream<String>, word: &str) -> Stream<String> {
    let word = word.to_owned();
    Stream::fallible(lines.filter(move |line| line.as_ref().map_or(true, |line| line.contains(&word))))
}

impl Searches for Searcher {
    fn search(&self, lines: Stream<String>, word: &str) -> Stream<String> {
        with_word(lines, word)
    }

    fn search_host(&self, word: &str) -> Result<u64, String> {
        let archive = host::<dyn Archive>();
        let lines = archive.lines().map_err(|error| error.to_string())?;
        archive.keep(with_word(lines, word)).map_err(|error| error.to_string())
    }

    fn panics(&self, after: u32) -> Stream<u32> {
        Stream::new((0..).inspect(move |number| assert!(*number < after, "no numbers from {after} on")))
    }
}

fn searcher() -> <dyn Searches as abi::Interface>::Client<Loopback<dyn Searches>> {
    testing::client(<dyn Searches>::provider(Searcher))
}

fn install(archive: ArchiveFake) -> Installed {
    Host::new().provide(<dyn Archive>::provider(archive)).install()
}

/// Lines of a kilobyte, and how many were made. The count has a second owner for as long as the stream is there.
fn counted() -> (Stream<String>, Arc<AtomicUsize>) {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = made.clone();
    let lines = (0_u32..).map(move |number| {
        counter.fetch_add(1, Ordering::Relaxed);
        format!("{number:01022}")
    });
    (Stream::new(lines), made)
}

const OF_A_CHUNK: usize = CHUNK_LEN / 1024 + 1;

// ANCHOR: fake
#[test]
fn a_fake_gives_and_takes_items() {
    let archive = ArchiveFake::new()
        .on_lines(|| Ok(Stream::new(["one", "two", "three"].map(str::to_owned))))
        .on_keep(|found| Ok(found.collect::<Result<Vec<_>, _>>()?.len() as u64))
        .on_reversed(|chunks| {
            Stream::fallible(chunks.map(|chunk| chunk.map(|chunk| chunk.into_iter().rev().collect())))
        });
    let calls = archive.calls();
    let _host = install(archive);
    assert_eq!(searcher().search_host("t"), Ok(2));
    assert_eq!((calls.of("lines"), calls.of("keep")), (1, 1));
    let reversed = host::<dyn Archive>().reversed(Stream::new([vec![1, 2], vec![]])).expect("it is provided");
    assert_eq!(reversed.collect::<Result<Vec<_>, _>>(), Ok(vec![vec![2, 1], vec![]]));
}
// ANCHOR_END: fake

#[test]
fn nobody_makes_items_that_are_not_asked_for() {
    let (lines, made) = counted();
    let mut found = searcher().search(lines, "").expect("the call succeeds");
    assert_eq!(made.load(Ordering::Relaxed), 0);
    found.next().expect("there is one").expect("it is fine");
    let first = made.load(Ordering::Relaxed);
    assert!(first <= 2 * OF_A_CHUNK, "{first} made for one");
    drop(found);
    assert_eq!(Arc::strong_count(&made), 1, "dropping the taker's end drops the maker's");
}

#[test]
fn a_fake_may_take_some_and_answer() {
    let (lines, made) = counted();
    let lines = std::sync::Mutex::new(Some(lines));
    let archive = ArchiveFake::new()
        .on_lines(move || lines.lock().expect("no panic").take().ok_or_else(|| "no more".to_owned()))
        .on_keep(|found| Ok(found.take(2).count() as u64));
    let _host = install(archive);
    assert_eq!(searcher().search_host(""), Ok(2));
    assert_eq!(Arc::strong_count(&made), 1, "what the fake left is gone on both sides");
    assert_eq!(searcher().search_host(""), Err(CallError::Returned("no more".to_owned())));
}

#[test]
fn an_error_comes_after_the_items_before_it() {
    let archive = ArchiveFake::new().on_lines(|| Ok(Stream::fallible([Ok("one".to_owned()), Err("torn")]))).on_keep(
        |mut found| {
            assert_eq!(found.next(), Some(Ok("one".to_owned())));
            let error = found.next().expect("it is told").expect_err("it breaks off");
            assert_eq!(found.next(), None);
            Err(error)
        },
    );
    let _host = install(archive);
    let Err(CallError::Returned(error)) = searcher().search_host("o") else { panic!("it succeeded") };
    assert!(error.ends_with(": torn"), "{error}");
}

#[test]
fn a_panic_ends_a_stream_and_nothing_else() {
    let numbers: Vec<_> = searcher().panics(2).expect("the call succeeds").collect();
    let [Err(error)] = numbers.as_slice() else { panic!("what it had made is gone with it: {numbers:?}") };
    assert_eq!(error.message(), "the stream panicked: no numbers from 2 on");
    let archive = ArchiveFake::new()
        .on_lines(|| Ok(Stream::new(std::iter::from_fn(|| -> Option<String> { panic!("no lines today") }))))
        .on_keep(|found| found.map(|line| line.map(|line| line.len() as u64)).sum());
    let _host = install(archive);
    let Err(CallError::Returned(error)) = searcher().search_host("") else { panic!("it succeeded") };
    assert!(error.ends_with("the stream panicked: no lines today"), "{error}");
    assert_eq!(searcher().search(Stream::new(["a".to_owned()]), "a").map(Iterator::count), Ok(1));
}

#[test]
fn a_panic_of_what_is_dropped_stays_there() {
    struct Sticky;

    impl Drop for Sticky {
        fn drop(&mut self) {
            panic!("it sticks");
        }
    }

    let sticky = Sticky;
    let items = (0..).inspect(move |_| {
        let _ = &sticky;
    });
    let mut found =
        searcher().search(Stream::new(items.map(|number: u32| number.to_string())), "").expect("it is called");
    assert_eq!(found.next(), Some(Ok("0".to_owned())));
    drop(found);
}

#[test]
fn a_late_item_is_not_waited_for() {
    let (tell, told) = mpsc::channel();
    let told = std::sync::Mutex::new(told);
    // The first line takes longer than a chunk waits. The second one comes when the first was taken.
    let slow = move |number: u32| match number {
        0 => {
            let start = Instant::now();
            while start.elapsed() < Duration::from_millis(2) {}
            Ok("first")
        }
        _ => told.lock().expect("no panic").recv_timeout(Duration::from_secs(60)).map(|()| "second"),
    };
    let lines = Stream::fallible((0..2).map(move |number| slow(number).map(str::to_owned)));
    let mut found = searcher().search(lines, "").expect("the call succeeds");
    assert_eq!(found.next(), Some(Ok("first".to_owned())));
    tell.send(()).expect("it listens");
    assert_eq!(found.next(), Some(Ok("second".to_owned())));
}

#[test]
fn a_fake_without_an_answer_says_how_it_gets_one() {
    let _host = install(ArchiveFake::new());
    let Err(CallError::Failed(HostError::Panicked(report))) = host::<dyn Archive>().keep(Stream::new([])) else {
        panic!("it has no answer")
    };
    assert_eq!(report.message, "the fake of `Archive` has no answer for `keep`: give it one with `on_keep`");
}

//! Streams: nothing is made before somebody asks for it, and nothing is kept that nobody can ask for.

mod loopback;

use loopback::{Copied, Loopback, dispatch, is_kept};
use plugix_abi::interface::{
    CHUNK_LEN, CallError, EncodeArg, Interface, Measure, Return, Shape, Sink, StreamArg, Streamed,
};
use plugix_abi::{Schema, Status, Stream, StreamError, interface};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Match {
    line: u32,
    text: String,
}

#[interface(version = "1")]
trait Lines {
    /// The lines in which `word` stands.
    fn grep(&self, word: &str, lines: Stream<String>) -> Stream<Match>;
    fn total(&self, chunks: Stream<Vec<u8>>, units: Stream<()>) -> Result<u64, StreamError>;
    fn count(&self, to: u64) -> Result<Stream<u64>, String>;
    fn breaks(&self, after: u32) -> Stream<u32>;
}

struct Grep;

impl Lines for Grep {
    fn grep(&self, word: &str, lines: Stream<String>) -> Stream<Match> {
        let word = word.to_owned();
        Stream::fallible((1..).zip(lines).filter_map(move |(line, text)| match text {
            Ok(text) => text.contains(&word).then_some(Ok(Match { line, text })),
            Err(error) => Some(Err(error)),
        }))
    }

    fn total(&self, chunks: Stream<Vec<u8>>, units: Stream<()>) -> Result<u64, StreamError> {
        let mut total = units.count() as u64;
        for chunk in chunks {
            total += chunk?.len() as u64;
        }
        Ok(total)
    }

    fn count(&self, to: u64) -> Result<Stream<u64>, String> {
        if to == 0 { Err("nothing to count".into()) } else { Ok(Stream::new(0..to)) }
    }

    fn breaks(&self, after: u32) -> Stream<u32> {
        Stream::fallible((0..=after).map(move |i| if i == after { Err("enough") } else { Ok(i) }))
    }
}

fn client() -> LinesClient<Loopback<'static, dyn Lines>> {
    <dyn Lines>::client(Loopback::new(&Grep))
}

#[test]
fn from_one_side_through_the_other() {
    let lines = (0..100_000).map(|i| format!("line {i}"));
    let found = client().grep("77", Stream::new(lines)).unwrap();
    let found: Vec<_> = found.collect::<Result<_, _>>().unwrap();
    let expected = (0..100_000).filter(|i: &u32| i.to_string().contains("77"));
    let expected: Vec<_> = expected.map(|i| Match { line: i + 1, text: format!("line {i}") }).collect();
    assert_eq!(found, expected);
}

#[test]
fn bytes_and_items_without_size() {
    let chunks = (0..64).map(|i| vec![i; 1 << 14]);
    assert_eq!(client().total(Stream::new(chunks), Stream::new([(); 1000])), Ok((64 << 14) + 1000));
    assert_eq!(client().total(Stream::new([]), Stream::new([])), Ok(0));
    let broken = Stream::fallible([Ok(vec![1]), Err("torn")]);
    assert_eq!(client().total(broken, Stream::new([])), Err(CallError::Returned(StreamError::new("torn"))));
}

#[test]
fn only_what_is_asked_for_is_made() {
    let made = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&made);
    let lines = (0..).map(move |i| {
        counter.fetch_add(1, Ordering::Relaxed);
        format!("{i:01023}")
    });
    let mut found = client().grep("", Stream::new(lines)).unwrap();
    assert_eq!(made.load(Ordering::Relaxed), 0);
    assert_eq!(found.next().unwrap().unwrap().line, 1);
    let first = made.load(Ordering::Relaxed);
    assert!(first <= 2 * CHUNK_LEN / 1024, "{first} made for one");
    assert_eq!(found.nth(2000).unwrap().unwrap().line, 2002);
    drop(found);
    assert_eq!(Arc::strong_count(&made), 1, "dropping the taker's end drops the maker's");
}

#[test]
fn an_error_comes_after_the_items() {
    let items: Vec<_> = client().breaks(3).unwrap().collect();
    assert_eq!(items, [Ok(0), Ok(1), Ok(2), Err(StreamError::new("enough"))]);
    assert_eq!(client().breaks(0).unwrap().collect::<Vec<_>>(), [Err(StreamError::new("enough"))]);
    assert_eq!(client().count(3).unwrap().collect::<Vec<_>>(), [Ok(0), Ok(1), Ok(2)]);
    assert_eq!(client().count(0).unwrap_err(), CallError::Returned("nothing to count".into()));
}

#[test]
fn a_late_chunk_is_sent_early() {
    let mut output = Vec::new();
    StreamArg::new(Stream::new(0..1_000_000_u32)).encode(&mut output).unwrap_err();
    struct Late(Vec<u8>);
    impl Sink for Late {
        fn write(&mut self, _: &[u8]) -> Result<(), plugix_abi::interface::Full> {
            Ok(())
        }

        fn position(&self) -> usize {
            0
        }

        fn offer(
            &mut self,
            items: &mut Option<Box<dyn plugix_abi::interface::Produce>>,
        ) -> Result<u32, plugix_abi::interface::EncodeError> {
            let mut asked = 0;
            let mut is_late = || {
                asked += 1;
                asked == 3
            };
            assert!(items.take().unwrap().produce(&mut self.0, &mut is_late));
            Ok(1)
        }
    }
    let mut late = Late(Vec::new());
    StreamArg::new(Stream::new(0..1_000_000_u32)).encode(&mut late).unwrap();
    assert_eq!(late.0, [0, 4, 0, 0, 0, 0, 1, 2, 3]);
}

#[test]
fn handles() {
    let argument = StreamArg::new(Stream::new([1_u8]));
    let mut measure = Measure::default();
    argument.encode(&mut measure).unwrap();
    assert_eq!(measure.position(), 4);
    assert!(Streamed::<u8>::value(Copied(&[1, 2, 3])).is_err());

    let no_such = Streamed::<u8>::value(Copied(&[0xff; 4])).unwrap();
    assert_eq!(no_such.collect::<Vec<_>>(), [Err(StreamError::new("no such stream"))]);

    let handle = dispatch::<dyn Lines, _>(&Grep, 3, &[9], |status, handle| {
        assert_eq!(status, Status::Ok);
        u32::from_le_bytes(handle.try_into().unwrap())
    });
    assert!(is_kept(handle));
    drop(Streamed::<u32>::value(Copied(&handle.to_le_bytes())));
    assert!(!is_kept(handle));
    assert!(matches!(<dyn Lines>::METHODS[3].returns.value, Shape::Stream(_)));
}

/// Chunks that anyone may have written.
struct Hostile(Vec<Vec<u8>>);

impl plugix_abi::interface::Pull for Hostile {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        *chunk = self.0.pop().ok_or_else(|| StreamError::new("over"))?;
        Ok(())
    }
}

fn items<T: plugix_abi::interface::Item>(chunks: Vec<Vec<u8>>) -> Vec<Result<T, StreamError>> {
    struct Payload(Vec<Vec<u8>>);
    // SAFETY: `copy_to` never returns `Ok`.
    unsafe impl plugix_abi::interface::Payload for Payload {
        type Error = plugix_abi::interface::DecodeError;

        fn len(&self) -> usize {
            4
        }

        fn copy_to(self, _: &mut [std::mem::MaybeUninit<u8>]) -> Result<(), Self::Error> {
            Err(Self::Error::Truncated)
        }

        fn read<R>(self, _: impl FnOnce(&[u8]) -> R) -> Result<R, Self::Error> {
            Err(Self::Error::Truncated)
        }

        fn open(self) -> Result<Box<dyn plugix_abi::interface::Pull>, Self::Error> {
            Ok(Box::new(Hostile(self.0)))
        }
    }
    Streamed::<T>::value(Payload(chunks)).unwrap().take(1000).collect()
}

#[test]
fn wrong_chunks_end_the_stream() {
    let only = |chunk: &[u8]| items::<u8>(vec![chunk.to_vec()]).last().unwrap().clone().unwrap_err().to_string();
    assert_eq!(only(&[]), "the stream broke off: fewer elements than stated");
    assert_eq!(only(&[0, 0, 0, 0, 0]), "the stream broke off: the chunk is none");
    assert_eq!(only(&[9, 1, 0, 0, 0, 7]), "the stream broke off: the chunk is none");
    assert_eq!(only(&[1, 0, 0, 0, 0, 7]), "the stream broke off: 1 bytes too many");
    assert_eq!(only(&[1, 1, 0, 0, 0, 7, 7]), "the stream broke off: 1 bytes too many");
    assert_eq!(only(&[0, 1, 0, 0, 0, 7]), "the stream broke off: over");
}

proptest! {
    #[test]
    fn arbitrary_chunks_never_panic(chunks in any::<Vec<Vec<u8>>>()) {
        items::<Match>(chunks.clone());
        items::<Vec<u8>>(chunks);
    }
}

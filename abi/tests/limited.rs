//! Few bytes that mean much, and how much memory they may take.

use plugix_abi::interface::{
    Args, Bounds, DecodeError, Interface, Output, Payload, Pull, Return, StreamError, Streamed, decode,
};
use plugix_abi::{Pod, Status, interface};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering};

/// A number as postcard has it.
fn varint(number: u64) -> Vec<u8> {
    postcard::to_allocvec(&number).expect("a number can be encoded")
}

/// Some bytes behind a length.
fn list(len: u64, bytes: &[u8]) -> Vec<u8> {
    [&varint(len)[..], bytes].concat()
}

const LIMIT: usize = 1 << 20;

#[track_caller]
fn too_large<T: DeserializeOwned + Debug>(bytes: &[u8]) {
    let decoded = decode::<T>(bytes, Bounds::of(LIMIT)).map(drop);
    assert_eq!(decoded, Err(DecodeError::TooLarge { limit: LIMIT }));
}

/// With enough room the bytes make a value.
#[track_caller]
fn too_large_for_its_bytes<T: DeserializeOwned + Debug>(bytes: &[u8]) {
    too_large::<T>(bytes);
    assert_eq!(decode::<T>(bytes, Bounds::of(1 << 30)).map(drop), Ok(()));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Nothing;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Large([u64; 32]);

#[expect(clippy::large_enum_variant, reason = "small bytes mean a large value")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    Small,
    Large { numbers: [[u64; 32]; 4] },
}

#[test]
fn values_without_bytes() {
    too_large::<Vec<()>>(&varint(u64::MAX));
    too_large::<Vec<Nothing>>(&varint(u64::MAX));
    too_large::<Vec<[(); 0]>>(&varint(u64::MAX));
    too_large::<Vec<((), [u8; 0])>>(&varint(1 << 40));
    too_large::<HashMap<(), ()>>(&varint(u64::MAX));
    too_large::<BTreeMap<(), Vec<()>>>(&list(1, &varint(u64::MAX)));
}

#[test]
fn values_of_few_bytes() {
    let zeroes = vec![0; 100_000];
    too_large_for_its_bytes::<Vec<Vec<u8>>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<Vec<String>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<Vec<Option<Large>>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<Vec<Choice>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<Vec<Box<Choice>>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<BTreeMap<u64, Option<Large>>>(&list(50_000, &zeroes));
    too_large_for_its_bytes::<Vec<BTreeMap<String, u8>>>(&list(100_000, &zeroes));
    too_large_for_its_bytes::<Option<(u8, Result<Vec<String>, u8>)>>(
        &[&[1, 7, 0][..], &list(100_000, &zeroes)].concat(),
    );
}

/// Types that stand in each other without an end. The stack would end first.
#[derive(Debug, Serialize, Deserialize)]
struct Nested(#[allow(dead_code)] Option<Box<Nested>>);

#[test]
fn values_that_are_too_deep() {
    let deep = |levels: usize| [vec![1; levels], vec![0]].concat();
    assert!(decode::<Nested>(&deep(50), Bounds::of(LIMIT)).is_ok());
    let error = decode::<Nested>(&deep(10_000_000), Bounds::of(1 << 30)).map(drop);
    assert_eq!(error, Err(DecodeError::TooLarge { limit: 1 << 30 }));
}

#[test]
fn all_arguments_share_one_limit() {
    let bytes = [list(10_000, &[0; 10_000]), list(10_000, &[0; 10_000])].concat();
    let read = |limit| {
        let mut args = Args::bounded(&bytes, Bounds::of(limit));
        args.value::<Vec<Vec<u8>>>("first").map_err(|error| error.argument)?;
        args.value::<Vec<Vec<u8>>>("second").map_err(|error| error.argument)
    };
    assert_eq!(read(100_000).map(drop), Err("first"));
    assert_eq!(read(400_000).map(drop), Err("second"));
    assert_eq!(read(600_000).map(|lists| lists.len()), Ok(10_000));
    assert_eq!(read(usize::MAX).map(|lists| lists.len()), Ok(10_000));
}

#[interface(version = "1")]
trait Lists {
    /// How many there are.
    fn count(&self, lists: Vec<Vec<u8>>) -> u32;
}

struct Counts;

impl Lists for Counts {
    fn count(&self, lists: Vec<Vec<u8>>) -> u32 {
        lists.len() as u32
    }
}

/// A host whose functions take arguments of so many bytes of memory.
struct Host(Vec<u8>, usize);

impl Output for Host {
    fn give<T: Pod>(&mut self, elements: Vec<T>) {
        self.0 = plugix_abi::bytemuck::cast_slice(&elements).to_vec();
    }

    fn encode<T: Serialize + ?Sized>(&mut self, value: &T) {
        self.0 = postcard::to_allocvec(value).expect("it can be encoded");
    }

    fn bounds(&self) -> Bounds {
        Bounds::of(self.1)
    }
}

#[test]
fn a_method_keeps_to_the_limit_of_its_side() {
    let call = <dyn Lists>::frame_fn::<Host>(0).expect("there is a method");
    let bytes = list(100_000, &[0; 100_000]);
    let mut host = Host(Vec::new(), LIMIT);
    assert_eq!(call(&Counts, &bytes, &mut host), Status::BadArguments);
    assert!(String::from_utf8_lossy(&host.0).contains("takes more than 1048576 bytes"), "{:?}", host.0);
    assert_eq!(call(&Counts, &bytes, &mut Host(Vec::new(), usize::MAX)), Status::Ok);
}

/// A plugin's stream of one chunk.
struct Chunk(Vec<u8>);

impl Pull for Chunk {
    fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
        *chunk = std::mem::take(&mut self.0);
        Ok(())
    }

    fn bounds(&self) -> Bounds {
        Bounds::of(LIMIT)
    }
}

// SAFETY: `copy_to` never returns.
unsafe impl Payload for Chunk {
    type Error = DecodeError;

    fn len(&self) -> usize {
        4
    }

    fn copy_to(self, _: &mut [MaybeUninit<u8>]) -> Result<(), DecodeError> {
        unreachable!("a handle is opened")
    }

    fn read<R>(self, _: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        unreachable!("a handle is opened")
    }

    fn open(self) -> Result<Box<dyn Pull>, DecodeError> {
        Ok(Box::new(self))
    }
}

#[test]
fn each_item_of_a_stream_has_the_limit() {
    // The last chunk, with two items.
    let chunk = |lists: [u64; 2]| {
        let items = lists.map(|len| list(len, &vec![0; len as usize])).concat();
        Chunk([&[1, 2, 0, 0, 0][..], &items].concat())
    };
    let items = |chunk| Streamed::<Vec<Vec<u8>>>::value(chunk).expect("it is a stream");
    let lens = items(chunk([20_000, 30_000])).map(|item| item.map(|lists| lists.len())).collect::<Result<Vec<_>, _>>();
    assert_eq!(lens, Ok(vec![20_000, 30_000]));
    let broken = items(chunk([20_000, 100_000])).collect::<Result<Vec<_>, _>>().expect_err("an item is too large");
    assert!(broken.message().contains("takes more than 1048576 bytes"), "{broken}");
}

#[test]
fn decoding_ends_when_nobody_waits_for_the_value() {
    static LOOKS: AtomicU32 = AtomicU32::new(0);
    let is_over = || LOOKS.fetch_add(1, Ordering::Relaxed) == 10;
    let bytes = list(1 << 20, &[0; 1 << 20]);
    let decoded = decode::<Vec<String>>(&bytes, Bounds { memory: 1 << 30, is_over });
    assert!(matches!(decoded, Err(DecodeError::Postcard(_))), "{:?}", decoded.map(|strings| strings.len()));
    assert_eq!(LOOKS.load(Ordering::Relaxed), 11);
}

#[test]
fn text_and_bytes_take_what_they_have() {
    let text = postcard::to_allocvec(&"x".repeat(100_000)).expect("it can be encoded");
    assert_eq!(decode::<String>(&text, Bounds::of(100)).map(|text| text.len()), Ok(100_000));
    assert_eq!(decode::<Vec<u8>>(&text, Bounds::of(150_000)).map(|bytes| bytes.len()), Ok(100_000));
    assert_eq!(
        decode::<(String, u8)>(&text, Bounds::of(LIMIT)).map(drop),
        Err(DecodeError::Postcard(postcard::Error::DeserializeUnexpectedEnd))
    );
    assert_eq!(decode::<String>(&[&text[..], &[0]].concat(), Bounds::of(LIMIT)), Err(DecodeError::Trailing(1)));
}

type Everything = (
    (bool, u8, i8, u16, i16, u32, i32, u64, i64, u128),
    (i128, char, String, Vec<u8>, Option<u32>, [u64; 2]),
    (Vec<Result<i64, String>>, BTreeMap<String, Vec<(i16, i16)>>, Vec<Shape>),
);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Empty,
    One(i64),
    Two(String, f32),
    Named { points: Vec<(i16, i16)>, label: Option<String>, nothing: Nothing },
}

fn shape() -> impl Strategy<Value = Shape> {
    let named = (any::<Vec<(i16, i16)>>(), any::<Option<String>>());
    prop_oneof![
        Just(Shape::Empty),
        any::<i64>().prop_map(Shape::One),
        (any::<String>(), -1e9_f32..1e9).prop_map(|(text, number)| Shape::Two(text, number)),
        named.prop_map(|(points, label)| Shape::Named { points, label, nothing: Nothing }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// With enough room it is the same as without a limit.
    #[test]
    fn every_kind_of_value(
        numbers in any::<(bool, u8, i8, u16, i16, u32, i32, u64, i64, u128)>(),
        others in any::<(i128, char, String, Vec<u8>, Option<u32>, [u64; 2])>(),
        results in any::<Vec<Result<i64, String>>>(),
        map in any::<BTreeMap<String, Vec<(i16, i16)>>>(),
        shapes in prop::collection::vec(shape(), 0..5),
    ) {
        let value: Everything = (numbers, others, (results, map, shapes));
        let bytes = postcard::to_allocvec(&value).expect("it can be encoded");
        prop_assert_eq!(&decode::<Everything>(&bytes, Bounds::of(1 << 30)), &Ok(value.clone()));
        prop_assert_eq!(decode::<Everything>(&bytes, Bounds::of(usize::MAX)), Ok(value));
    }

    #[test]
    fn bytes_of_any_kind(bytes in any::<Vec<u8>>()) {
        prop_assert_eq!(decode::<Everything>(&bytes, Bounds::of(1 << 30)).ok(), decode::<Everything>(&bytes, Bounds::of(usize::MAX)).ok());
        prop_assert_eq!(decode::<Vec<Shape>>(&bytes, Bounds::of(1 << 30)).ok(), decode::<Vec<Shape>>(&bytes, Bounds::of(usize::MAX)).ok());
    }
}

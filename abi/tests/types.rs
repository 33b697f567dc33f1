//! Types that cross as they are: each goes there and comes back, and both sides know it by the same schema.

mod loopback;

use loopback::Loopback;
use plugix_abi::interface::Interface as _;
use plugix_abi::interface::descriptor::read_interfaces;
use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU16;
use std::ops::{Range, RangeInclusive};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Pair<A, B>(A, B);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Everything {
    queue: VecDeque<u8>,
    list: LinkedList<char>,
    map: HashMap<String, BTreeSet<u16>>,
    set: HashSet<i8>,
    sorted: BTreeMap<bool, Option<()>>,
    tuple: (u8, i16, f32),
    array: [u64; 32],
    wide: (u128, i128),
    path: PathBuf,
    duration: Duration,
    time: SystemTime,
    address: IpAddr,
    socket: SocketAddr,
    range: Range<u32>,
    closed: RangeInclusive<i64>,
    text: Cow<'static, str>,
    nested: Vec<Vec<f32>>,
    generic: Pair<NonZeroU16, Box<str>>,
    result: Result<u8, String>,
    shared: Arc<str>,
    slice: Arc<[Arc<u8>]>,
    matrix: [[u8; 32]; 2],
}

/// Types with `#[derive(Schema)]` in each other.
#[derive(Serialize, Deserialize, Schema)]
struct Around<T> {
    inner: Vec<T>,
}

type Four<T> = Around<Around<Around<Around<T>>>>;

#[interface(version = "1.0")]
trait Types {
    fn everything(&self, everything: Everything) -> Everything;
    fn perhaps(&self, text: Option<&str>) -> Option<String>;
    fn largest(&self, numbers: BinaryHeap<u8>) -> u8;
    fn shared(&self, texts: Rc<[String]>) -> Arc<str>;
    fn deep(&self, deep: Four<Four<Four<u8>>>) -> u32;
}

struct Same;

impl Types for Same {
    fn everything(&self, everything: Everything) -> Everything {
        everything
    }

    fn perhaps(&self, text: Option<&str>) -> Option<String> {
        text.map(str::to_owned)
    }

    fn largest(&self, numbers: BinaryHeap<u8>) -> u8 {
        numbers.into_sorted_vec().pop().unwrap_or_default()
    }

    fn shared(&self, texts: Rc<[String]>) -> Arc<str> {
        texts.concat().into()
    }

    fn deep(&self, deep: Four<Four<Four<u8>>>) -> u32 {
        deep.inner.len() as u32
    }
}

fn everything() -> Everything {
    Everything {
        queue: [1, 2].into(),
        list: ['ä'].into(),
        map: [("a".to_owned(), [3].into())].into(),
        set: [-1].into(),
        sorted: [(true, Some(())), (false, None)].into(),
        tuple: (1, -2, 0.5),
        array: [7; 32],
        wide: (u128::MAX, i128::MIN),
        path: "/a/b".into(),
        duration: Duration::from_nanos(1),
        time: SystemTime::UNIX_EPOCH + Duration::new(1_000_000_000, 5),
        address: Ipv4Addr::LOCALHOST.into(),
        socket: "[::1]:80".parse().expect("an address"),
        range: 1..4,
        closed: -1..=1,
        text: "text".into(),
        nested: vec![vec![], vec![1.0]],
        generic: Pair(NonZeroU16::MAX, "b".into()),
        result: Err("no".to_owned()),
        shared: "shared".into(),
        slice: [Arc::new(1), Arc::new(2)].into(),
        matrix: [[1; 32], [2; 32]],
    }
}

#[test]
fn they_come_back() {
    let client = <dyn Types>::client(Loopback::<dyn Types>::new(&Same));
    assert_eq!(client.everything(everything()).ok(), Some(everything()));
    assert_eq!(client.perhaps(Some("a")).ok(), Some(Some("a".to_owned())));
    assert_eq!(client.largest([3, 9, 4].into()).ok(), Some(9));
    assert_eq!(client.shared(["a".to_owned(), "b".to_owned()].into()).ok(), Some("ab".into()));
    assert_eq!(client.deep(Around { inner: Vec::new() }).ok(), Some(0));
}

#[test]
fn their_schemas_are_what_serde_writes() {
    let interfaces = read_interfaces(<dyn Types>::DESCRIPTOR).expect("it is a descriptor");
    let plugix_abi::interface::Shape::Value(ty) = &interfaces[0].methods[0].returns.value else {
        panic!("it is a value");
    };
    let expected = "{ queue: Vec<u8>, list: Vec<char>, map: Map<String, Vec<u16>>, set: Vec<i8>, \
        sorted: Map<bool, Option<()>>, tuple: (u8, i16, f32), array: [u64; 32], wide: (u128, i128), path: String, \
        duration: { secs: u64, nanos: u32 }, time: { secs_since_epoch: u64, nanos_since_epoch: u32 }, \
        address: V4(u8, u8, u8, u8) | V6(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8), \
        socket: V4([u8; 4], u16) | V6([u8; 16], u16), \
        range: { start: u32, end: u32 }, closed: { start: i64, end: i64 }, text: String, nested: Vec<Vec<f32>>, \
        generic: (u16, String), result: Ok(u8) | Err(String), shared: String, slice: Vec<u8>, \
        matrix: [[u8; 32]; 2] }";
    assert_eq!(ty.to_string(), expected);
}

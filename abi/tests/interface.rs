//! `#[interface]`: a client calls an implementation, and both do what the trait says.

mod loopback;

use loopback::{Failure, Loopback};
use plugix_abi::interface::{CallError, ImportKind, Interface, Version};
use plugix_abi::{Pod, PodSlice, PodVec, Schema, Status, Zeroable, interface};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable, Schema)]
#[repr(C)]
struct Rgba {
    channels: [u8; 4],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
enum CountError {
    NotFound(String),
    TooDeep { depth: u32 },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Note<'a> {
    author: &'a str,
    stars: Option<u8>,
}

/// Counts words.
///
/// And more.
#[interface(version = "1.2")]
trait WordCount {
    /// Counts words in every file below `dir`.
    fn count(&self, dir: &str) -> Result<BTreeMap<String, u64>, CountError>;
    fn blur(&self, pixels: PodSlice<'_, Rgba>, radius: u32) -> PodVec<Rgba>;
    fn nothing(&self);
    fn add(&self, a: i32, b: i32) -> i32;
    fn join(&self, parts: &[String], by: char) -> String;
    fn reverse(&self, bytes: Vec<u8>, times: u8) -> Result<Vec<u8>, String>;
    fn sum(&self, bytes: &[u8], note: Note<'_>, table: &BTreeMap<String, u64>) -> u64;
    /// Later methods may be missing.
    fn later(&self, word: String) -> u32 {
        word.len() as u32 + self.add(1, 2) as u32
    }
    fn latest(&self, dir: String) -> Result<u32, CountError> {
        Ok(self.count(&dir)?.len() as u32)
    }
}

struct Counter;

impl WordCount for Counter {
    fn count(&self, dir: &str) -> Result<BTreeMap<String, u64>, CountError> {
        match dir {
            "/books" => Ok(BTreeMap::from([("whale".into(), 1), ("sea".into(), 455)])),
            "/deep" => Err(CountError::TooDeep { depth: 7 }),
            other => Err(CountError::NotFound(other.into())),
        }
    }

    fn blur(&self, pixels: PodSlice<'_, Rgba>, radius: u32) -> PodVec<Rgba> {
        let blurred = |pixel: &Rgba| Rgba { channels: pixel.channels.map(|c| c.wrapping_add(radius as u8)) };
        pixels.iter().map(blurred).collect()
    }

    fn nothing(&self) {}

    fn add(&self, a: i32, b: i32) -> i32 {
        a.wrapping_add(b)
    }

    fn join(&self, parts: &[String], by: char) -> String {
        parts.join(&by.to_string())
    }

    fn reverse(&self, mut bytes: Vec<u8>, times: u8) -> Result<Vec<u8>, String> {
        bytes.reverse();
        if times == 1 { Ok(bytes) } else { Err(format!("{times} times")) }
    }

    fn sum(&self, bytes: &[u8], note: Note<'_>, table: &BTreeMap<String, u64>) -> u64 {
        bytes.iter().map(|&b| u64::from(b)).sum::<u64>() + note.author.len() as u64 + table.values().sum::<u64>()
    }

    fn later(&self, _: String) -> u32 {
        0
    }
}

fn client(methods: usize) -> WordCountClient<Loopback<'static, dyn WordCount>> {
    let mut caller = Loopback::<dyn WordCount>::new(&Counter);
    caller.methods = methods;
    <dyn WordCount>::client(caller)
}

#[test]
fn each_kind_of_method() {
    let counter = client(usize::MAX);
    assert_eq!(counter.count("/books").unwrap()["sea"], 455);
    assert_eq!(counter.count("/deep"), Err(CallError::Returned(CountError::TooDeep { depth: 7 })));
    assert_eq!(counter.count("no"), Err(CallError::Returned(CountError::NotFound("no".into()))));
    let pixels = [Rgba { channels: [1, 2, 3, 255] }; 3];
    let blurred = counter.blur((&pixels[..]).into(), 1).unwrap();
    assert_eq!(*blurred, [Rgba { channels: [2, 3, 4, 0] }; 3]);
    counter.nothing().unwrap();
    assert_eq!(counter.add(-7, 5), Ok(-2));
    assert_eq!(counter.join(&["a".into(), "b".into()], 'ß').unwrap(), "aßb");
    assert_eq!(counter.reverse(b"abc".into(), 1).unwrap(), b"cba");
    assert_eq!(counter.reverse(b"abc".into(), 2), Err(CallError::Returned("2 times".into())));
    let table = BTreeMap::from([("x".to_owned(), 1000)]);
    assert_eq!(counter.sum(&[1, 2], Note { author: "me", stars: None }, &table), Ok(1005));
    assert_eq!(counter.later("four".into()), Ok(0));
    assert_eq!(counter.latest("/books".into()), Ok(2));
}

#[test]
fn default_bodies_run_here_when_the_other_side_is_older() {
    let counter = client(7);
    assert_eq!(counter.later("four".into()), Ok(7));
    assert_eq!(counter.latest("/books".into()), Ok(2));
    assert_eq!(counter.latest("/deep".into()), Err(CallError::Returned(CountError::TooDeep { depth: 7 })));
    assert_eq!(client(3).add(1, 2), Err(Failure::NotProvided));
}

#[test]
#[should_panic(expected = "`add`, which a default body of `WordCount` needs, failed: NotProvided")]
fn default_bodies_panic_when_what_they_call_fails() {
    let _ = client(3).later("four".into());
}

#[test]
fn constants() {
    type Contract = dyn WordCount;
    assert_eq!(Contract::NAME, "WordCount");
    assert_eq!(Contract::VERSION, Version { major: 1, minor: 2, patch: 0 });
    assert_eq!(Contract::INFO.docs, "Counts words.\n\nAnd more.");
    let signatures: Vec<_> = Contract::METHODS.iter().map(|method| method.signature).collect();
    assert_eq!(
        signatures,
        [
            "count(dir: &str) -> Result<BTreeMap<String, u64>, CountError>",
            "blur(pixels: PodSlice<'_, Rgba>, radius: u32) -> PodVec<Rgba>",
            "nothing()",
            "add(a: i32, b: i32) -> i32",
            "join(parts: &[String], by: char) -> String",
            "reverse(bytes: Vec<u8>, times: u8) -> Result<Vec<u8>, String>",
            "sum(bytes: &[u8], note: Note<'_>, table: &BTreeMap<String, u64>) -> u64",
            "later(word: String) -> u32",
            "latest(dir: String) -> Result<u32, CountError>",
        ]
    );
    let optional: Vec<_> = Contract::METHODS.iter().map(|method| method.optional).collect();
    assert_eq!(optional, [false, false, false, false, false, false, false, true, true]);
    let scalar: Vec<_> = (0..9).filter(|&i| Contract::METHODS[i].import == ImportKind::Scalar).collect();
    assert_eq!(scalar, [2, 3]);
    assert_eq!(Contract::METHODS[7].docs, "Later methods may be missing.");
    assert_eq!(Contract::METHODS[1].args[1].name, "radius");
}

#[test]
fn scalars_pass_in_registers() {
    let add = <dyn WordCount>::scalar_fn(3).unwrap();
    assert_eq!(add(&Counter, -7_i64 as u64, 5, 0, 0), Some(-2_i32 as u32));
    assert_eq!(add(&Counter, 1 << 31, 5, 0, 0), None, "out of an `i32`'s range");
    assert_eq!(<dyn WordCount>::scalar_fn(2).unwrap()(&Counter, 0, 0, 0, 0), Some(0));
    assert!(<dyn WordCount>::scalar_fn(0).is_none() && <dyn WordCount>::scalar_fn(99).is_none());
}

#[test]
fn bad_arguments_are_named() {
    let bad = |method, args: &[u8]| {
        loopback::dispatch::<dyn WordCount, _>(&Counter, method, args, |status, message| {
            assert_eq!(status, Status::BadArguments);
            String::from_utf8(message.to_vec()).unwrap()
        })
    };
    assert_eq!(bad(2, b"x"), "argument `…`: 1 bytes too many");
    assert_eq!(
        bad(3, b"\x01"),
        "argument `b`: not a value of the declared type: Hit the end of buffer, expected more data"
    );
    assert_eq!(
        bad(0, b"\x02\xff\xff"),
        "argument `dir`: not a value of the declared type: Tried to parse invalid utf-8"
    );
}

//! A plugin in plain `cargo test`: calls through its interfaces, and a host of fakes.

use plugix_guest::abi::Stream;
use plugix_guest::abi::interface::CallError;
use plugix_guest::testing::{self, Host, TestError};
use plugix_guest::{HostError, Plugin, abi, host, plugin};
use serde::{Deserialize, Serialize};
use std::thread;

#[plugix_abi::interface(version = "1")]
trait Sums {
    /// Adds what the host has of each, on a thread for each.
    fn sum(&self, keys: Vec<String>) -> Result<u64, String>;
    fn halves(&self, numbers: Stream<u32>) -> Stream<u32>;
    fn write(&self, text: Unreadable);
    fn fail(&self);
}

#[plugix_abi::interface(version = "1")]
trait Numbers {
    fn number(&self, key: &str) -> Result<u64, String>;
    fn all(&self, from: u32) -> Stream<u32>;
    fn greatest(&self) -> u64 {
        7
    }
}

/// Is written as a text, and read as a number.
#[derive(abi::Schema)]
#[schema(crate = plugix_guest::abi)]
struct Unreadable(#[expect(dead_code, reason = "only its schema counts")] u8);

impl Serialize for Unreadable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("text")
    }
}

impl<'de> Deserialize<'de> for Unreadable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(Self)
    }
}

struct Adder {
    start: u64,
}

#[plugin(description = "Adds")]
impl Plugin for Adder {
    type Config = (u64, bool);

    fn new((start, is_wanted): (u64, bool)) -> Result<Self, Box<dyn std::error::Error>> {
        if is_wanted { Ok(Self { start }) } else { Err("nobody wants it".into()) }
    }
}

#[plugin]
impl Sums for Adder {
    fn sum(&self, keys: Vec<String>) -> Result<u64, String> {
        let ask = |key: String| thread::spawn(move || host::<dyn Numbers>().number(&key));
        let asked: Vec<_> = keys.into_iter().map(ask).collect();
        asked.into_iter().try_fold(self.start, |sum, thread| {
            Ok(sum + thread.join().expect("it doesn't panic").map_err(|error| error.to_string())?)
        })
    }

    fn halves(&self, numbers: Stream<u32>) -> Stream<u32> {
        Stream::fallible(numbers.map(|number| number.map(|number| number / 2)))
    }

    fn write(&self, _: Unreadable) {}

    fn fail(&self) {
        panic!("it fails")
    }
}

fn adder() -> <dyn Sums as abi::Interface>::Client<testing::Loopback<dyn Sums>> {
    let adder = testing::start::<Adder>(&(1_u64, true)).expect("the configuration fits");
    testing::client(<dyn Sums>::provider(adder))
}

#[test]
fn a_configuration_is_what_the_plugin_asks_for() {
    assert_eq!(testing::start::<Adder>(&(1_u64, true)).map(|adder| adder.start), Ok(1));
    let refused = testing::start::<Adder>(&(1_u64, false)).map(|adder| adder.start);
    assert_eq!(refused, Err(TestError::Refused("nobody wants it".into())));
    let wrong = testing::start::<Adder>("text").map(|adder| adder.start);
    assert!(matches!(wrong, Err(TestError::Configuration(_))), "{wrong:?}");
}

#[test]
fn a_panic_is_an_error_with_its_place() {
    let Err(TestError::Panicked(report)) = adder().fail() else { panic!("it didn't panic") };
    assert_eq!((report.message.as_str(), report.file.ends_with("testing.rs")), ("it fails", true));
}

#[test]
fn arguments_cross_as_they_do_in_a_sandbox() {
    let Err(TestError::BadArguments(message)) = adder().write(Unreadable(1)) else { panic!("it was read") };
    assert!(message.contains("bytes too many"), "{message}");
}

#[test]
fn streams_go_both_ways() {
    let halves = adder().halves(Stream::new(0..10_000)).expect("the call succeeds");
    let halves: Result<Vec<u32>, _> = halves.collect();
    assert_eq!(halves, Ok((0..10_000).map(|number| number / 2).collect()));
    let broken: Vec<_> = adder().halves(Stream::fallible([Ok(8), Err("off")])).expect("the call succeeds").collect();
    assert!(matches!(broken.as_slice(), [Ok(4), Err(_)]), "{broken:?}");
}

#[test]
fn a_fake_answers_calls_of_all_threads() {
    let numbers = NumbersFake::new().on_number(|key| match key {
        "" => Err("no key".into()),
        "panic" => panic!("no such number"),
        key => Ok(key.len() as u64),
    });
    let calls = numbers.calls();
    let installed = Host::new().provide(<dyn Numbers>::provider(numbers)).install();
    let sum = |keys: &[&str]| adder().sum(keys.iter().map(ToString::to_string).collect());
    assert_eq!(sum(&["a", "bb", "ccc"]), Ok(7));
    assert_eq!((calls.of("number"), calls.total()), (3, 3));
    assert_eq!(sum(&[""]), Err(CallError::Returned("no key".into())));
    let panicked = sum(&["panic"]);
    assert_eq!(panicked, Err(CallError::Returned("the host function panicked: no such number".into())));
    // What has no answer says how it gets one.
    let Err(HostError::Panicked(report)) = host::<dyn Numbers>().all(1) else { panic!("it has no answer") };
    assert_eq!(report.message, "the fake of `Numbers` has no answer for `all`: give it one with `on_all`");
    // A host provides what it was given, and nothing else.
    drop(installed);
    let _empty = Host::new().install();
    assert_eq!(sum(&["a"]), Err(CallError::Returned("the host doesn't provide this function".into())));
}

#[test]
fn a_host_is_any_implementation() {
    struct Endless;
    impl Numbers for Endless {
        fn number(&self, _: &str) -> Result<u64, String> {
            Ok(1)
        }
        fn all(&self, from: u32) -> Stream<u32> {
            Stream::new(from..)
        }
    }
    let _host = Host::new().provide(<dyn Numbers>::provider(Endless)).install();
    let first: Vec<_> = host::<dyn Numbers>().all(3).expect("it is provided").take(2).collect();
    assert_eq!(first, [Ok(3), Ok(4)]);
    assert_eq!(host::<dyn Numbers>().greatest(), Ok(7));
}

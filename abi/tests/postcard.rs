//! Values have postcard's bytes, and bytes are the values, or the errors, of postcard.

use plugix_abi::interface::{Bounds, DecodeError, EncodeArg, EncodeError, Measure, Sink, SliceSink, Value, decode};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::mem::MaybeUninit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Choice {
    Nothing,
    Number(i64),
    Pair(u32, String),
    Named { wide: i128, letter: char },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Wrapped(Option<Box<Choice>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct All {
    small: (bool, i8, u8, Unit),
    unsigned: (Vec<u16>, Vec<u32>, Vec<u64>),
    signed: (Vec<i16>, Vec<i32>, Vec<i64>),
    wide: Vec<u128>,
    floats: (f32, f64),
    choices: Vec<Choice>,
    map: BTreeMap<String, Wrapped>,
    array: [u32; 3],
}

/// Numbers with any number of bits.
macro_rules! numbers {
    ($number:ty) => {
        vec((any::<$number>(), 0..<$number>::BITS).prop_map(|(number, shift)| number >> shift), 0..20)
    };
}

fn choice() -> impl Strategy<Value = Choice> {
    prop_oneof![
        Just(Choice::Nothing),
        any::<i64>().prop_map(Choice::Number),
        any::<(u32, String)>().prop_map(|(number, text)| Choice::Pair(number, text)),
        any::<(i128, char)>().prop_map(|(wide, letter)| Choice::Named { wide, letter }),
    ]
}

fn all() -> impl Strategy<Value = All> {
    let unsigned = (numbers!(u16), numbers!(u32), numbers!(u64));
    let signed = (numbers!(i16), numbers!(i32), numbers!(i64));
    let floats = (-1e9_f32..1e9, -1e99_f64..1e99);
    let map = btree_map(any::<String>(), prop::option::of(choice().prop_map(Box::new)).prop_map(Wrapped), 0..4);
    let small = any::<(bool, i8, u8)>().prop_map(|(truth, signed, byte)| (truth, signed, byte, Unit));
    (small, unsigned, signed, numbers!(u128), floats, vec(choice(), 0..5), map, any::<[u32; 3]>()).prop_map(
        |(small, unsigned, signed, wide, floats, choices, map, array)| All {
            small,
            unsigned,
            signed,
            wide,
            floats,
            choices,
            map,
            array,
        },
    )
}

/// What a host decodes, and what a plugin decodes.
const BOTH: [Bounds; 2] = [Bounds::of(1 << 30), Bounds::NONE];

#[track_caller]
fn same_as_postcard<T: Serialize + DeserializeOwned + Debug + PartialEq>(bytes: &[u8]) {
    let expected = match postcard::take_from_bytes::<T>(bytes) {
        Ok((value, [])) => Ok(postcard::to_allocvec(&value).unwrap()),
        Ok((_, rest)) => Err(DecodeError::Trailing(rest.len())),
        Err(error) => Err(DecodeError::Postcard(error)),
    };
    for bounds in BOTH {
        // Bytes are compared, since one number is no number.
        let decoded = decode::<T>(bytes, bounds).map(|value| postcard::to_allocvec(&value).unwrap());
        assert_eq!(decoded, expected, "{bytes:?}");
    }
}

proptest! {
    #[test]
    fn values_have_the_bytes_of_postcard(value in all()) {
        let expected = postcard::to_allocvec(&value).unwrap();
        let mut bytes = Vec::new();
        Value(&value).encode(&mut bytes).unwrap();
        prop_assert_eq!(&bytes, &expected);
        for bounds in BOTH {
            prop_assert_eq!(&decode::<All>(&bytes, bounds).unwrap(), &value);
        }

        let mut measure = Measure::default();
        Value(&value).encode(&mut measure).unwrap();
        prop_assert_eq!(measure.position(), expected.len());
        let mut room = vec![MaybeUninit::uninit(); expected.len()];
        let mut exact = SliceSink::new(&mut room);
        Value(&value).encode(&mut exact).unwrap();
        prop_assert_eq!(exact.written(), &expected[..]);
        room.pop();
        let full = Value(&value).encode(&mut SliceSink::new(&mut room));
        prop_assert_eq!(full, Err(EncodeError::Full));
    }

    #[test]
    fn changed_bytes_are_what_they_are_in_postcard(value in all(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), cut in any::<prop::sample::Index>()) {
        let mut bytes = postcard::to_allocvec(&value).unwrap();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        same_as_postcard::<All>(&bytes);
        same_as_postcard::<All>(&bytes[..cut.index(bytes.len())]);
    }

    #[test]
    fn any_bytes_are_what_they_are_in_postcard(bytes in vec(prop_oneof![any::<u8>(), Just(0xff), Just(0x80), 0_u8..4], 0..24)) {
        same_as_postcard::<u16>(&bytes);
        same_as_postcard::<i16>(&bytes);
        same_as_postcard::<u32>(&bytes);
        same_as_postcard::<i32>(&bytes);
        same_as_postcard::<u64>(&bytes);
        same_as_postcard::<i64>(&bytes);
        same_as_postcard::<u128>(&bytes);
        same_as_postcard::<i128>(&bytes);
        same_as_postcard::<(u32, u64, u16)>(&bytes);
        same_as_postcard::<char>(&bytes);
        same_as_postcard::<(String, bool)>(&bytes);
        same_as_postcard::<Choice>(&bytes);
        same_as_postcard::<Vec<Option<i32>>>(&bytes);
        same_as_postcard::<BTreeMap<u8, (f32, ())>>(&bytes);
    }
}

/// A text that is only displayed, and a sequence that may not say how long it is.
struct Shown(u32);

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{} is {}", self.0, "a number"))
    }
}

struct Unknown;

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq([1, 2, 3].into_iter().filter(|number| *number > 0))
    }
}

#[test]
fn what_is_displayed_is_a_text() {
    let mut bytes = Vec::new();
    Value(&Shown(7)).encode(&mut bytes).unwrap();
    assert_eq!(bytes, postcard::to_allocvec("7 is a number").unwrap());
}

#[test]
fn a_sequence_without_a_length_is_an_error() {
    let error = Value(&Unknown).encode(&mut Vec::new());
    assert_eq!(error, Err(EncodeError::Unsupported(postcard::Error::SerializeSeqLengthUnknown)));
}

#[test]
fn what_describes_itself_is_an_error() {
    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum Any {
        Number(u8),
    }
    for bounds in BOTH {
        assert_eq!(decode::<Any>(&[1], bounds), Err(DecodeError::Postcard(postcard::Error::WontImplement)));
    }
}

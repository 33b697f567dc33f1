//! Every supported type comes back as it was sent.

mod loopback;

use loopback::{Copied, Failure, Loopback, dispatch};
use plugix_abi::interface::{CallError, DecodeError, EncodeArg, Interface, Postcard, Raw, Return, Value};
use plugix_abi::{Pod, PodSlice, PodVec, Schema, Status, Zeroable, interface};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable, Schema)]
#[repr(C)]
struct Sample {
    time: u64,
    value: f32,
    channel: [i16; 2],
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Record {
    name: String,
    tags: Vec<Tag>,
    place: Option<(f64, f64)>,
    code: [u8; 3],
    #[serde(rename = "letter")]
    initial: char,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
enum Tag {
    Plain,
    Named(String),
    Pair(i8, i128),
    Nested { inner: Box<Newtype> },
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Newtype(Result<u128, bool>);

type Numbers = (u8, u16, u32, u64, i8, i16);
type MoreNumbers = (i32, i64, f32, f64, bool, char);

/// Returns what it is given.
#[interface(version = "1")]
trait Echo {
    fn numbers(&self, numbers: Numbers, more: MoreNumbers) -> (Numbers, MoreNumbers);
    fn scalars(&self, a: u8, b: i16, c: f64, d: bool) -> (u8, i16, f64, bool);
    fn float(&self, value: f32) -> f32;
    fn small(&self, value: i8) -> i8;
    fn text(&self, borrowed: &str, owned: String) -> (String, String);
    fn one_text(&self, text: String) -> String;
    fn bytes(&self, bytes: Vec<u8>) -> Vec<u8>;
    fn borrowed_bytes(&self, first: bool, bytes: &[u8], last: u16) -> (bool, Vec<u8>, u16);
    fn record(&self, record: &Record) -> Record;
    fn records(&self, records: &[Record]) -> Result<Vec<Record>, Record>;
    fn table(&self, table: BTreeMap<String, Option<Vec<i64>>>) -> BTreeMap<String, Option<Vec<i64>>>;
    fn samples(&self, before: &str, samples: PodSlice<'_, Sample>, after: u8) -> PodVec<Sample>;
    fn either(&self, value: Result<u16, String>) -> Result<u16, String>;
    fn samples_or(&self, samples: PodSlice<'_, u128>, fail: bool) -> Result<PodVec<u128>, u8>;
}

struct Same;

impl Echo for Same {
    fn numbers(&self, numbers: Numbers, more: MoreNumbers) -> (Numbers, MoreNumbers) {
        (numbers, more)
    }
    fn scalars(&self, a: u8, b: i16, c: f64, d: bool) -> (u8, i16, f64, bool) {
        (a, b, c, d)
    }
    fn float(&self, value: f32) -> f32 {
        value
    }
    fn small(&self, value: i8) -> i8 {
        value
    }
    fn text(&self, borrowed: &str, owned: String) -> (String, String) {
        (borrowed.into(), owned)
    }
    fn one_text(&self, text: String) -> String {
        text
    }
    fn bytes(&self, bytes: Vec<u8>) -> Vec<u8> {
        bytes
    }
    fn borrowed_bytes(&self, first: bool, bytes: &[u8], last: u16) -> (bool, Vec<u8>, u16) {
        (first, bytes.into(), last)
    }
    fn record(&self, record: &Record) -> Record {
        record.clone()
    }
    fn records(&self, records: &[Record]) -> Result<Vec<Record>, Record> {
        match records {
            [only] => Err(only.clone()),
            records => Ok(records.to_vec()),
        }
    }
    fn table(&self, table: BTreeMap<String, Option<Vec<i64>>>) -> BTreeMap<String, Option<Vec<i64>>> {
        table
    }
    fn samples(&self, _: &str, samples: PodSlice<'_, Sample>, _: u8) -> PodVec<Sample> {
        samples.to_vec().into()
    }
    fn either(&self, value: Result<u16, String>) -> Result<u16, String> {
        value
    }
    fn samples_or(&self, samples: PodSlice<'_, u128>, fail: bool) -> Result<PodVec<u128>, u8> {
        if fail { Err(9) } else { Ok(samples.to_vec().into()) }
    }
}

fn echo() -> EchoClient<Loopback<'static, dyn Echo>> {
    <dyn Echo>::client(Loopback::new(&Same))
}

fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        Just(Tag::Plain),
        any::<String>().prop_map(Tag::Named),
        any::<(i8, i128)>().prop_map(|(a, b)| Tag::Pair(a, b)),
        any::<Result<u128, bool>>().prop_map(|result| Tag::Nested { inner: Box::new(Newtype(result)) }),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let rest = any::<(String, Option<(f64, f64)>, [u8; 3], char)>();
    (rest, prop::collection::vec(tag(), 0..4)).prop_map(|((name, place, code, initial), tags)| Record {
        name,
        tags,
        place,
        code,
        initial,
    })
}

fn sample() -> impl Strategy<Value = Sample> {
    any::<(u64, f32, [i16; 2])>().prop_map(|(time, value, channel)| Sample { time, value, channel })
}

proptest! {
    #[test]
    fn numbers(numbers in any::<Numbers>(), more in any::<MoreNumbers>()) {
        prop_assert_eq!(echo().numbers(numbers, more), Ok((numbers, more)));
        let (a, _, _, _, small, b) = numbers;
        let (_, _, float, c, d, _) = more;
        prop_assert_eq!(echo().scalars(a, b, c, d), Ok((a, b, c, d)));
        prop_assert_eq!(echo().float(float), Ok(float));
        prop_assert_eq!(echo().small(small), Ok(small));
    }

    #[test]
    fn registers(float in any::<f32>(), small in any::<i8>()) {
        use plugix_abi::interface::{Scalar, ScalarReturn};
        let in_register = |method, bits| <dyn Echo>::scalar_fn(method).unwrap()(&Same, bits, 0, 0, 0).unwrap();
        prop_assert_eq!(ScalarReturn::<f32>::scalar(in_register(2, Scalar::to_bits(float))), Some(float));
        prop_assert_eq!(ScalarReturn::<i8>::scalar(in_register(3, Scalar::to_bits(small))), Some(small));
    }

    #[test]
    fn texts_and_bytes(texts in any::<(String, String)>(), bytes in any::<Vec<u8>>(), last in any::<u16>()) {
        prop_assert_eq!(echo().text(&texts.0, texts.1.clone()), Ok(texts.clone()));
        prop_assert_eq!(echo().one_text(texts.0.clone()), Ok(texts.0));
        prop_assert_eq!(echo().bytes(bytes.clone()), Ok(bytes.clone()));
        prop_assert_eq!(echo().borrowed_bytes(true, &bytes, last), Ok((true, bytes.clone(), last)));
    }

    #[test]
    fn structs(records in prop::collection::vec(record(), 0..4), table in any::<BTreeMap<String, Option<Vec<i64>>>>()) {
        for record in &records {
            prop_assert_eq!(&echo().record(record).unwrap(), record);
        }
        let expected = match records.as_slice() {
            [only] => Err(CallError::Returned(only.clone())),
            records => Ok(records.to_vec()),
        };
        prop_assert_eq!(echo().records(&records), expected);
        prop_assert_eq!(echo().table(table.clone()), Ok(table));
    }

    #[test]
    fn plain_memory(
        before in any::<String>(),
        samples in prop::collection::vec(sample(), 0..40),
        wide in any::<Vec<u128>>(),
        fail in any::<bool>(),
    ) {
        prop_assert_eq!(echo().samples(&before, (&samples).into(), 1).unwrap().into_vec(), samples);
        let expected = if fail { Err(CallError::Returned(9)) } else { Ok(wide.clone().into()) };
        prop_assert_eq!(echo().samples_or((&wide).into(), fail), expected);
    }

    #[test]
    fn results(value in any::<Result<u16, String>>()) {
        prop_assert_eq!(echo().either(value.clone()), value.map_err(CallError::Returned));
    }

    #[test]
    fn arbitrary_arguments_never_panic(method in 0..<dyn Echo>::METHODS.len(), args in any::<Vec<u8>>()) {
        dispatch::<dyn Echo, _>(&Same, method, &args, |_, _| ());
    }

    #[test]
    fn arbitrary_results_never_panic(bytes in any::<Vec<u8>>()) {
        let _ = Postcard::<Vec<Record>>::value(Copied(&bytes));
        let _ = Raw::<String>::value(Copied(&bytes));
        let _ = Raw::<PodVec<Sample>>::value(Copied(&bytes));
    }
}

#[test]
fn wrong_results_say_why() {
    let text = Raw::<String>::value(Copied(b"\xff"));
    assert_eq!(text, Err(Failure::Result(DecodeError::NotUtf8)));
    let samples = Raw::<PodVec<Sample>>::value(Copied(&[0; 17]));
    assert_eq!(samples, Err(Failure::Result(DecodeError::PartialElement { len: 17, element: 16 })));
    assert_eq!(Postcard::<u8>::value(Copied(&[1, 2])), Err(Failure::Result(DecodeError::Trailing(1))));
    let error = Postcard::<u8>::error::<_, Failure>(Copied(&[1]));
    assert_eq!(error, Err(Failure::Result(DecodeError::UnexpectedError)));
}

#[test]
fn wrong_elements_are_refused() {
    const SAMPLES: usize = 11;
    let bad = |args: &[u8]| {
        dispatch::<dyn Echo, _>(&Same, SAMPLES, args, |status, message| {
            assert_eq!(status, Status::BadArguments);
            String::from_utf8(message.to_vec()).unwrap()
        })
    };
    let aligned = [0_u128; 4];
    let bytes: &[u8] = plugix_abi::bytemuck::cast_slice(&aligned);
    let with = |start: &[u8]| {
        let mut copy = aligned;
        let bytes: &mut [u8] = plugix_abi::bytemuck::cast_slice_mut(&mut copy);
        bytes[..start.len()].copy_from_slice(start);
        copy
    };
    let one = with(&[0, 1]);
    let one: &[u8] = plugix_abi::bytemuck::cast_slice(&one);
    dispatch::<dyn Echo, _>(&Same, SAMPLES, &one[..25], |status, result| {
        assert_eq!((status, result), (Status::Ok, &bytes[..16]));
    });
    assert_eq!(bad(&one[..23]), "argument `samples`: fewer elements than stated");
    assert_eq!(bad(&[0, 0, 0, 0, 0, 0, 0, 1, 0]), "argument `samples`: elements that are not aligned");
    assert_eq!(bad(&[0, 1, 2, 0, 0, 0, 0, 0, 0]), "argument `samples`: elements that are not aligned");
    let shifted = [&[0; 8][..], one].concat();
    let start = shifted.as_ptr().align_offset(16) + 4;
    assert!(bad(&shifted[start..][..25]).starts_with("argument"), "the arguments begin between two words");
    let huge = [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
    assert_eq!(bad(&huge), "argument `samples`: fewer elements than stated");
}

#[test]
fn bytes_are_encoded_as_serde_does() {
    let bytes = [7_u8; 300];
    let mut ours = Vec::new();
    let mut serde = Vec::new();
    plugix_abi::interface::Bytes(&bytes).encode(&mut ours).unwrap();
    Value(&bytes[..]).encode(&mut serde).unwrap();
    assert_eq!(ours, serde);
}

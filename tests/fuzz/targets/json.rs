//! Results as JSON, of any type that a plugin may name. What is decoded can be encoded, and is the same after that.

use super::{framed, kind};
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::typed::Everything;
use plugix_host::__private::there_and_back;
use plugix_host::abi::__private::schema_of;
use plugix_host::abi::__private::write_plugin;
use plugix_host::abi::Schema;
use plugix_host::abi::interface::Shape;
use plugix_host::abi::interface::descriptor::{Needs, Type, read_plugin};
use serde_json::Value;
use std::collections::BTreeMap;

/// What stands before the type in a plugin's record: the format, the version, no SDK, no needs.
const BEFORE_TYPE: [u8; 8] = [1, 1, 0, 0, 0, 0, 0, 0];

/// An input is the length of a type (two bytes), the type, and bytes that may be its value.
pub(super) fn seeds() -> Vec<Vec<u8>> {
    let everything = super::result::seeds();
    vec![
        seed::<Everything>(&everything[0]),
        seed::<BTreeMap<String, Vec<Option<i16>>>>(&everything[1]),
        seed::<(String, char, f32, f64)>(b"\x02ab\x02\xc3\x9f\0\0\0\x3f\0\0\0\0\0\0\xf8\x7f"),
        seed::<BTreeMap<u64, bool>>(&[2, 1, 1, 0x80, 1, 0]),
        seed::<BTreeMap<i8, Result<(), char>>>(&[1, 0xff, 1, 1, b'x']),
        seed::<Vec<()>>(&[0x80, 1]),
        seed::<Point>(&[0x3f; 32]),
        seed::<(u128, i128, Vec<u8>)>(&[1, 2, 3, 4, 5, 6]),
    ]
}

fn seed<T: Schema>(value: &[u8]) -> Vec<u8> {
    let record = write_plugin::<4096>("", Needs::default(), schema_of::<T>());
    let len = record.len();
    let ty = &record.bytes()[4 + BEFORE_TYPE.len()..len];
    [&(ty.len() as u16).to_le_bytes()[..], ty, value].concat()
}

pub(super) fn run(input: &[u8]) -> u64 {
    let Some((len, rest)) = input.split_first_chunk() else { return 0 };
    let Some((ty, bytes)) = rest.split_at_checked(u16::from_le_bytes(*len).into()) else { return 1 };
    let Ok(plugin) = read_plugin(&framed(&[&BEFORE_TYPE, ty].concat())) else { return 2 };
    let shapes = [
        Shape::Value(plugin.config.clone()),
        Shape::Pod { element: plugin.config, size: 16, align: 4 },
        Shape::Text,
        Shape::Bytes,
    ];
    kind(shapes.map(|shape| check(&shape, bytes)))
}

/// How far it came.
fn check(shape: &Shape<Type>, bytes: &[u8]) -> u32 {
    let Some((value, encoded)) = there_and_back(shape, bytes) else { return 0 };
    // As a result, text and bytes have no length in front.
    let (Shape::Value(_), Ok(encoded)) = (shape, &encoded) else { return 1 + u32::from(encoded.is_ok()) };
    match there_and_back(shape, encoded) {
        Some((again, _)) => assert_eq!(again, value),
        None => panic!("{value} was encoded as something else"),
    }
    3 + size(&value).ilog2()
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().take(100).map(size).sum::<usize>(),
        Value::Object(values) => 1 + values.values().take(100).map(size).sum::<usize>(),
        _ => 1,
    }
}

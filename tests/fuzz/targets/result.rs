//! Results of typed calls. Any bytes make a value or an error, and a value is as good as its bytes.

use super::kind;
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::typed::{DivideError, Everything, Shape};
use plugix_host::abi::PodVec;
use plugix_host::abi::interface::{
    CallError, DecodeError, EncodeArg, Fallible, Payload, Postcard, Pull, Raw, Return, ScalarReturn, StreamError,
    Streamed, Value,
};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::mem::MaybeUninit;

type Table = BTreeMap<String, Vec<Option<i16>>>;

/// How many items a stream may have that is read here.
const ITEMS: usize = 10_000;

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let value = Everything {
        flag: true,
        small: (255, -128, 65535, -32768),
        large: (u32::MAX, i32::MIN, u64::MAX, i64::MIN, u128::MAX, i128::MIN),
        fractions: [1.5_f64.to_bits(), 0],
        letter: 'ß',
        text: "text".into(),
        bytes: vec![1, 2, 3],
        maybe: Some(7),
        shapes: vec![
            Shape::Empty,
            Shape::One(-1),
            Shape::Two("two".into(), 0.5),
            Shape::Named { points: vec![(1, -1)], label: None },
        ],
        map: BTreeMap::from([("key".into(), vec![300])]),
    };
    let mut seeds = vec![Vec::new(); 8];
    Value(&value).encode(&mut seeds[0]).expect("it can be encoded");
    Value(&Table::from([("k".into(), vec![Some(1), None])])).encode(&mut seeds[1]).expect("it can be encoded");
    seeds[2] = "text".into();
    seeds[3] = vec![0x3f; 32];
    seeds[4] = vec![1, 9];
    seeds[5] = vec![0, 2, 0, 0, 0, 7, 8];
    seeds[6] = vec![1, 1, 0, 0, 0, 2, b'a', b'b'];
    seeds[7] = b"\x02\0\0\0\0broken".to_vec();
    seeds
}

pub(super) fn run(bytes: &[u8]) -> u64 {
    let text = Raw::<String>::value(Bytes(bytes));
    if let Ok(text) = &text {
        assert_eq!(text.as_bytes(), bytes);
    }
    let points = Raw::<PodVec<Point>>::value(Bytes(bytes));
    assert_eq!(points.is_ok(), bytes.len().is_multiple_of(16));
    let error = Fallible::<ScalarReturn<u8>, DivideError>::error::<_, ()>(Bytes(bytes));
    if let Ok(CallError::Failed(())) = error {
        panic!("the payload of an error is a failure of the call");
    }
    kind((
        postcard::<Everything>(bytes),
        postcard::<Table>(bytes),
        postcard::<Vec<(char, bool, f32)>>(bytes),
        postcard::<()>(bytes),
        (text.is_ok(), error.is_ok()),
        (stream::<u16>(bytes), stream::<Vec<u8>>(bytes), stream::<(String, Option<bool>)>(bytes)),
    ))
}

/// Decodes a value, encodes it and decodes it again: both values are the same. The number is that of the error.
fn postcard<T>(bytes: &[u8]) -> Option<String>
where
    T: serde::Serialize + serde::de::DeserializeOwned + Debug,
{
    match Postcard::<T>::value(Bytes(bytes)) {
        Ok(value) => {
            let mut encoded = Vec::new();
            Value(&value).encode(&mut encoded).expect("what was decoded can be encoded");
            let again = Postcard::<T>::value(Bytes(&encoded)).expect("what was encoded can be decoded");
            assert_eq!(format!("{value:?}"), format!("{again:?}"));
            None
        }
        Err(DecodeError::Trailing(_)) => Some("trailing".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// Takes the items of a stream whose only chunk this is.
fn stream<T: plugix_host::abi::interface::Item>(chunk: &[u8]) -> (u32, bool) {
    let items = Streamed::<T>::value(Chunk(chunk.to_vec())).expect("the handle is one");
    let mut last = None;
    let count = items.take(ITEMS).inspect(|item| last = item.as_ref().err().cloned()).count();
    (count.checked_ilog2().unwrap_or(0), last.is_some())
}

/// A result that lies here.
struct Bytes<'a>(&'a [u8]);

// SAFETY: `copy_to` fills all of `room`. If `room` is not as long as the bytes, `copy_to` panics.
unsafe impl Payload for Bytes<'_> {
    type Error = DecodeError;

    fn len(&self) -> usize {
        self.0.len()
    }

    fn copy_to(self, room: &mut [MaybeUninit<u8>]) -> Result<(), DecodeError> {
        room.write_copy_of_slice(self.0);
        Ok(())
    }

    fn read<R>(self, read: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        Ok(read(self.0))
    }
}

/// A result that is a stream of one chunk.
struct Chunk(Vec<u8>);

// SAFETY: `copy_to` never returns `Ok`.
unsafe impl Payload for Chunk {
    type Error = DecodeError;

    fn len(&self) -> usize {
        4
    }

    fn copy_to(self, _: &mut [MaybeUninit<u8>]) -> Result<(), DecodeError> {
        Err(DecodeError::Truncated)
    }

    fn read<R>(self, _: impl FnOnce(&[u8]) -> R) -> Result<R, DecodeError> {
        Err(DecodeError::Truncated)
    }

    fn open(self) -> Result<Box<dyn Pull>, DecodeError> {
        struct Once(Option<Vec<u8>>);
        impl Pull for Once {
            fn pull(&mut self, chunk: &mut Vec<u8>) -> Result<(), StreamError> {
                *chunk = self.0.take().ok_or_else(|| StreamError::new("over"))?;
                Ok(())
            }
        }
        Ok(Box::new(Once(Some(self.0))))
    }
}

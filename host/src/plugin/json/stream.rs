//! A stream in JSON: the list of its items.

use super::decode::Reader;
use super::encode::encode;
use super::{DecodeFailure, Mismatch};
use crate::running::imports;
use plugix_abi::interface::descriptor::{Primitive, Type};
use plugix_abi::interface::{CHUNK_LEN, Chunk, Produce, StreamError};
use serde_json::Value;
use std::slice::from_ref;
use std::vec::IntoIter;

/// Items that are encoded already.
struct Encoded(IntoIter<Vec<u8>>);

impl Produce for Encoded {
    fn produce(&mut self, chunk: &mut Vec<u8>, _: &mut dyn FnMut() -> bool) -> bool {
        let (mut count, mut items) = (0, Vec::new());
        while items.len() < CHUNK_LEN
            && let Some(item) = self.0.next()
        {
            items.extend(item);
            count += 1;
        }
        let more = self.0.len() > 0;
        Chunk { count, items: &items, more }.write(chunk);
        more
    }
}

/// Encodes each item of a stream. A text is one item of bytes.
///
/// # Errors
/// What is wrong with which item, in words.
pub(crate) fn encode_items(item: &Type, value: &Value) -> Result<Vec<Vec<u8>>, String> {
    let items = match value {
        Value::Array(items) => items.as_slice(),
        Value::String(_) if is_bytes(item) => from_ref(value),
        _ => return Err(Mismatch::new(&Type::Seq(item.clone().into()), value).to_string()),
    };
    let encode_item = |(i, value): (usize, &Value)| {
        // A text is easier to write than its bytes, and is encoded alike.
        let ty = if is_bytes(item) && value.is_string() { &Type::Primitive(Primitive::String) } else { item };
        let mut out = Vec::new();
        encode(ty, value, &mut out).map_err(|mismatch| mismatch.inside(format!("[{i}]")).to_string())?;
        Ok(out)
    };
    items.iter().enumerate().map(encode_item).collect()
}

fn is_bytes(item: &Type) -> bool {
    matches!(item, Type::Seq(element) if **element == Type::Primitive(Primitive::U8))
}

/// Offers a list to the plugin that waits, as a stream. Returns the handle, as it travels.
///
/// # Errors
/// What is wrong with the list, in words.
pub(crate) fn offer_items(item: &Type, value: &Value) -> Result<Vec<u8>, String> {
    let items = Encoded(encode_items(item, value)?.into_iter());
    let handle = imports::offer(Box::new(items)).ok_or("streams can't be passed here")?;
    Ok(handle.to_le_bytes().into())
}

impl Reader<'_> {
    /// Takes all items of a stream, until it ends or breaks off.
    pub(super) fn stream(&mut self, item: &Type) -> Result<(Value, Option<StreamError>), DecodeFailure> {
        let wrong = |problem: &str| DecodeFailure::Wrong(problem.to_owned());
        let handle = self.array().map(u32::from_le_bytes).ok_or_else(|| wrong("fewer bytes than a stream has"))?;
        let mut chunks = imports::open(handle).ok_or_else(|| wrong("streams can't be passed here"))?;
        let (mut items, mut chunk) = (Vec::new(), Vec::new());
        loop {
            match chunks.pull(&mut chunk).and_then(|()| Chunk::read(&chunk)) {
                Ok(read) => match self.items(item, read, &mut items) {
                    Ok(()) if read.more => {}
                    Ok(()) => return Ok((items.into(), None)),
                    Err(DecodeFailure::Wrong(problem)) => return Ok((items.into(), Some(StreamError::new(problem)))),
                    Err(DecodeFailure::TooLarge) => {
                        let problem =
                            "a stream is taken whole here, and this one is too large for that: give one that ends";
                        return Err(wrong(problem));
                    }
                },
                Err(error) => return Ok((items.into(), Some(error))),
            }
        }
    }

    /// Decodes the items of a chunk.
    fn items(&mut self, item: &Type, chunk: Chunk<'_>, items: &mut Vec<Value>) -> Result<(), DecodeFailure> {
        let mut reader = self.within(chunk.items);
        let read = (0..chunk.count).try_for_each(|_| {
            items.push(reader.shown(item)?);
            Ok(())
        });
        let rest = reader.rest();
        self.budget = reader.budget;
        match read {
            Ok(()) if rest > 0 => Err(DecodeFailure::Wrong(format!("{rest} bytes too many"))),
            read => read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chunks(mut items: Encoded) -> Vec<(u32, bool)> {
        let mut chunk = Vec::new();
        let mut next = || {
            let more = items.produce(&mut chunk, &mut || false);
            let read = Chunk::read(&chunk).expect("it is a chunk");
            assert_eq!(read.more, more);
            (read.count, more)
        };
        let mut all = vec![next()];
        while all.last().is_some_and(|(_, more)| *more) {
            all.push(next());
        }
        all
    }

    #[test]
    fn a_list_is_sent_in_chunks() {
        let encoded =
            |value| Encoded(encode_items(&Type::Primitive(Primitive::String), &value).expect("fine").into_iter());
        assert_eq!(chunks(encoded(json!([]))), [(0, false)]);
        assert_eq!(chunks(encoded(json!(["a", "b"]))), [(2, false)]);
        let long = "a".repeat(CHUNK_LEN / 2);
        assert_eq!(chunks(encoded(json!([long, long, long]))), [(2, true), (1, false)]);
    }

    #[test]
    fn bytes_may_be_texts() {
        let bytes = Type::Seq(Type::Primitive(Primitive::U8).into());
        let expected = vec![vec![2, b'a', b'b']];
        for value in [json!([[97, 98]]), json!(["ab"]), json!("ab")] {
            assert_eq!(encode_items(&bytes, &value), Ok(expected.clone()));
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let numbers = Type::Primitive(Primitive::U8);
        assert_eq!(encode_items(&numbers, &json!([1, "a"])), Err("[1]: expected u8, found \"a\"".to_owned()));
        assert_eq!(encode_items(&numbers, &json!(1)), Err("expected Vec<u8>, found 1".to_owned()));
    }
}

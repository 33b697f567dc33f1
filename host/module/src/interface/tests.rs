//! The rewriting against a model: a value is what its names say, and is encoded by the type of whoever reads it.

mod model;

use super::plan::compare;
use super::rewrite::{Argument, Rewrite, arguments};
use super::{Difference, Sides};
use model::{Rng, encode, pair, value};
use plugix_abi::interface::descriptor::{Field, Primitive, Type};
use plugix_abi::interface::{Bounds, DecodeError, Shape};
use proptest::prelude::*;

const BOUNDS: Bounds = Bounds::of(1 << 20);

fn rewrite(from: &Type, to: &Type) -> Result<Option<Rewrite>, Difference> {
    Ok(compare(from, to, Sides::RESULT)?.map(|plan| Rewrite { from: from.clone(), plan }))
}

/// The value as the reader gets it.
fn passed(rewrite: Option<&Rewrite>, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    rewrite.map_or_else(|| Ok(bytes.to_vec()), |rewrite| rewrite.value(bytes, BOUNDS))
}

/// Whether the bytes are a value of this type.
fn is_value(ty: &Type, bytes: &[u8]) -> bool {
    let all = [Argument { shape: Shape::Value(ty.clone()), plan: None }];
    arguments(&all, bytes, BOUNDS).is_ok_and(|copied| copied == bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn values_are_what_their_names_say(seed in any::<u64>()) {
        let mut rng = Rng::new(seed);
        let (from, to) = pair(&mut rng, 4);
        let rewrite = rewrite(&from, &to).expect("the change is allowed");
        for _ in 0..4 {
            let value = value(&from, &mut rng);
            let sent = encode(&value, &from);
            prop_assert!(is_value(&from, &sent));
            prop_assert_eq!(passed(rewrite.as_ref(), &sent), Ok(encode(&value, &to)), "{} → {}", from, to);
        }
    }

    #[test]
    fn any_bytes_are_refused_or_become_a_value(seed in any::<u64>(), bytes in any::<Vec<u8>>(), at in any::<usize>()) {
        let mut rng = Rng::new(seed);
        let (from, to) = pair(&mut rng, 4);
        let Some(rewrite) = rewrite(&from, &to).expect("the change is allowed") else { return Ok(()) };
        // Nearly a value, and anything.
        let mut near = encode(&value(&from, &mut rng), &from);
        if !near.is_empty() {
            let at = at % near.len();
            near[at] = near[at].wrapping_add(1);
        }
        for bytes in [near, bytes] {
            if let Ok(written) = rewrite.value(&bytes, BOUNDS) {
                prop_assert!(is_value(&from, &bytes) && is_value(&to, &written));
            }
        }
    }

    #[test]
    fn several_values_and_arguments_are_one_after_the_other(seed in any::<u64>()) {
        let mut rng = Rng::new(seed);
        let (from, to) = pair(&mut rng, 3);
        let plan = compare(&from, &to, Sides::ARGUMENT).expect("the change is allowed");
        let values = [value(&from, &mut rng), value(&from, &mut rng)];
        let [sent, expected] = [&from, &to].map(|ty| values.each_ref().map(|value| encode(value, ty)));
        // Elements begin at a multiple of 8 on both sides.
        let elements = |before: &[u8]| {
            let mut bytes = [before, &[2]].concat();
            bytes.resize(bytes.len().next_multiple_of(8), 0);
            [bytes, vec![7; 16]].concat()
        };
        let all = [
            Argument { shape: Shape::Value(from.clone()), plan },
            Argument { shape: Shape::Pod { element: Type::Primitive(Primitive::U64), size: 8, align: 8 }, plan: None },
            Argument { shape: Shape::Stream(from.clone()), plan: None },
        ];
        let handle = [1, 2, 3, 4];
        let written = arguments(&all, &[elements(&sent[0]), handle.to_vec()].concat(), BOUNDS);
        prop_assert_eq!(written, Ok([elements(&expected[0]), handle.to_vec()].concat()));
        if let Some(rewrite) = rewrite(&from, &to).expect("the change is allowed") {
            prop_assert_eq!(rewrite.values(2, &sent.concat(), BOUNDS), Ok(expected.concat()));
            prop_assert_eq!(rewrite.value(&[&sent[0][..], &[0]].concat(), BOUNDS), Err(DecodeError::Trailing(1)));
        }
    }
}

/// Compares what is a value of a type with what postcard says.
macro_rules! as_postcard {
    ($($primitive:ident: $ty:ty),*) => {
        proptest! {
            #[test]
            fn plain_values_are_those_of_postcard(mut bytes in prop::collection::vec(any::<u8>(), 0..20), all_long: bool) {
                if all_long {
                    bytes.iter_mut().rev().skip(1).for_each(|byte| *byte |= 0x80);
                }
                $(
                    let by_postcard = postcard::take_from_bytes::<$ty>(&bytes).is_ok_and(|(_, rest)| rest.is_empty());
                    let ty = Type::Primitive(Primitive::$primitive);
                    prop_assert_eq!(is_value(&ty, &bytes), by_postcard, "{} {:?}", ty, bytes);
                )*
            }
        }
    };
}

as_postcard! {
    Bool: bool, I8: i8, I16: i16, I32: i32, I64: i64, I128: i128, U8: u8, U16: u16, U32: u32, U64: u64, U128: u128,
    F32: f32, F64: f64, String: String
}

proptest! {
    /// Of a text with several characters, postcard takes the first. A character is a text of one here.
    #[test]
    fn a_character_is_a_text_of_one(text in "[\0aé€🦀]{0,3}", bytes in prop::collection::vec(any::<u8>(), 0..6)) {
        for bytes in [postcard::to_allocvec(&text).unwrap(), bytes] {
            let by_postcard = postcard::take_from_bytes::<String>(&bytes);
            let is_one = by_postcard.is_ok_and(|(text, rest)| rest.is_empty() && text.chars().count() == 1);
            prop_assert_eq!(is_value(&Type::Primitive(Primitive::Char), &bytes), is_one, "{:?}", bytes);
        }
    }
}

#[test]
fn equal_types_need_no_rewriting() {
    let mut rng = Rng::new(1);
    for _ in 0..500 {
        let (from, _) = pair(&mut rng, 4);
        assert_eq!(compare(&from, &from, Sides::RESULT), Ok(None));
    }
}

fn field(name: &str, ty: Type, default: Option<&[u8]>) -> Field {
    Field { name: name.into(), ty, default: default.map(<[u8]>::to_vec) }
}

/// Few bytes that mean much end at the limit, and don't take long.
#[test]
fn bombs() {
    let text = || Type::Primitive(Primitive::String);
    let list = |fields: Vec<Field>| Type::Seq(Box::new(Type::Struct(fields)));
    let default = [&[100][..], &[b'a'; 100]].concat();
    // 2^34 elements without bytes; each gets a default or is left out.
    let count = [0x80, 0x80, 0x80, 0x80, 0x40];
    let unit = || field("unit", Type::Primitive(Primitive::Unit), Some(&[]));
    let more = rewrite(&list(vec![]), &list(vec![field("text", text(), Some(&default))])).unwrap().unwrap();
    let fewer = rewrite(&list(vec![unit()]), &list(vec![])).unwrap().unwrap();
    let other = rewrite(&list(vec![unit()]), &list(vec![field("text", text(), Some(&[0])), unit()])).unwrap().unwrap();
    let nothing = || field("nothing", Type::Seq(Box::new(Type::Tuple(vec![]))), None);
    let same = rewrite(&Type::Struct(vec![nothing(), unit()]), &Type::Struct(vec![nothing()])).unwrap().unwrap();
    for rewrite in [more, fewer, other, same] {
        assert_eq!(rewrite.value(&count, BOUNDS), Err(DecodeError::TooLarge { limit: BOUNDS.memory }));
        let over = Bounds { memory: usize::MAX, is_over: || true };
        assert_eq!(rewrite.value(&count, over), Err(DecodeError::Truncated));
    }
}

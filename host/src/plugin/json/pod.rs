//! Elements as they lie in memory: number after number without gaps, the lowest byte first.

use super::budget::Budget;
use super::encode::{signed, unsigned, varint};
use super::{DecodeFailure, Mismatch};
use plugix_abi::interface::descriptor::{Field, Primitive, Type};
use serde_json::{Map, Value};

/// Encodes an array of elements as an argument: first how many there are, then padding, then the elements' memory.
pub(super) fn encode(element: &Type, align: u32, value: &Value, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    let values = list(element, value)?;
    varint(values.len() as u128, out);
    out.resize(out.len().next_multiple_of(align.max(1) as usize), 0);
    write_all(element, values, out)
}

/// Encodes an array of elements as a result: their memory, and nothing else.
pub(super) fn encode_elements(element: &Type, value: &Value) -> Result<Vec<u8>, Mismatch> {
    let mut out = Vec::new();
    write_all(element, list(element, value)?, &mut out)?;
    Ok(out)
}

fn list<'v>(element: &Type, value: &'v Value) -> Result<&'v [Value], Mismatch> {
    let wrong = || Mismatch::new(&Type::Seq(element.clone().into()), value);
    value.as_array().map(Vec::as_slice).ok_or_else(wrong)
}

fn write_all(element: &Type, values: &[Value], out: &mut Vec<u8>) -> Result<(), Mismatch> {
    values
        .iter()
        .enumerate()
        .try_for_each(|(i, value)| write(element, value, out).map_err(|problem| problem.inside(format!("[{i}]"))))
}

fn write(ty: &Type, value: &Value, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    let mismatch = || Mismatch::new(ty, value);
    match ty {
        Type::Primitive(primitive) => write_number(*primitive, value, out).ok_or_else(mismatch),
        Type::Tuple(types) => {
            let values = value.as_array().filter(|values| values.len() == types.len()).ok_or_else(mismatch)?;
            types.iter().zip(values).try_for_each(|(ty, value)| write(ty, value, out))
        }
        Type::Struct(fields) => fields.iter().try_for_each(|Field { name, ty, .. }| {
            let written = value.get(name).map_or_else(|| Err(Mismatch::missing(ty)), |value| write(ty, value, out));
            written.map_err(|problem| problem.inside(name))
        }),
        _ => Err(mismatch()),
    }
}

/// Decodes the memory of elements with `size` bytes each.
pub(super) fn decode(element: &Type, size: u32, bytes: &[u8]) -> Result<Value, DecodeFailure> {
    let size = size as usize;
    if size == 0 || !bytes.len().is_multiple_of(size) {
        let problem = format!("{} bytes are no whole number of elements of {size} bytes", bytes.len());
        return Err(DecodeFailure::Wrong(problem));
    }
    let mut budget = Budget::new();
    let read_all = |mut bytes: &[u8]| read(element, &mut bytes, &mut budget).filter(|_| bytes.is_empty());
    match bytes.chunks_exact(size).map(read_all).collect::<Option<Vec<_>>>() {
        Some(values) => Ok(values.into()),
        None if budget.is_spent() => Err(DecodeFailure::TooLarge),
        None => Err(DecodeFailure::Wrong(format!("elements of {size} bytes don't have the declared fields"))),
    }
}

fn read(ty: &Type, bytes: &mut &[u8], budget: &mut Budget) -> Option<Value> {
    budget.spend(1, 0)?;
    Some(match ty {
        Type::Primitive(primitive) => read_number(*primitive, bytes)?,
        Type::Tuple(types) => types.iter().map(|ty| read(ty, bytes, budget)).collect::<Option<Vec<_>>>()?.into(),
        Type::Struct(fields) => {
            let field = |Field { name, ty, .. }: &Field| {
                budget.spend(0, name.len())?;
                Some((name.clone(), read(ty, bytes, budget)?))
            };
            fields.iter().map(field).collect::<Option<Map<_, _>>>()?.into()
        }
        _ => return None,
    })
}

macro_rules! numbers {
    ($($name:ident: $ty:ty = $from_json:expr;)*) => {
        fn write_number(primitive: Primitive, value: &Value, out: &mut Vec<u8>) -> Option<()> {
            match primitive {
                $(Primitive::$name => {
                    let from_json: fn(&Value) -> Option<$ty> = $from_json;
                    out.extend(from_json(value)?.to_le_bytes());
                })*
                _ => return None,
            }
            Some(())
        }

        fn read_number(primitive: Primitive, bytes: &mut &[u8]) -> Option<Value> {
            match primitive {
                $(Primitive::$name => {
                    let (number, rest) = bytes.split_first_chunk()?;
                    *bytes = rest;
                    Some(<$ty>::from_le_bytes(*number).into())
                })*
                _ => None,
            }
        }
    };
}

numbers! {
    U8: u8 = |value| unsigned(value)?.try_into().ok();
    U16: u16 = |value| unsigned(value)?.try_into().ok();
    U32: u32 = |value| unsigned(value)?.try_into().ok();
    U64: u64 = |value| unsigned(value)?.try_into().ok();
    I8: i8 = |value| signed(value)?.try_into().ok();
    I16: i16 = |value| signed(value)?.try_into().ok();
    I32: i32 = |value| signed(value)?.try_into().ok();
    I64: i64 = |value| signed(value)?.try_into().ok();
    F32: f32 = |value| Some(value.as_f64()? as f32);
    F64: f64 = |value| value.as_f64();
}

//! JSON to postcard.

use super::{Mismatch, NO_STREAMS, pod};
use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::{ArgDescriptor, Primitive, Type};
use serde_json::Value;

/// Encodes the arguments of a method. They come as an array in their order, as an object with their names, or as
/// nothing if there are none.
///
/// # Errors
/// What is wrong with the arguments, in words.
pub(crate) fn encode_args(args: &[ArgDescriptor], values: &Value) -> Result<Vec<u8>, String> {
    let by_place: Vec<Option<&Value>> = match values {
        Value::Null if args.is_empty() => Vec::new(),
        Value::Array(values) if values.len() == args.len() => values.iter().map(Some).collect(),
        Value::Object(values) => {
            if let Some(unknown) = values.keys().find(|key| args.iter().all(|arg| arg.name != **key)) {
                return Err(format!("there is no argument `{unknown}`; {}", names(args)));
            }
            args.iter().map(|arg| values.get(&arg.name)).collect()
        }
        _ => return Err(format!("expected an array of {} values or an object; {}", args.len(), names(args))),
    };
    let mut out = Vec::new();
    for (arg, value) in args.iter().zip(by_place) {
        let written = match &arg.shape {
            Shape::Value(ty) => encode_named(ty, value, &mut out),
            Shape::Pod { element, align, .. } => pod::encode(element, *align, value.unwrap_or(&Value::Null), &mut out),
            Shape::Bytes => encode_named(&Type::Primitive(Primitive::Bytes), value, &mut out),
            Shape::Text => encode_named(&Type::Primitive(Primitive::String), value, &mut out),
            Shape::Stream(_) => return Err(format!("{}: {NO_STREAMS}", arg.name)),
        };
        written.map_err(|mismatch| mismatch.inside(&arg.name).to_string())?;
    }
    Ok(out)
}

/// Encodes one value.
///
/// # Errors
/// What is wrong with the value, in words.
pub(crate) fn encode_value(ty: &Type, value: &Value) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    encode(ty, value, &mut out).map_err(|mismatch| mismatch.to_string())?;
    Ok(out)
}

/// Encodes what has a name, and so may be missing.
fn encode_named(ty: &Type, value: Option<&Value>, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    match value {
        Some(value) => encode(ty, value, out),
        // What may be `null` may be left out.
        None => encode(ty, &Value::Null, out).map_err(|_| Mismatch::missing(ty)),
    }
}

fn names(args: &[ArgDescriptor]) -> String {
    match args {
        [] => "the method takes no arguments".to_owned(),
        args => {
            let names: Vec<_> = args.iter().map(|arg| format!("`{}`", arg.name)).collect();
            format!("the arguments are {}", names.join(", "))
        }
    }
}

pub(super) fn encode(ty: &Type, value: &Value, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    let mismatch = || Mismatch::new(ty, value);
    match ty {
        Type::Primitive(primitive) => encode_primitive(*primitive, value, out).ok_or_else(mismatch),
        Type::Option(_) if value.is_null() => {
            out.push(0);
            Ok(())
        }
        Type::Option(inner) => {
            out.push(1);
            encode(inner, value, out)
        }
        Type::Seq(element) => {
            let values = value.as_array().ok_or_else(mismatch)?;
            varint(values.len() as u128, out);
            each(values, |_| element, out)
        }
        Type::Tuple(types) => {
            let values = value.as_array().filter(|values| values.len() == types.len()).ok_or_else(mismatch)?;
            each(values, |i| &types[i], out)
        }
        Type::Map(key, element) => {
            let entries = value.as_object().ok_or_else(mismatch)?;
            varint(entries.len() as u128, out);
            entries.iter().try_for_each(|(name, value)| {
                encode_key(key, name, out).map_err(|problem| problem.inside(name))?;
                encode(element, value, out).map_err(|problem| problem.inside(name))
            })
        }
        Type::Struct(fields) => {
            let values = value.as_object().ok_or_else(mismatch)?;
            if let Some(unknown) = values.keys().find(|key| fields.iter().all(|field| field.name != **key)) {
                return Err(mismatch().inside(unknown));
            }
            fields.iter().try_for_each(|field| match (values.get(&field.name), &field.default) {
                (None, Some(default)) => {
                    out.extend_from_slice(default);
                    Ok(())
                }
                (value, _) => encode_named(&field.ty, value, out).map_err(|problem| problem.inside(&field.name)),
            })
        }
        Type::Enum(variants) => {
            let (name, data) = match value {
                Value::String(name) => (name, None),
                Value::Object(tagged) if tagged.len() == 1 => {
                    let (name, data) = tagged.iter().next().ok_or_else(mismatch)?;
                    (name, Some(data))
                }
                _ => return Err(mismatch()),
            };
            let index = variants.iter().position(|variant| variant.name == *name).ok_or_else(mismatch)?;
            varint(index as u128, out);
            match (&variants[index].data, data) {
                (None, None) => Ok(()),
                (Some(ty), Some(data)) => encode(ty, data, out).map_err(|problem| problem.inside(name)),
                _ => Err(mismatch()),
            }
        }
    }
}

fn each<'t>(values: &[Value], ty: impl Fn(usize) -> &'t Type, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    values
        .iter()
        .enumerate()
        .try_for_each(|(i, value)| encode(ty(i), value, out).map_err(|problem| problem.inside(format!("[{i}]"))))
}

/// Keys are text in JSON. If the type is a number or a truth value, the text is read as one.
fn encode_key(ty: &Type, name: &str, out: &mut Vec<u8>) -> Result<(), Mismatch> {
    let text = Value::from(name);
    match ty {
        Type::Primitive(Primitive::String | Primitive::Char) | Type::Enum(_) => encode(ty, &text, out),
        _ => encode(ty, &serde_json::from_str(name).unwrap_or(text), out),
    }
}

fn encode_primitive(primitive: Primitive, value: &Value, out: &mut Vec<u8>) -> Option<()> {
    use Primitive::*;
    match primitive {
        Bool => out.push(value.as_bool()?.into()),
        U8 => out.push(u8::try_from(unsigned(value)?).ok()?),
        U16 => varint(u16::try_from(unsigned(value)?).ok()?.into(), out),
        U32 => varint(u32::try_from(unsigned(value)?).ok()?.into(), out),
        U64 | Usize => varint(u64::try_from(unsigned(value)?).ok()?.into(), out),
        U128 => varint(unsigned(value)?, out),
        I8 => out.push(i8::try_from(signed(value)?).ok()? as u8),
        I16 => varint(zigzag(i16::try_from(signed(value)?).ok()?.into()), out),
        I32 => varint(zigzag(i32::try_from(signed(value)?).ok()?.into()), out),
        I64 | Isize => varint(zigzag(i64::try_from(signed(value)?).ok()?.into()), out),
        I128 => varint(zigzag(signed(value)?), out),
        F32 => out.extend((value.as_f64()? as f32).to_le_bytes()),
        F64 => out.extend(value.as_f64()?.to_le_bytes()),
        Char => {
            let text = value.as_str().filter(|text| text.chars().count() == 1)?;
            bytes(text.as_bytes(), out);
        }
        String => bytes(value.as_str()?.as_bytes(), out),
        Bytes => {
            let numbers = value.as_array()?;
            let numbers = numbers.iter().map(|number| u8::try_from(unsigned(number)?).ok());
            bytes(&numbers.collect::<Option<Vec<_>>>()?, out);
        }
        Unit => value.is_null().then_some(())?,
    }
    Some(())
}

/// A number. If it is too large for a number in JSON, it may come as text.
pub(super) fn unsigned(value: &Value) -> Option<u128> {
    value.as_u64().map(u128::from).or_else(|| value.as_str()?.parse().ok())
}

/// A number. If it is too large for a number in JSON, it may come as text.
pub(super) fn signed(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from)).or_else(|| value.as_str()?.parse().ok())
}

fn zigzag(value: i128) -> u128 {
    ((value << 1) ^ (value >> 127)) as u128
}

fn bytes(bytes: &[u8], out: &mut Vec<u8>) {
    varint(bytes.len() as u128, out);
    out.extend_from_slice(bytes);
}

/// Writes seven bits to a byte, the lowest first.
pub(super) fn varint(mut value: u128, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

//! Arguments that a plugin gives to its host, and results that it gets, as JSON.

use super::decode::Reader;
use super::encode::{encode_value, unsigned};
use super::{DecodeFailure, NO_STREAMS, pod};
use plugix_abi::interface::descriptor::{ArgDescriptor, Primitive, Type};
use plugix_abi::interface::{Scalar as _, Shape, StreamError};
use serde_json::Value;

/// Arguments that a plugin gave.
#[derive(Debug, PartialEq)]
pub(crate) struct Decoded {
    pub(crate) values: Vec<Value>,
    /// Why a stream among them broke off.
    pub(crate) broken_off: Option<StreamError>,
}

/// Decodes arguments that stand in memory, one after the other. Streams are taken whole.
///
/// # Errors
/// What is wrong with the bytes, in words.
pub(crate) fn decode_args(args: &[ArgDescriptor], bytes: &[u8]) -> Result<Decoded, String> {
    let mut reader = Reader::new(bytes);
    let mut broken_off = None;
    let decode = |arg: &ArgDescriptor| {
        let value = match &arg.shape {
            Shape::Stream(item) => reader.stream(item).map(|(items, error)| {
                broken_off = broken_off.take().or(error);
                items
            }),
            shape => reader.shape(shape),
        };
        value.map_err(|failure| {
            let problem = match failure {
                DecodeFailure::Wrong(problem) => problem,
                DecodeFailure::TooLarge => "too large to be JSON".to_owned(),
            };
            format!("argument `{}`: {problem}", arg.name)
        })
    };
    let values = args.iter().map(decode).collect::<Result<_, _>>()?;
    match reader.rest() {
        0 => Ok(Decoded { values, broken_off }),
        rest => Err(format!("{rest} bytes too many")),
    }
}

/// Reads arguments that stand in registers.
///
/// # Errors
/// Which argument is not of its type.
pub(crate) fn read_registers(args: &[ArgDescriptor], registers: &[u64]) -> Result<Vec<Value>, String> {
    if args.len() != registers.len() {
        return Err(format!("{} arguments, and the method has {}", registers.len(), args.len()));
    }
    let read = |(arg, bits): (&ArgDescriptor, &u64)| {
        let value = match &arg.shape {
            Shape::Value(Type::Primitive(primitive)) => read_register(*primitive, *bits),
            _ => None,
        };
        value.ok_or_else(|| format!("argument `{}`: {bits:#x} is no value of its type", arg.name))
    };
    args.iter().zip(registers).map(read).collect()
}

fn read_register(primitive: Primitive, bits: u64) -> Option<Value> {
    Some(match primitive {
        Primitive::Bool => bool::from_bits(bits)?.into(),
        Primitive::U8 => u8::from_bits(bits)?.into(),
        Primitive::U16 => u16::from_bits(bits)?.into(),
        Primitive::U32 => u32::from_bits(bits)?.into(),
        Primitive::U64 => bits.into(),
        Primitive::I8 => i8::from_bits(bits)?.into(),
        Primitive::I16 => i16::from_bits(bits)?.into(),
        Primitive::I32 => i32::from_bits(bits)?.into(),
        Primitive::I64 => (bits as i64).into(),
        Primitive::F32 => f32::from_bits(u32::try_from(bits).ok()?).into(),
        Primitive::F64 => f64::from_bits(bits).into(),
        _ => return None,
    })
}

/// A result as the four bytes of its register.
///
/// # Errors
/// What is wrong with the value, in words.
pub(crate) fn write_register(shape: &Shape<Type>, value: &Value) -> Result<Vec<u8>, String> {
    let wrong = || format!("{value} has no place in a register");
    let Shape::Value(ty @ Type::Primitive(primitive)) = shape else { return Err(wrong()) };
    // It says what is wrong.
    encode_value(ty, value)?;
    let bits = match primitive {
        Primitive::Unit => Some(0),
        Primitive::Bool => value.as_bool().map(u32::from),
        Primitive::F32 => value.as_f64().map(|number| (number as f32).to_bits()),
        Primitive::I8 | Primitive::I16 | Primitive::I32 => super::encode::signed(value).map(|number| number as u32),
        _ => unsigned(value).and_then(|number| u32::try_from(number).ok()),
    };
    bits.map(|bits| bits.to_le_bytes().to_vec()).ok_or_else(wrong)
}

/// Encodes a result in the form in which it travels through memory.
///
/// # Errors
/// What is wrong with the value, in words.
pub(crate) fn encode_shape(shape: &Shape<Type>, value: &Value) -> Result<Vec<u8>, String> {
    match shape {
        Shape::Value(ty) => encode_value(ty, value),
        Shape::Text => encode_value(&Type::Primitive(Primitive::String), value)
            .map(|_| value.as_str().unwrap_or_default().as_bytes().to_vec()),
        Shape::Bytes => match value.as_array() {
            // A text is easier to write than its bytes.
            None if value.is_string() => Ok(value.as_str().unwrap_or_default().as_bytes().to_vec()),
            None => Err(format!("expected a list of bytes or a text, found {value}")),
            Some(bytes) => bytes
                .iter()
                .map(|byte| unsigned(byte).and_then(|byte| u8::try_from(byte).ok()))
                .collect::<Option<_>>()
                .ok_or_else(|| "expected numbers from 0 to 255".to_owned()),
        },
        Shape::Pod { element, .. } => pod::encode_elements(element, value).map_err(|mismatch| mismatch.to_string()),
        Shape::Stream(_) => Err(NO_STREAMS.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::json::{decode_shape, encode_args};
    use serde_json::json;

    fn arg(name: &str, shape: Shape<Type>) -> ArgDescriptor {
        ArgDescriptor { name: name.to_owned(), shape }
    }

    fn primitive(primitive: Primitive) -> Shape<Type> {
        Shape::Value(Type::Primitive(primitive))
    }

    fn pods() -> Shape<Type> {
        Shape::Pod { element: Type::Primitive(Primitive::U32), size: 4, align: 4 }
    }

    #[test]
    fn arguments_come_back() {
        let args = [
            arg("text", primitive(Primitive::String)),
            arg("numbers", pods()),
            arg("bytes", primitive(Primitive::Bytes)),
            arg("flag", primitive(Primitive::Bool)),
        ];
        let values = json!(["ä", [1, 2, 3], [4, 5], true]);
        let bytes = encode_args(&args, &values).expect("they can be encoded");
        let expected = values.as_array().expect("it is a list").clone();
        assert_eq!(decode_args(&args, &bytes), Ok(Decoded { values: expected, broken_off: None }));
        for len in 0..bytes.len() {
            assert!(decode_args(&args, &bytes[..len]).is_err(), "{len}");
        }
        assert!(decode_args(&args, &[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn results_come_back() {
        for (shape, value) in [
            (primitive(Primitive::U64), json!(7)),
            (Shape::Text, json!("text")),
            (Shape::Bytes, json!([1, 2])),
            (pods(), json!([7, 8])),
        ] {
            let bytes = encode_shape(&shape, &value).expect("it can be encoded");
            assert_eq!(decode_shape(&shape, &bytes), Ok(value));
            assert!(encode_shape(&shape, &json!({ "no": 1 })).is_err());
        }
        assert_eq!(encode_shape(&Shape::Bytes, &json!("ab")), Ok(vec![97, 98]));
    }

    #[test]
    fn registers_are_read_by_their_types() {
        let args = [Primitive::I8, Primitive::U64, Primitive::F32, Primitive::Bool].map(primitive);
        let args: Vec<_> = args.into_iter().map(|shape| arg("a", shape)).collect();
        let registers = [-3_i64 as u64, u64::MAX, u64::from(0.5_f32.to_bits()), 1];
        let expected = json!([-3, u64::MAX, 0.5, true]);
        assert_eq!(read_registers(&args, &registers).map(Value::from), Ok(expected));
        assert!(read_registers(&args, &[200, 0, 0, 0]).is_err());
        assert!(read_registers(&args, &registers[1..]).is_err());
        assert_eq!(write_register(&primitive(Primitive::I16), &json!(-2)), Ok(vec![0xfe, 0xff, 0xff, 0xff]));
        assert_eq!(write_register(&primitive(Primitive::Unit), &Value::Null), Ok(vec![0; 4]));
        assert!(write_register(&primitive(Primitive::U8), &json!(256)).is_err());
    }
}

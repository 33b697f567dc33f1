//! Postcard to JSON. The bytes come from a plugin, and may be anything.

use super::budget::Budget;
use super::{DecodeFailure, NO_STREAMS, pod};
use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::{Field, Primitive, Type};
use serde_json::{Map, Value};

/// Decodes a result from the form in which it travels.
///
/// # Errors
/// If the bytes are no such value, or if the value is too large.
pub(crate) fn decode_shape(shape: &Shape<Type>, bytes: &[u8]) -> Result<Value, DecodeFailure> {
    match shape {
        Shape::Value(ty) => decode(ty, bytes),
        Shape::Bytes => {
            Budget::new().spend(bytes.len(), 0).ok_or(DecodeFailure::TooLarge)?;
            Ok(bytes.into())
        }
        Shape::Text => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(DecodeFailure::Wrong(error.to_string())),
        },
        Shape::Pod { element, size, .. } => pod::decode(element, *size, bytes),
        Shape::Stream(_) => Err(DecodeFailure::Wrong(NO_STREAMS.into())),
    }
}

/// Decodes a value of a type. The value takes all of the bytes.
///
/// # Errors
/// If the bytes are no such value, or if the value is too large.
pub(crate) fn decode(ty: &Type, bytes: &[u8]) -> Result<Value, DecodeFailure> {
    let mut reader = Reader::new(bytes);
    match (reader.value(ty), reader.bytes.len()) {
        (Some(value), 0) => Ok(value),
        (Some(_), rest) => Err(DecodeFailure::Wrong(format!("{rest} bytes too many"))),
        (None, _) if reader.budget.is_spent() => Err(DecodeFailure::TooLarge),
        (None, _) => Err(not_a_value(ty)),
    }
}

fn not_a_value(ty: impl std::fmt::Display) -> DecodeFailure {
    DecodeFailure::Wrong(format!("not a value of {ty}"))
}

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    pub(super) budget: Budget,
    /// How many bytes there were.
    len: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, budget: Budget::new(), len: bytes.len() }
    }

    /// A reader of other bytes, with what is left of this one's budget.
    pub(super) fn within<'b>(&self, bytes: &'b [u8]) -> Reader<'b> {
        Reader { bytes, budget: self.budget, len: bytes.len() }
    }

    /// How many bytes are left.
    pub(super) fn rest(&self) -> usize {
        self.bytes.len()
    }

    /// Reads an argument that is no stream. Others may follow.
    pub(super) fn shape(&mut self, shape: &Shape<Type>) -> Result<Value, DecodeFailure> {
        let (read, ty) = match shape {
            Shape::Value(ty) => return self.shown(ty),
            Shape::Bytes => (self.primitive(Primitive::Bytes), "bytes"),
            Shape::Text => (self.primitive(Primitive::String), "String"),
            Shape::Pod { element, size, align } => {
                let elements = self.elements(*size, *align).ok_or_else(|| not_a_value(element))?;
                return pod::decode(element, *size, elements);
            }
            Shape::Stream(_) => return Err(DecodeFailure::Wrong(NO_STREAMS.into())),
        };
        self.outcome(read, ty)
    }

    /// Reads a value that others may follow.
    pub(super) fn shown(&mut self, ty: &Type) -> Result<Value, DecodeFailure> {
        let read = self.value(ty);
        self.outcome(read, ty)
    }

    fn outcome(&self, read: Option<Value>, ty: impl std::fmt::Display) -> Result<Value, DecodeFailure> {
        match read {
            Some(value) => Ok(value),
            None if self.budget.is_spent() => Err(DecodeFailure::TooLarge),
            None => Err(not_a_value(ty)),
        }
    }

    /// The memory of elements: how many there are comes first, then padding.
    fn elements(&mut self, size: u32, align: u32) -> Option<&'a [u8]> {
        let len = self.len()?.checked_mul(size as usize)?;
        let at = self.len - self.bytes.len();
        let padding = at.checked_next_multiple_of(align.max(1) as usize)? - at;
        self.take(padding)?.iter().all(|byte| *byte == 0).then_some(())?;
        self.take(len)
    }

    fn value(&mut self, ty: &Type) -> Option<Value> {
        self.budget.spend(1, 0)?;
        Some(match ty {
            Type::Primitive(primitive) => self.primitive(*primitive)?,
            Type::Option(inner) => match self.byte()? {
                0 => Value::Null,
                1 => self.value(inner)?,
                _ => return None,
            },
            Type::Seq(element) => {
                let len = self.len()?;
                (0..len).map(|_| self.value(element)).collect::<Option<Vec<_>>>()?.into()
            }
            Type::Tuple(types) => types.iter().map(|ty| self.value(ty)).collect::<Option<Vec<_>>>()?.into(),
            Type::Map(key, element) => {
                let len = self.len()?;
                let entry = |_| Some((key_text(self.value(key)?), self.value(element)?));
                (0..len).map(entry).collect::<Option<Map<_, _>>>()?.into()
            }
            Type::Struct(fields) => {
                let field = |field: &Field| {
                    self.budget.spend(0, field.name.len())?;
                    Some((field.name.clone(), self.value(&field.ty)?))
                };
                fields.iter().map(field).collect::<Option<Map<_, _>>>()?.into()
            }
            Type::Enum(variants) => {
                let index = usize::try_from(self.varint(32)?).ok()?;
                let variant = variants.get(index)?;
                self.budget.spend(0, variant.name.len())?;
                match &variant.data {
                    None => variant.name.clone().into(),
                    Some(ty) => Map::from_iter([(variant.name.clone(), self.value(ty)?)]).into(),
                }
            }
        })
    }

    fn primitive(&mut self, primitive: Primitive) -> Option<Value> {
        use Primitive::*;
        Some(match primitive {
            Bool => match self.byte()? {
                0 => false.into(),
                1 => true.into(),
                _ => return None,
            },
            U8 => self.byte()?.into(),
            U16 => (self.varint(16)? as u64).into(),
            U32 => (self.varint(32)? as u64).into(),
            U64 | Usize => (self.varint(64)? as u64).into(),
            U128 => wide(self.varint(128)?),
            I8 => (self.byte()? as i8).into(),
            I16 => (unzigzag(self.varint(16)?) as i64).into(),
            I32 => (unzigzag(self.varint(32)?) as i64).into(),
            I64 | Isize => (unzigzag(self.varint(64)?) as i64).into(),
            I128 => {
                let value = unzigzag(self.varint(128)?);
                i64::try_from(value).map_or_else(|_| value.to_string().into(), Value::from)
            }
            F32 => f32::from_le_bytes(self.array()?).into(),
            F64 => f64::from_le_bytes(self.array()?).into(),
            Char => self.text().filter(|text| text.chars().count() == 1)?.into(),
            String => self.text()?.into(),
            Bytes => {
                let len = self.len()?;
                if len <= self.bytes.len() {
                    self.budget.spend(len, 0)?;
                }
                self.take(len)?.into()
            }
            Unit => Value::Null,
        })
    }

    fn text(&mut self) -> Option<std::string::String> {
        let len = self.len()?;
        std::string::String::from_utf8(self.take(len)?.to_vec()).ok()
    }

    fn len(&mut self) -> Option<usize> {
        usize::try_from(self.varint(32)?).ok()
    }

    fn byte(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len)?;
        self.bytes = rest;
        Some(taken)
    }

    /// A number of at most `bits` bits. Each byte has seven of them, and the lowest come first.
    fn varint(&mut self, bits: u32) -> Option<u128> {
        let mut value = 0_u128;
        for shift in (0..bits).step_by(7) {
            let byte = self.byte()?;
            let part = u128::from(byte & 0x7f);
            // The last byte has room for bits that a number of this size doesn't have.
            if shift + 7 > bits && part >> (bits - shift) != 0 {
                return None;
            }
            value |= part << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

fn unzigzag(value: u128) -> i128 {
    (value >> 1) as i128 ^ -((value & 1) as i128)
}

/// Numbers have 64 bits in JSON here. A larger number becomes text.
fn wide(value: u128) -> Value {
    u64::try_from(value).map_or_else(|_| value.to_string().into(), Value::from)
}

fn key_text(key: Value) -> String {
    match key {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A struct with one field, whose name is as long as a descriptor allows.
    fn with_long_name(ty: Primitive) -> Type {
        Type::Struct(vec![Field { name: "n".repeat(1 << 20), ty: Type::Primitive(ty), default: None }])
    }

    #[test]
    fn few_bytes_that_mean_many_values_are_too_large() {
        let four_billion = [0xff, 0xff, 0xff, 0xff, 0x0f];
        let too_large = |element| decode(&Type::Seq(Box::new(element)), &four_billion);
        assert_eq!(too_large(Type::Primitive(Primitive::Unit)), Err(DecodeFailure::TooLarge));
        assert_eq!(too_large(Type::Tuple(Vec::new())), Err(DecodeFailure::TooLarge));
        assert_eq!(too_large(with_long_name(Primitive::Unit)), Err(DecodeFailure::TooLarge));
        // Where each value has a byte, the bytes end before the budget does.
        let bools = too_large(Type::Primitive(Primitive::Bool));
        assert_eq!(bools, Err(DecodeFailure::Wrong("not a value of Vec<bool>".into())));
    }

    #[test]
    fn elements_with_long_names_are_too_large() {
        let shape = Shape::Pod { element: with_long_name(Primitive::U8), size: 1, align: 1 };
        assert_eq!(decode_shape(&shape, &[0; 2000]), Err(DecodeFailure::TooLarge));
        assert!(decode_shape(&shape, &[0; 2]).is_ok());
    }

    #[test]
    fn bytes_are_too_large_before_they_are_values() {
        assert_eq!(decode_shape(&Shape::Bytes, &vec![0; (4 << 20) + 1]), Err(DecodeFailure::TooLarge));
    }
}

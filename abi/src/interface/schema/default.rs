//! Marks in schemas: fields that have a default, and variants that stand for unknown ones.
//!
//! The model of `postcard-schema` has no room for marks. So a mark is a type around the field's own that has a name of
//! ours and the same encoding.

use super::{Writer, same};
use crate::schema::{Depth, Schema};
use core::marker::PhantomData;
use postcard_schema::schema::{DataModelType, DataModelVariant, NamedType, NamedValue};

/// The name of the type around a field's own. If a second type stands within, its name is the default as text.
pub const DEFAULTED: &str = "plugix:default";

/// In the place of the data of a variant that has none: the variant stands for those that the reader doesn't know.
pub const OTHER: NamedType = NamedType { name: "plugix:other", ty: &DataModelType::Unit };

/// A field whose default is the zero of its type.
#[derive(Debug)]
pub struct Defaulted<T>(PhantomData<T>);

impl<D: Depth, T: Schema<D>> Schema<D> for Defaulted<T> {
    const SCHEMA: &'static NamedType = &NamedType { name: DEFAULTED, ty: &DataModelType::NewtypeStruct(T::SCHEMA) };
    const FINITE: () = T::FINITE;
}

pub(super) const fn is_defaulted(ty: &NamedType) -> bool {
    same(ty.name, DEFAULTED)
}

impl<const N: usize> Writer<N> {
    /// Writes the default of a marked field: a length, and the value in postcard.
    pub(super) const fn default_of(&mut self, marked: &NamedType) {
        let mut measure = Writer::<0>::new();
        measure.value(marked);
        self.number(measure.len() as u64);
        self.value(marked);
    }

    /// A value of a type: the one that its mark says, or else its zero.
    const fn value(&mut self, ty: &NamedType) {
        use DataModelType as T;
        match ty.ty {
            T::Unit | T::UnitStruct => {}
            T::F32 => self.all(&[0; 4]),
            T::F64 => self.all(&[0; 8]),
            // A text of one character, which is NUL.
            T::Char => self.all(&[1, 0]),
            T::TupleStruct([inner, literal]) if is_defaulted(ty) => self.literal(inner, literal),
            T::NewtypeStruct(inner) => self.value(inner),
            T::Tuple(types) | T::TupleStruct(types) => self.values(types),
            T::Struct(fields) => self.field_values(fields),
            T::Enum([]) => panic!("an enum without variants has no default"),
            T::Enum([first, ..]) => {
                self.byte(0);
                match first.ty {
                    DataModelVariant::UnitVariant => {}
                    DataModelVariant::NewtypeVariant(inner) => self.value(inner),
                    DataModelVariant::TupleVariant(types) => self.values(types),
                    DataModelVariant::StructVariant(fields) => self.field_values(fields),
                }
            }
            T::Schema => panic!("a schema can't be passed"),
            // False, 0, none, and no elements.
            _ => self.byte(0),
        }
    }

    const fn values(&mut self, types: &[&NamedType]) {
        let mut i = 0;
        while i < types.len() {
            self.value(types[i]);
            i += 1;
        }
    }

    const fn field_values(&mut self, fields: &[&NamedValue]) {
        let mut i = 0;
        while i < fields.len() {
            self.value(fields[i].ty);
            i += 1;
        }
    }

    /// A literal as a value of a type. Its name is the literal as text: a float by its bits.
    const fn literal(&mut self, ty: &NamedType, literal: &NamedType) {
        use DataModelType as T;
        let text = literal.name;
        match (ty.ty, literal.ty) {
            (T::NewtypeStruct(inner), _) => self.literal(inner, literal),
            (T::Bool, T::Bool) => self.byte(same(text, "true") as u8),
            (T::String, T::String) | (T::Char, T::Char) => self.text(text),
            (T::F32, T::F64) => self.all(&(f64::from_bits(integer(text) as u64) as f32).to_le_bytes()),
            (T::F64, T::F64) => self.all(&(integer(text) as u64).to_le_bytes()),
            (T::U8, T::I128) => self.byte(within(text, 0, u8::MAX as i128) as u8),
            (T::U16, T::I128) => self.number(within(text, 0, u16::MAX as i128) as u64),
            (T::U32, T::I128) => self.number(within(text, 0, u32::MAX as i128) as u64),
            (T::U64 | T::Usize, T::I128) => self.number(within(text, 0, u64::MAX as i128) as u64),
            (T::I8, T::I128) => self.byte(within(text, i8::MIN as i128, i8::MAX as i128) as u8),
            (T::I16, T::I128) => self.zigzag(within(text, i16::MIN as i128, i16::MAX as i128)),
            (T::I32, T::I128) => self.zigzag(within(text, i32::MIN as i128, i32::MAX as i128)),
            (T::I64 | T::Isize, T::I128) => self.zigzag(within(text, i64::MIN as i128, i64::MAX as i128)),
            _ => panic!("the default is no value of the field's type"),
        }
    }

    /// A signed number as postcard has it: small ones are short, below zero as well.
    const fn zigzag(&mut self, number: i128) {
        let number = number as i64;
        self.number(((number << 1) ^ (number >> 63)) as u64);
    }
}

const fn within(text: &str, least: i128, most: i128) -> i128 {
    let number = integer(text);
    assert!(least <= number && number <= most, "the default is out of the range of the field's type");
    number
}

const fn integer(text: &str) -> i128 {
    let bytes = text.as_bytes();
    let is_negative = !bytes.is_empty() && bytes[0] == b'-';
    let mut i = is_negative as usize;
    let mut number = 0;
    while i < bytes.len() {
        number = number * 10 + (bytes[i] - b'0') as i128;
        i += 1;
    }
    if is_negative { -number } else { number }
}

//! Types as bytes, made while compiling.
//!
//! Names of types are left out. What serde and postcard treat alike is written alike: a newtype as its content, a tuple
//! struct as a tuple, a unit struct as `()`. So a hash changes when the wire or the JSON form does.

mod default;

pub use default::{DEFAULTED, Defaulted, OTHER};

use super::Shape;
use crate::Schema;
use bytemuck::Pod;
use default::is_defaulted;
use postcard_schema::schema::{DataModelType, DataModelVariant, NamedType, NamedValue};

/// The first byte of a type. Lower numbers are [`Primitive`](super::Primitive)s, which have no more bytes.
pub(super) mod tag {
    pub(in super::super) const OPTION: u8 = 32;
    pub(in super::super) const SEQ: u8 = 33;
    pub(in super::super) const MAP: u8 = 34;
    pub(in super::super) const TUPLE: u8 = 35;
    pub(in super::super) const STRUCT: u8 = 36;
    pub(in super::super) const ENUM: u8 = 37;
    /// Stands before a field's type. The field's default follows, and then its type.
    pub(in super::super) const DEFAULT: u8 = 38;
}

/// What follows a variant's name.
pub(super) mod variant_tag {
    pub(in super::super) const UNIT: u8 = 0;
    pub(in super::super) const DATA: u8 = 1;
    /// A variant without data that stands for variants which the reader doesn't know.
    pub(in super::super) const OTHER: u8 = 2;
}

/// What a shape's bytes begin with.
pub(super) mod shape_tag {
    pub(in super::super) const VALUE: u8 = 0;
    pub(in super::super) const BYTES: u8 = 1;
    pub(in super::super) const TEXT: u8 = 2;
    pub(in super::super) const POD: u8 = 3;
    pub(in super::super) const STREAM: u8 = 4;
}

/// Writes bytes in a constant. Bytes that don't fit into `N` are only counted, so that `Writer<0>` measures and hashes.
#[derive(Debug)]
pub struct Writer<const N: usize> {
    bytes: [u8; N],
    len: usize,
    hash: u64,
}

impl<const N: usize> Writer<N> {
    /// Nothing written yet.
    #[expect(clippy::new_without_default, reason = "`default` is not const")]
    pub const fn new() -> Self {
        Self { bytes: [0; N], len: 0, hash: FNV_OFFSET }
    }

    /// How many bytes were written.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The FNV-1a hash of what was written.
    pub const fn hash(&self) -> u64 {
        self.hash
    }

    /// What was written, with zeroes after it.
    ///
    /// # Panics
    /// When more than `N` bytes were written.
    pub const fn bytes(self) -> [u8; N] {
        assert!(self.len <= N, "the writer is too small");
        self.bytes
    }

    pub(super) const fn byte(&mut self, byte: u8) {
        if self.len < N {
            self.bytes[self.len] = byte;
        }
        self.len += 1;
        self.hash = fnv1a(self.hash, byte);
    }

    pub(super) const fn all(&mut self, bytes: &[u8]) {
        let mut i = 0;
        while i < bytes.len() {
            self.byte(bytes[i]);
            i += 1;
        }
    }

    pub(super) const fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    pub(super) const fn text(&mut self, text: &str) {
        self.number(text.len() as u64);
        self.all(text.as_bytes());
    }

    pub(super) const fn shape(&mut self, shape: &Shape<&NamedType>) {
        match shape {
            Shape::Value(ty) => {
                self.byte(shape_tag::VALUE);
                self.ty(ty);
            }
            Shape::Bytes => self.byte(shape_tag::BYTES),
            Shape::Text => self.byte(shape_tag::TEXT),
            Shape::Pod { element, size, align } => {
                self.byte(shape_tag::POD);
                self.number(*size as u64);
                self.number(*align as u64);
                self.ty(element);
            }
            Shape::Stream(item) => {
                self.byte(shape_tag::STREAM);
                self.ty(item);
            }
        }
    }

    pub(super) const fn ty(&mut self, ty: &NamedType) {
        use DataModelType as T;
        match ty.ty {
            T::Bool => self.byte(0),
            T::I8 => self.byte(1),
            T::I16 => self.byte(2),
            T::I32 => self.byte(3),
            T::I64 => self.byte(4),
            T::I128 => self.byte(5),
            T::Isize => self.byte(6),
            T::U8 => self.byte(7),
            T::U16 => self.byte(8),
            T::U32 => self.byte(9),
            T::U64 => self.byte(10),
            T::U128 => self.byte(11),
            T::Usize => self.byte(12),
            T::F32 => self.byte(13),
            T::F64 => self.byte(14),
            T::Char => self.byte(15),
            T::String => self.byte(16),
            T::ByteArray => self.byte(17),
            T::Unit | T::UnitStruct => self.byte(18),
            T::NewtypeStruct(inner) => self.ty(inner),
            T::TupleStruct([inner, _]) if is_defaulted(ty) => self.ty(inner),
            T::Option(inner) => {
                self.byte(tag::OPTION);
                self.ty(inner);
            }
            T::Seq(inner) => {
                self.byte(tag::SEQ);
                self.ty(inner);
            }
            T::Map { key, val } => {
                self.byte(tag::MAP);
                self.ty(key);
                self.ty(val);
            }
            T::Tuple(types) | T::TupleStruct(types) => self.tuple(types),
            T::Struct(fields) => self.fields(fields),
            T::Enum(variants) => {
                self.byte(tag::ENUM);
                self.number(variants.len() as u64);
                let mut i = 0;
                while i < variants.len() {
                    self.text(variants[i].name);
                    self.variant(variants[i].ty);
                    i += 1;
                }
            }
            T::Schema => panic!("a schema can't be passed"),
        }
    }

    const fn variant(&mut self, variant: &DataModelVariant) {
        use DataModelVariant as V;
        match variant {
            V::UnitVariant => return self.byte(variant_tag::UNIT),
            V::NewtypeVariant(inner) if same(inner.name, OTHER.name) => return self.byte(variant_tag::OTHER),
            _ => self.byte(variant_tag::DATA),
        }
        match variant {
            V::UnitVariant => {}
            // `postcard-schema` writes the variants of `Result` as tuples of one; serde doesn't.
            V::NewtypeVariant(inner) | V::TupleVariant([inner]) => self.ty(inner),
            V::TupleVariant(types) => self.tuple(types),
            V::StructVariant(fields) => self.fields(fields),
        }
    }

    const fn tuple(&mut self, types: &[&NamedType]) {
        self.byte(tag::TUPLE);
        self.number(types.len() as u64);
        let mut i = 0;
        while i < types.len() {
            self.ty(types[i]);
            i += 1;
        }
    }

    const fn fields(&mut self, fields: &[&NamedValue]) {
        self.byte(tag::STRUCT);
        self.number(fields.len() as u64);
        let mut i = 0;
        while i < fields.len() {
            self.text(fields[i].name);
            if is_defaulted(fields[i].ty) {
                self.byte(tag::DEFAULT);
                self.default_of(fields[i].ty);
            }
            self.ty(fields[i].ty);
            i += 1;
        }
    }
}

/// Whether two names are the same.
const fn same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut i = 0;
    while i < one.len() && i < other.len() && one[i] == other[i] {
        i += 1;
    }
    i == one.len() && i == other.len()
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

const fn fnv1a(hash: u64, byte: u8) -> u64 {
    (hash ^ byte as u64).wrapping_mul(0x0100_0000_01b3)
}

/// The FNV-1a hash of bytes.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FNV_OFFSET, |hash, &byte| fnv1a(hash, byte))
}

impl Shape<&'static NamedType> {
    /// The shape of elements.
    ///
    /// # Panics
    /// While compiling, when the element's layout differs between 32 and 64 bits or its schema leaves something out.
    pub const fn pod<T: Pod + Schema>() -> Self {
        assert!(
            pod_size(T::SCHEMA) == size_of::<T>(),
            "the schema of an element of a `PodSlice` or `PodVec` doesn't name all that the element holds"
        );
        Self::Pod { element: T::SCHEMA, size: size_of::<T>() as u32, align: align_of::<T>() as u32 }
    }
}

/// How many bytes the parts of an element have.
const fn pod_size(ty: &NamedType) -> usize {
    use DataModelType as T;
    match ty.ty {
        T::I8 | T::U8 => 1,
        T::I16 | T::U16 => 2,
        T::I32 | T::U32 | T::F32 => 4,
        T::I64 | T::U64 | T::F64 => 8,
        T::I128 | T::U128 => 16,
        T::Unit | T::UnitStruct => 0,
        T::NewtypeStruct(inner) => pod_size(inner),
        T::TupleStruct([inner, _]) if is_defaulted(ty) => pod_size(inner),
        T::Tuple(types) | T::TupleStruct(types) => {
            let mut size = 0;
            let mut i = 0;
            while i < types.len() {
                size += pod_size(types[i]);
                i += 1;
            }
            size
        }
        T::Struct(fields) => {
            let mut size = 0;
            let mut i = 0;
            while i < fields.len() {
                size += pod_size(fields[i].ty);
                i += 1;
            }
            size
        }
        T::Usize | T::Isize => panic!("`usize` and `isize` have another size in a plugin: use `u32` or `u64`"),
        _ => panic!("an element of a `PodSlice` or `PodVec` holds numbers, arrays and structs of them only"),
    }
}

//! Arbitrary types: each as the compiler knows it, and as it should be read.

use plugix_abi::__private::postcard_schema::schema::{
    DataModelType, DataModelVariant, NamedType, NamedValue, NamedVariant,
};
use plugix_abi::interface::Shape;
use plugix_abi::interface::descriptor::{Field, Primitive, Type, Variant};
use proptest::prelude::*;

pub(crate) type Known = &'static NamedType;

/// Makes a value live as long as a constant.
pub(crate) fn leak<T: ?Sized>(value: impl Into<Box<T>>) -> &'static T {
    Box::leak(value.into())
}

fn named(ty: DataModelType) -> Known {
    leak(NamedType { name: "not written", ty: leak(ty) })
}

fn leak_all<T: Clone>(values: &[T]) -> &'static [T] {
    leak(values)
}

fn primitive() -> impl Strategy<Value = (Known, Type)> {
    let primitives = [
        (DataModelType::Bool, Primitive::Bool),
        (DataModelType::I8, Primitive::I8),
        (DataModelType::I128, Primitive::I128),
        (DataModelType::U8, Primitive::U8),
        (DataModelType::U64, Primitive::U64),
        (DataModelType::F32, Primitive::F32),
        (DataModelType::Char, Primitive::Char),
        (DataModelType::String, Primitive::String),
        (DataModelType::ByteArray, Primitive::Bytes),
        (DataModelType::Unit, Primitive::Unit),
        (DataModelType::UnitStruct, Primitive::Unit),
    ];
    prop::sample::select(primitives.to_vec()).prop_map(|(known, read)| (named(known), Type::Primitive(read)))
}

pub(crate) fn any_type() -> impl Strategy<Value = (Known, Type)> {
    primitive().prop_recursive(5, 40, 4, |inner| {
        let several = || prop::collection::vec(("[a-z]{0,5}", inner.clone()), 0..4);
        prop_oneof![
            inner.clone().prop_map(|(known, read)| (named(DataModelType::NewtypeStruct(known)), read)),
            inner.clone().prop_map(|(known, read)| (named(DataModelType::Option(known)), Type::Option(read.into()))),
            inner.clone().prop_map(|(known, read)| (named(DataModelType::Seq(known)), Type::Seq(read.into()))),
            (inner.clone(), inner.clone()).prop_map(|((key, key_read), (val, val_read))| {
                (named(DataModelType::Map { key, val }), Type::Map(key_read.into(), val_read.into()))
            }),
            several().prop_map(tuple),
            several().prop_map(structure),
            several().prop_map(enumeration),
        ]
    })
}

type Parts = Vec<(String, (Known, Type))>;

fn types(parts: &Parts) -> (&'static [Known], Type) {
    let known: Vec<_> = parts.iter().map(|(_, (known, _))| *known).collect();
    (leak_all(&known), Type::Tuple(parts.iter().map(|(_, (_, read))| read.clone()).collect()))
}

fn fields(parts: &Parts) -> (&'static [&'static NamedValue], Type) {
    let known: Vec<_> = parts
        .iter()
        .map(|(name, (known, _))| leak::<NamedValue>(NamedValue { name: leak(name.clone()), ty: known }))
        .collect();
    let read = parts.iter().map(|(name, (_, read))| Field { name: name.clone(), ty: read.clone(), default: None });
    (leak_all(&known), Type::Struct(read.collect()))
}

fn tuple(parts: Parts) -> (Known, Type) {
    let (known, read) = types(&parts);
    (named(DataModelType::TupleStruct(known)), read)
}

fn structure(parts: Parts) -> (Known, Type) {
    let (known, read) = fields(&parts);
    (named(DataModelType::Struct(known)), read)
}

/// A variant of each kind, all with the same parts.
fn enumeration(parts: Parts) -> (Known, Type) {
    let (tuple, tuple_read) = types(&parts);
    let (fields, fields_read) = fields(&parts);
    let mut variants = vec![("Unit", DataModelVariant::UnitVariant, None)];
    variants.push(("Struct", DataModelVariant::StructVariant(fields), Some(fields_read)));
    match parts.as_slice() {
        [(_, (known, read))] => {
            variants.push(("One", DataModelVariant::TupleVariant(tuple), Some(read.clone())));
            variants.push(("New", DataModelVariant::NewtypeVariant(known), Some(read.clone())));
        }
        _ => variants.push(("Tuple", DataModelVariant::TupleVariant(tuple), Some(tuple_read))),
    }
    let known: Vec<_> =
        variants.iter().map(|(name, ty, _)| leak::<NamedVariant>(NamedVariant { name, ty: leak(*ty) })).collect();
    let read = variants.into_iter().map(|(name, _, data)| Variant { name: name.into(), data, other: false });
    (named(DataModelType::Enum(leak_all(&known))), Type::Enum(read.collect()))
}

pub(crate) fn any_shape() -> impl Strategy<Value = (Shape<Known>, Shape<Type>)> {
    prop_oneof![
        any_type().prop_map(|(known, read)| (Shape::Value(known), Shape::Value(read))),
        any_type().prop_map(|(known, read)| (Shape::Stream(known), Shape::Stream(read))),
        Just((Shape::Bytes, Shape::Bytes)),
        Just((Shape::Text, Shape::Text)),
        (any_type(), 1..u32::MAX / 16, 0_u32..=4).prop_map(|((known, read), count, align)| {
            let size = count << align;
            let align = 1 << align;
            (Shape::Pod { element: known, size, align }, Shape::Pod { element: read, size, align })
        }),
    ]
}

//! Random types with an allowed change, their values, and postcard as it is written down.

use plugix_abi::interface::descriptor::{Field, Primitive, Type, Variant};

/// Random numbers that follow from a seed.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        ((self.next() >> 32) % end as u64) as usize
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// A value, with the names of what is in it.
#[derive(Debug)]
pub(super) enum Value {
    /// In postcard, which is the same for all sides.
    Plain(Vec<u8>),
    Option(Option<Box<Value>>),
    /// The elements of a list, and the keys and values of a map in turn.
    Many(usize, Vec<Value>),
    Tuple(Vec<Value>),
    Struct(Vec<(String, Value)>),
    Enum(String, Option<Box<Value>>),
}

const PRIMITIVES: [Primitive; 19] = {
    use Primitive::*;
    [Bool, I8, I16, I32, I64, I128, Isize, U8, U16, U32, U64, U128, Usize, F32, F64, Char, String, Bytes, Unit]
};

/// A type of a writer, and one of a reader.
pub(super) fn pair(rng: &mut Rng, depth: usize) -> (Type, Type) {
    let kind = if depth == 0 { 0 } else { rng.below(10) };
    let wrap = |(from, to): (Type, Type), with: fn(Box<Type>) -> Type| (with(from.into()), with(to.into()));
    match kind {
        0 | 1 => {
            let primitive = PRIMITIVES[rng.below(PRIMITIVES.len())];
            (Type::Primitive(primitive), Type::Primitive(primitive))
        }
        2 => wrap(pair(rng, depth - 1), Type::Option),
        3 => wrap(pair(rng, depth - 1), Type::Seq),
        4 => {
            let key = Type::Primitive(PRIMITIVES[rng.below(PRIMITIVES.len())]);
            let (from, to) = pair(rng, depth - 1);
            (Type::Map(key.clone().into(), from.into()), Type::Map(key.into(), to.into()))
        }
        5 => {
            let (from, to) = (0..rng.below(4)).map(|_| pair(rng, depth - 1)).unzip();
            (Type::Tuple(from), Type::Tuple(to))
        }
        6 | 7 => enums(rng, depth),
        _ => structs(rng, depth),
    }
}

fn structs(rng: &mut Rng, depth: usize) -> (Type, Type) {
    let (mut from, mut to) = (Vec::new(), Vec::new());
    for i in 0..rng.below(12) {
        let (from_type, to_type) = pair(rng, depth - 1);
        let mut add = |fields: &mut Vec<Field>, ty: Type, needs_default| {
            let default = (needs_default || rng.below(2) == 0).then(|| encode(&value(&ty, rng), &ty));
            fields.push(Field { name: format!("f{i}"), ty, default });
        };
        match i % 3 {
            0 => add(&mut from, from_type, true),
            1 => add(&mut to, to_type, true),
            _ => {
                add(&mut from, from_type, false);
                add(&mut to, to_type, false);
            }
        }
    }
    if rng.below(2) == 0 {
        rng.shuffle(&mut from);
        rng.shuffle(&mut to);
    }
    (Type::Struct(from), Type::Struct(to))
}

fn enums(rng: &mut Rng, depth: usize) -> (Type, Type) {
    let variant = |name: String, data| Variant { name, data, other: false };
    let other = || Variant { name: "other".into(), data: None, other: true };
    let (mut from, mut to) = (vec![other()], vec![other()]);
    for i in 0..rng.below(10) {
        let (from_data, to_data) = match rng.below(3) {
            0 => (None, None),
            _ => {
                let (from, to) = pair(rng, depth - 1);
                (Some(from), Some(to))
            }
        };
        if i % 3 != 0 {
            to.push(variant(format!("v{i}"), to_data));
        }
        if i % 3 != 1 {
            from.push(variant(format!("v{i}"), from_data));
        }
    }
    rng.shuffle(&mut from);
    rng.shuffle(&mut to);
    (Type::Enum(from), Type::Enum(to))
}

pub(super) fn value(ty: &Type, rng: &mut Rng) -> Value {
    match ty {
        Type::Primitive(primitive) => Value::Plain(plain(*primitive, rng)),
        Type::Option(some) => Value::Option((rng.below(3) > 0).then(|| Box::new(value(some, rng)))),
        Type::Seq(element) => {
            let count = rng.below(4);
            Value::Many(count, (0..count).map(|_| value(element, rng)).collect())
        }
        Type::Map(key, element) => {
            let count = rng.below(3);
            Value::Many(count, (0..count).flat_map(|_| [value(key, rng), value(element, rng)]).collect())
        }
        Type::Tuple(types) => Value::Tuple(types.iter().map(|ty| value(ty, rng)).collect()),
        Type::Struct(fields) => {
            Value::Struct(fields.iter().map(|field| (field.name.clone(), value(&field.ty, rng))).collect())
        }
        Type::Enum(variants) => {
            let variant = &variants[rng.below(variants.len())];
            Value::Enum(variant.name.clone(), variant.data.as_ref().map(|data| Box::new(value(data, rng))))
        }
    }
}

fn plain(primitive: Primitive, rng: &mut Rng) -> Vec<u8> {
    use Primitive::*;
    let number = rng.next() >> rng.below(64);
    let encoded = match primitive {
        Bool => postcard::to_allocvec(&number.is_multiple_of(2)),
        U8 | I8 => postcard::to_allocvec(&(number as u8)),
        U16 | I16 => postcard::to_allocvec(&(number as u16)),
        U32 | I32 => postcard::to_allocvec(&(number as u32)),
        U64 | I64 | Usize | Isize => postcard::to_allocvec(&number),
        U128 | I128 => postcard::to_allocvec(&(u128::from(number) << rng.below(65))),
        F32 => postcard::to_allocvec(&f32::from_bits(number as u32)),
        F64 => postcard::to_allocvec(&f64::from_bits(number)),
        Char => postcard::to_allocvec(&char::from_u32(number as u32).unwrap_or('ß')),
        String => postcard::to_allocvec(&format!("ß{number}")),
        Bytes => postcard::to_allocvec(&number.to_le_bytes()[..rng.below(9)]),
        Unit => postcard::to_allocvec(&()),
    };
    encoded.expect("it can be encoded")
}

/// The value as a side with this type has it: what that side doesn't know is left out, and the rest has its default.
pub(super) fn encode(value: &Value, ty: &Type) -> Vec<u8> {
    match (value, ty) {
        (Value::Plain(bytes), _) => bytes.clone(),
        (Value::Option(None), _) => vec![0],
        (Value::Option(Some(value)), Type::Option(some)) => [vec![1], encode(value, some)].concat(),
        (Value::Many(count, values), Type::Seq(element)) => {
            [vec![*count as u8], values.iter().flat_map(|value| encode(value, element)).collect()].concat()
        }
        (Value::Many(count, values), Type::Map(key, element)) => {
            let entry = |entry: &[Value]| [encode(&entry[0], key), encode(&entry[1], element)].concat();
            [vec![*count as u8], values.chunks(2).flat_map(entry).collect()].concat()
        }
        (Value::Tuple(values), Type::Tuple(types)) => {
            values.iter().zip(types).flat_map(|(value, ty)| encode(value, ty)).collect()
        }
        (Value::Struct(values), Type::Struct(fields)) => {
            let of = |field: &Field| match values.iter().find(|(name, _)| *name == field.name) {
                Some((_, value)) => encode(value, &field.ty),
                None => field.default.clone().expect("a field that only one side has"),
            };
            fields.iter().flat_map(of).collect()
        }
        (Value::Enum(name, data), Type::Enum(variants)) => {
            let at = variants.iter().position(|variant| variant.name == *name);
            match at.map(|at| (at, &variants[at].data, data)) {
                Some((at, Some(ty), Some(data))) => [vec![at as u8], encode(data, ty)].concat(),
                Some((at, ..)) => vec![at as u8],
                None => vec![variants.iter().position(|variant| variant.other).expect("an open enum") as u8],
            }
        }
        _ => unreachable!("{value:?} is no {ty}"),
    }
}

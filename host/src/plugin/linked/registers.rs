//! Numbers that one plugin passes in registers and the other one takes in memory.

use plugix_abi::interface::descriptor::{ArgDescriptor, Primitive, Type};
use plugix_abi::interface::{Scalar, Shape};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The arguments as they stand in memory.
pub(crate) fn frame(args: &[ArgDescriptor], registers: &[u64]) -> Result<Vec<u8>, String> {
    if args.len() != registers.len() {
        return Err(format!("{} arguments came, and the method takes {}", registers.len(), args.len()));
    }
    let mut bytes = Vec::new();
    for (arg, &bits) in args.iter().zip(registers) {
        let argument = |problem: String| format!("argument `{}`: {problem}", arg.name);
        bytes.extend(of_register(primitive(&arg.shape).map_err(argument)?, bits).map_err(argument)?);
    }
    Ok(bytes)
}

/// A result as it stands in a register: its four bytes, the lowest first.
pub(crate) fn unframe(shape: &Shape<Type>, bytes: &[u8]) -> Result<Vec<u8>, String> {
    let bits = to_register(primitive(shape)?, bytes)?;
    Ok((bits as u32).to_le_bytes().to_vec())
}

fn primitive(shape: &Shape<Type>) -> Result<Primitive, String> {
    match shape {
        Shape::Value(Type::Primitive(primitive)) => Ok(*primitive),
        _ => Err("it doesn't fit a register".to_owned()),
    }
}

macro_rules! scalars {
    ($($primitive:ident = $ty:ty),*) => {
        fn of_register(primitive: Primitive, bits: u64) -> Result<Vec<u8>, String> {
            match primitive {
                $(Primitive::$primitive => encode::<$ty>(bits),)*
                other => Err(format!("a {} doesn't fit a register", other.as_str())),
            }
        }

        fn to_register(primitive: Primitive, bytes: &[u8]) -> Result<u64, String> {
            match primitive {
                $(Primitive::$primitive => decode::<$ty>(bytes),)*
                other => Err(format!("a {} doesn't fit a register", other.as_str())),
            }
        }
    };
}

scalars!(
    Bool = bool,
    I8 = i8,
    I16 = i16,
    I32 = i32,
    I64 = i64,
    U8 = u8,
    U16 = u16,
    U32 = u32,
    U64 = u64,
    F32 = f32,
    F64 = f64,
    Unit = ()
);

fn encode<T: Scalar + Serialize>(bits: u64) -> Result<Vec<u8>, String> {
    let value = T::from_bits(bits).ok_or_else(|| format!("{bits:#x} is no such number"))?;
    postcard::to_allocvec(&value).map_err(|error| error.to_string())
}

fn decode<T: Scalar + DeserializeOwned>(bytes: &[u8]) -> Result<u64, String> {
    match postcard::take_from_bytes::<T>(bytes) {
        Ok((value, [])) => Ok(value.to_bits()),
        Ok((_, rest)) => Err(format!("{} bytes are left over", rest.len())),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(primitive: Primitive) -> Shape<Type> {
        Shape::Value(Type::Primitive(primitive))
    }

    fn arg(primitive: Primitive) -> ArgDescriptor {
        ArgDescriptor { name: "a".to_owned(), shape: shape(primitive) }
    }

    #[test]
    fn numbers_go_from_registers_into_memory() {
        let args = [arg(Primitive::I32), arg(Primitive::Bool), arg(Primitive::F64)];
        let bytes = frame(&args, &[-5_i64 as u64, 1, 0.5_f64.to_bits()]);
        assert_eq!(bytes, Ok(postcard::to_allocvec(&(-5_i32, true, 0.5_f64)).expect("numbers are encoded")));
    }

    #[test]
    fn what_is_no_such_number_is_refused() {
        assert!(frame(&[arg(Primitive::Bool)], &[2]).is_err());
        assert!(frame(&[arg(Primitive::U8)], &[256]).is_err());
        assert!(frame(&[arg(Primitive::String)], &[0]).is_err());
        assert!(frame(&[arg(Primitive::U8)], &[]).is_err());
        assert!(unframe(&shape(Primitive::U8), &[1, 1]).is_err());
        assert!(unframe(&shape(Primitive::U32), &[]).is_err());
    }

    #[test]
    fn results_go_from_memory_into_a_register() {
        assert_eq!(
            unframe(&shape(Primitive::I16), &postcard::to_allocvec(&-2_i16).unwrap()),
            Ok(vec![254, 255, 255, 255])
        );
        assert_eq!(unframe(&shape(Primitive::Unit), &[]), Ok(vec![0; 4]));
    }
}

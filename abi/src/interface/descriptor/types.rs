//! Records as they were read.

use super::super::{ImportKind, ReturnInfo, Shape, Version};
use crate::AbiVersion;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What a plugin says of itself beside its metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginDescriptor {
    /// The ABI that the plugin was built for.
    pub abi: AbiVersion,
    /// The version of the SDK that built it.
    pub sdk: String,
    /// What its author says that it takes to run.
    pub needs: Needs,
    /// The type of its configuration.
    pub config: Type,
}

/// What a plugin needs to run, as its author says. Zeroes say nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// How many threads it starts.
    pub threads: u32,
    /// How much memory it takes, in bytes.
    pub memory: u64,
}

/// An interface that a plugin implements or calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// The ABI that the plugin was built for.
    pub abi: AbiVersion,
    /// The interface's name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Its documentation.
    pub docs: String,
    /// Its methods; no two have the same name.
    pub methods: Vec<MethodDescriptor>,
}

/// A method of such an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MethodDescriptor {
    /// The method's name.
    pub name: String,
    /// Its documentation.
    pub docs: String,
    /// Its signature in words.
    pub signature: String,
    /// Whether it has a default body.
    pub optional: bool,
    /// The version of the interface that it came with, if it was not there from the beginning.
    pub since: Option<Version>,
    /// Names that it had in earlier versions.
    pub was: Vec<String>,
    /// How a plugin calls it when the host implements it.
    pub import: ImportKind,
    /// The hash of its arguments' and its result's forms.
    pub hash: u64,
    /// Its arguments.
    pub args: Vec<ArgDescriptor>,
    /// Its result.
    pub returns: ReturnInfo<Type>,
}

/// An argument of such a method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgDescriptor {
    /// The argument's name.
    pub name: String,
    /// How it travels.
    pub shape: Shape<Type>,
}

/// The type of a value in postcard or in JSON: both use serde's data model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Type {
    /// A type without parts.
    Primitive(Primitive),
    /// A value or nothing.
    Option(Box<Type>),
    /// Any number of values.
    Seq(Box<Type>),
    /// Keys and values.
    Map(Box<Type>, Box<Type>),
    /// One value of each type; also an array.
    Tuple(Vec<Type>),
    /// Named values.
    Struct(Vec<Field>),
    /// One of several, by its index.
    Enum(Vec<Variant>),
}

/// A field of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Field {
    /// The field's name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// What it is where the other side doesn't know it, in postcard: both sides fit even if only one has the field.
    pub default: Option<Vec<u8>>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// The variant's name.
    pub name: String,
    /// What it holds: one value, a tuple or a struct.
    pub data: Option<Type>,
    /// Whether it stands for variants that the reader doesn't know. Then it holds nothing.
    pub other: bool,
}

macro_rules! primitives {
    ($($name:ident = $tag:literal $words:literal,)*) => {
        /// A type without parts.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "named after the types that they are")]
        pub enum Primitive { $($name = $tag,)* }

        impl Primitive {
            pub(super) fn from_tag(tag: u8) -> Option<Self> {
                Some(match tag { $($tag => Self::$name,)* _ => return None })
            }

            /// How Rust writes the type.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

primitives! {
    Bool = 0 "bool",
    I8 = 1 "i8",
    I16 = 2 "i16",
    I32 = 3 "i32",
    I64 = 4 "i64",
    I128 = 5 "i128",
    Isize = 6 "isize",
    U8 = 7 "u8",
    U16 = 8 "u16",
    U32 = 9 "u32",
    U64 = 10 "u64",
    U128 = 11 "u128",
    Usize = 12 "usize",
    F32 = 13 "f32",
    F64 = 14 "f64",
    Char = 15 "char",
    String = 16 "String",
    Bytes = 17 "bytes",
    Unit = 18 "()",
}

/// The type in words, with the names of fields and variants. It shows people where two types differ.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Primitive(primitive) => f.write_str(primitive.as_str()),
            Self::Option(inner) => write!(f, "Option<{inner}>"),
            Self::Seq(inner) => write!(f, "Vec<{inner}>"),
            Self::Map(key, value) => write!(f, "Map<{key}, {value}>"),
            Self::Tuple(types) => match types.as_slice() {
                [first, rest @ ..] if !rest.is_empty() && rest.iter().all(|ty| ty == first) => {
                    write!(f, "[{first}; {}]", types.len())
                }
                types => separated(f, "(", ", ", types, ")"),
            },
            Self::Struct(fields) => separated(f, "{ ", ", ", fields, " }"),
            Self::Enum(variants) => separated(f, "", " | ", variants, ""),
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.ty)
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.data {
            None => f.write_str(&self.name),
            Some(data @ Type::Struct(_)) => write!(f, "{} {data}", self.name),
            Some(Type::Tuple(types)) => {
                f.write_str(&self.name)?;
                separated(f, "(", ", ", types, ")")
            }
            Some(data) => write!(f, "{}({data})", self.name),
        }
    }
}

fn separated<T: fmt::Display>(
    f: &mut fmt::Formatter<'_>,
    open: &str,
    between: &str,
    items: &[T],
    close: &str,
) -> fmt::Result {
    f.write_str(open)?;
    for (i, item) in items.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { between })?;
        item.fmt(f)?;
    }
    f.write_str(close)
}

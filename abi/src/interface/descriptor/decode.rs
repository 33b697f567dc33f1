//! Reads records that anyone may have written.

use super::super::schema::{hash, shape_tag, tag, variant_tag};
use super::super::{ImportKind, ReturnInfo, Shape, Version};
use super::{
    ArgDescriptor, Descriptor, DescriptorError, FORMAT, Field, MAX_DEPTH, MAX_SECTION_LEN, MAX_TYPES, MethodDescriptor,
    Needs, PluginDescriptor, Primitive, Type, Variant, flag,
};
use crate::AbiVersion;
use alloc::boxed::Box;
use alloc::collections::btree_map::Entry;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

type Result<T> = core::result::Result<T, DescriptorError>;

/// Reads the section [`IMPLEMENTS`](super::section::IMPLEMENTS) or [`USES`](super::section::USES). An interface that
/// stands there more than once is returned once. The interfaces are sorted by name.
///
/// # Errors
/// When the section is not what this crate writes. Then nothing of it is returned.
pub fn read_interfaces(section: &[u8]) -> Result<Vec<Descriptor>> {
    let mut reader = Reader::new(section)?;
    let mut interfaces = BTreeMap::<String, Descriptor>::new();
    while !reader.bytes.is_empty() {
        let interface = reader.record(Reader::interface)?;
        match interfaces.entry(interface.name.clone()) {
            Entry::Vacant(place) => {
                place.insert(interface);
            }
            Entry::Occupied(known) if *known.get() == interface => {}
            Entry::Occupied(_) => return Err(DescriptorError::DuplicateInterface(interface.name)),
        }
    }
    Ok(interfaces.into_values().collect())
}

/// Reads the section [`PLUGIN`](super::section::PLUGIN).
///
/// # Errors
/// When the section is not what this crate writes.
pub fn read_plugin(section: &[u8]) -> Result<PluginDescriptor> {
    let mut reader = Reader::new(section)?;
    let plugin = reader.record(Reader::plugin)?;
    reader.end()?;
    Ok(plugin)
}

/// The bytes that are left, and how many more types they may hold.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    types_left: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(section: &'a [u8]) -> Result<Self> {
        match section.len() {
            ..=MAX_SECTION_LEN => Ok(Self { bytes: section, types_left: MAX_TYPES }),
            len => Err(DescriptorError::TooLong { len }),
        }
    }

    pub(super) fn record<T>(&mut self, read: impl FnOnce(&mut Self, AbiVersion) -> Result<T>) -> Result<T> {
        let len = u32::from_le_bytes(self.array()?);
        let bytes = self.take(len as usize)?;
        let mut record = Self { bytes, types_left: self.types_left };
        match record.byte()? {
            FORMAT => {}
            other => return Err(DescriptorError::UnknownFormat(other)),
        }
        let abi = AbiVersion { major: u16::from_le_bytes(record.array()?), minor: u16::from_le_bytes(record.array()?) };
        let value = read(&mut record, abi)?;
        record.end()?;
        self.types_left = record.types_left;
        Ok(value)
    }

    pub(super) fn end(&self) -> Result<()> {
        match self.bytes.len() {
            0 => Ok(()),
            left => Err(DescriptorError::Trailing(left)),
        }
    }

    fn plugin(&mut self, abi: AbiVersion) -> Result<PluginDescriptor> {
        let sdk = self.text()?;
        let needs = Needs { threads: self.small()?, memory: self.number()? };
        Ok(PluginDescriptor { abi, sdk, needs, config: self.ty(0)? })
    }

    fn interface(&mut self, abi: AbiVersion) -> Result<Descriptor> {
        let name = self.text()?;
        let version = self.version()?;
        let docs = self.text()?;
        let mut names = BTreeSet::new();
        let methods = self.list(|reader| {
            let method = reader.method()?;
            if !names.insert(method.name.clone()) {
                return Err(DescriptorError::DuplicateMethod { interface: name.clone(), method: method.name });
            }
            Ok(method)
        })?;
        Ok(Descriptor { abi, name, version, docs, methods })
    }

    fn version(&mut self) -> Result<Version> {
        Ok(Version { major: self.small()?, minor: self.small()?, patch: self.small()? })
    }

    fn method(&mut self) -> Result<MethodDescriptor> {
        let name = self.text()?;
        let docs = self.text()?;
        let signature = self.text()?;
        let flags = self.byte()?;
        if flags & !(flag::OPTIONAL | flag::SINCE | flag::WAS) != 0 {
            return Err(DescriptorError::UnknownTag { what: "mark of a method", value: flags });
        }
        let since = if flags & flag::SINCE != 0 { Some(self.version()?) } else { None };
        let was = if flags & flag::WAS != 0 { self.list(Self::text)? } else { Vec::new() };
        let stated_hash = u64::from_le_bytes(self.array()?);
        let arg_names = self.list(Self::text)?;

        let hashed = self.bytes;
        let import = if self.flag("kind of import")? { ImportKind::Scalar } else { ImportKind::Frame };
        let mut args = Vec::new();
        for name in arg_names {
            args.push(ArgDescriptor { name, shape: self.shape()? });
        }
        let value = self.shape()?;
        let error = self.optional(0)?;
        if hash(&hashed[..hashed.len() - self.bytes.len()]) != stated_hash {
            return Err(DescriptorError::WrongHash(name));
        }
        Ok(MethodDescriptor {
            name,
            docs,
            signature,
            optional: flags & flag::OPTIONAL != 0,
            since,
            was,
            import,
            hash: stated_hash,
            args,
            returns: ReturnInfo { value, error },
        })
    }

    fn shape(&mut self) -> Result<Shape<Type>> {
        Ok(match self.byte()? {
            shape_tag::VALUE => Shape::Value(self.ty(0)?),
            shape_tag::BYTES => Shape::Bytes,
            shape_tag::TEXT => Shape::Text,
            shape_tag::POD => {
                let size = self.small()?;
                let align = self.small()?;
                // As for `PodSlice`; nothing else has such elements.
                let possible = matches!(align, 1 | 2 | 4 | 8 | 16) && size > 0 && size.is_multiple_of(align);
                if !possible {
                    return Err(DescriptorError::NumberOutOfRange);
                }
                Shape::Pod { size, align, element: self.ty(0)? }
            }
            shape_tag::STREAM => Shape::Stream(self.ty(0)?),
            value => return Err(DescriptorError::UnknownTag { what: "shape", value }),
        })
    }

    fn ty(&mut self, depth: usize) -> Result<Type> {
        if depth == MAX_DEPTH {
            return Err(DescriptorError::TooDeep);
        }
        self.types_left = self.types_left.checked_sub(1).ok_or(DescriptorError::TooManyTypes)?;
        let inner = depth + 1;
        Ok(match self.byte()? {
            tag::OPTION => Type::Option(Box::new(self.ty(inner)?)),
            tag::SEQ => Type::Seq(Box::new(self.ty(inner)?)),
            tag::MAP => Type::Map(Box::new(self.ty(inner)?), Box::new(self.ty(inner)?)),
            tag::TUPLE => Type::Tuple(self.list(|reader| reader.ty(inner))?),
            tag::STRUCT => Type::Struct(self.list(|reader| reader.field(inner))?),
            tag::ENUM => Type::Enum(self.list(|reader| reader.variant(inner))?),
            value => match Primitive::from_tag(value) {
                Some(primitive) => Type::Primitive(primitive),
                None => return Err(DescriptorError::UnknownTag { what: "type", value }),
            },
        })
    }

    fn field(&mut self, depth: usize) -> Result<Field> {
        let name = self.text()?;
        let default = match self.bytes {
            [tag::DEFAULT, ..] => {
                self.byte()?;
                Some(self.counted()?.to_vec())
            }
            _ => None,
        };
        Ok(Field { name, ty: self.ty(depth)?, default })
    }

    fn variant(&mut self, depth: usize) -> Result<Variant> {
        let name = self.text()?;
        let (data, other) = match self.byte()? {
            variant_tag::UNIT => (None, false),
            variant_tag::DATA => (Some(self.ty(depth)?), false),
            variant_tag::OTHER => (None, true),
            value => return Err(DescriptorError::UnknownTag { what: "mark of a variant", value }),
        };
        Ok(Variant { name, data, other })
    }

    fn optional(&mut self, depth: usize) -> Result<Option<Type>> {
        if self.flag("mark of an optional type")? { self.ty(depth).map(Some) } else { Ok(None) }
    }

    fn flag(&mut self, what: &'static str) -> Result<bool> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            value => Err(DescriptorError::UnknownTag { what, value }),
        }
    }

    /// Reads a list. It reserves nothing for the stated length: each item takes at least a byte.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T>) -> Result<Vec<T>> {
        let count = self.number()?;
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(super) fn text(&mut self) -> Result<String> {
        core::str::from_utf8(self.counted()?).map(String::from).map_err(|_| DescriptorError::NotUtf8)
    }

    /// Bytes with their length in front.
    fn counted(&mut self) -> Result<&'a [u8]> {
        let len = self.number()?;
        self.take(usize::try_from(len).map_err(|_| DescriptorError::Truncated)?)
    }

    fn small(&mut self) -> Result<u32> {
        self.number()?.try_into().map_err(|_| DescriptorError::NumberOutOfRange)
    }

    fn number(&mut self) -> Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if (bits << shift) >> shift != bits {
                break;
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DescriptorError::NumberOutOfRange)
    }

    fn byte(&mut self) -> Result<u8> {
        self.array().map(|[byte]| byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or(DescriptorError::Truncated)?;
        self.bytes = rest;
        Ok(*array)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(len).ok_or(DescriptorError::Truncated)?;
        self.bytes = rest;
        Ok(taken)
    }
}

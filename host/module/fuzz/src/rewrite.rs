//! Values of a type that one side has in another form. Any two types fit or don't, and any bytes are refused or become a
//! value of the reader's.

use plugix_abi::__private::{schema_of, write_plugin};
use plugix_abi::interface::descriptor::{ArgDescriptor, Descriptor, MethodDescriptor, Needs, Type, read_plugin};
use plugix_abi::interface::{Bounds, DecodeError, ImportKind, ReturnInfo, Shape, Version};
use plugix_abi::{ABI_VERSION, Schema};
use plugix_e2e_contract::evolve::{newer, older};
use plugix_fuzzing::{framed, kind};
use plugix_module::InterfaceError;
use plugix_module::interface::fit;
use std::mem::discriminant;

/// What stands before the type in a plugin's record: the format, the version, no SDK, no needs.
const BEFORE_TYPE: [u8; 8] = [1, 1, 0, 0, 0, 0, 0, 0];

/// How large what is written may be.
const BOUNDS: Bounds = Bounds::of(1 << 16);

/// An input is two types, each with its length (two bytes) in front, and bytes that may be a value of the first.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let older_value = [&[1, 1, b'a', 3][..], &[1, 1, b'b', 4], &[1, 1, b'n', 0, 5, 8, 0, 6, 0, 9]].concat();
    let newer_line = [0, 3, 1, b'a', 13, 0];
    let newer_value = [&[1][..], &newer_line, &[2, 0xac, 2], &newer_line, &[0, 8], &newer_line, &[0, 9]].concat();
    vec![
        seed::<older::Report, newer::Report>(&older_value),
        seed::<newer::Report, older::Report>(&newer_value),
        seed::<newer::Failure, older::Failure>(&[1, 7]),
        seed::<Vec<older::Mood>, Vec<newer::Mood>>(&[3, 0, 2, 1, 0, 0]),
        seed::<Vec<newer::Line>, Vec<older::Line>>(&[&[1][..], &newer_line].concat()),
        seed::<(u8, Option<older::Line>), (u8, Option<newer::Line>)>(&[1, 1, 1, b'a', 0x80, 1]),
    ]
}

fn seed<From: Schema, To: Schema>(value: &[u8]) -> Vec<u8> {
    [ty::<From>(), ty::<To>(), value.to_vec()].concat()
}

fn ty<T: Schema>() -> Vec<u8> {
    let record = write_plugin::<4096>("", Needs::default(), schema_of::<T>());
    let len = record.len();
    let ty = &record.bytes()[4 + BEFORE_TYPE.len()..len];
    [&(ty.len() as u16).to_le_bytes()[..], ty].concat()
}

pub(crate) fn run(mut input: &[u8]) -> u64 {
    let (Some(from), Some(to)) = (take_type(&mut input), take_type(&mut input)) else { return 0 };
    let found = match fit(&taking(&from, 1), &taking(&to, 2)) {
        Ok(found) => found,
        Err(InterfaceError::ChangedMethod { difference, .. }) => return kind((1, difference.path.len())),
        Err(error) => panic!("{error}"),
    };
    let Some(rewrites) = found.into_iter().flatten().find_map(|fit| fit.rewrites) else { return 2 };
    match rewrites.arguments(input, BOUNDS) {
        Ok(Some(written)) => {
            assert!(written.len() <= BOUNDS.memory);
            kind((3, written.len().checked_ilog2()))
        }
        Ok(None) => panic!("something differs, and it is an argument"),
        Err(DecodeError::Postcard(error)) => kind((4, error.to_string())),
        Err(error) => kind((5, discriminant(&error))),
    }
}

fn take_type(input: &mut &[u8]) -> Option<Type> {
    let (len, rest) = input.split_first_chunk()?;
    let (ty, rest) = rest.split_at_checked(u16::from_le_bytes(*len).into())?;
    *input = rest;
    Some(read_plugin(&framed(&[&BEFORE_TYPE, ty].concat())).ok()?.config)
}

/// An interface whose method takes such a value. Two hashes that differ say that the types do.
fn taking(ty: &Type, hash: u64) -> Descriptor {
    let method = MethodDescriptor {
        name: "take".into(),
        docs: String::new(),
        signature: "take(value)".into(),
        optional: false,
        since: None,
        was: Vec::new(),
        import: ImportKind::Frame,
        hash,
        args: vec![ArgDescriptor { name: "value".into(), shape: Shape::Value(ty.clone()) }],
        returns: ReturnInfo { value: Shape::Bytes, error: None },
    };
    let version = Version { major: 1, minor: 0, patch: 0 };
    Descriptor { abi: ABI_VERSION, name: "Takes".into(), version, docs: String::new(), methods: vec![method] }
}

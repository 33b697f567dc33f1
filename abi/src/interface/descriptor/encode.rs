//! Writes records while compiling.

use super::super::schema::Writer;
use super::super::{ImportKind, InterfaceInfo, MethodInfo, Version};
use super::{FORMAT, Needs, flag};
use crate::ABI_VERSION;
use postcard_schema::schema::NamedType;

/// Writes the record of an interface.
pub const fn write_interface<const N: usize>(info: &InterfaceInfo) -> Writer<N> {
    let mut measure = Writer::<0>::new();
    interface(&mut measure, info);
    let mut writer = Writer::new();
    writer.all(&(measure.len() as u32).to_le_bytes());
    interface(&mut writer, info);
    writer
}

/// Writes the record of a plugin that is configured with values of the type `config`.
pub const fn write_plugin<const N: usize>(sdk: &str, needs: Needs, config: &NamedType) -> Writer<N> {
    let mut measure = Writer::<0>::new();
    plugin(&mut measure, sdk, needs, config);
    let mut writer = Writer::new();
    writer.all(&(measure.len() as u32).to_le_bytes());
    plugin(&mut writer, sdk, needs, config);
    writer
}

/// A method's hash. It changes with the form of an argument or the result, and with the way in which a plugin imports
/// the method.
pub const fn hash_method(info: &MethodInfo) -> u64 {
    let mut measure = Writer::<0>::new();
    shapes(&mut measure, info);
    measure.hash()
}

pub(super) const fn start<const N: usize>(writer: &mut Writer<N>) {
    writer.byte(FORMAT);
    writer.all(&ABI_VERSION.major.to_le_bytes());
    writer.all(&ABI_VERSION.minor.to_le_bytes());
}

const fn plugin<const N: usize>(writer: &mut Writer<N>, sdk: &str, needs: Needs, config: &NamedType) {
    start(writer);
    writer.text(sdk);
    writer.number(needs.threads as u64);
    writer.number(needs.memory);
    writer.ty(config);
}

const fn interface<const N: usize>(writer: &mut Writer<N>, info: &InterfaceInfo) {
    start(writer);
    writer.text(info.name);
    version(writer, info.version);
    writer.text(info.docs);
    writer.number(info.methods.len() as u64);
    let mut i = 0;
    while i < info.methods.len() {
        method(writer, &info.methods[i]);
        i += 1;
    }
}

const fn version<const N: usize>(writer: &mut Writer<N>, version: Version) {
    writer.number(version.major as u64);
    writer.number(version.minor as u64);
    writer.number(version.patch as u64);
}

const fn method<const N: usize>(writer: &mut Writer<N>, info: &MethodInfo) {
    writer.text(info.name);
    writer.text(info.docs);
    writer.text(info.signature);
    let optional = if info.optional { flag::OPTIONAL } else { 0 };
    let since = if info.since.is_some() { flag::SINCE } else { 0 };
    let was = if info.was.is_empty() { 0 } else { flag::WAS };
    writer.byte(optional | since | was);
    if let Some(since) = info.since {
        version(writer, since);
    }
    if !info.was.is_empty() {
        writer.number(info.was.len() as u64);
        let mut i = 0;
        while i < info.was.len() {
            writer.text(info.was[i]);
            i += 1;
        }
    }
    writer.all(&hash_method(info).to_le_bytes());
    writer.number(info.args.len() as u64);
    let mut i = 0;
    while i < info.args.len() {
        writer.text(info.args[i].name);
        i += 1;
    }
    shapes(writer, info);
}

/// What is hashed. Names are left out: a method is found by its name, and arguments by their place.
const fn shapes<const N: usize>(writer: &mut Writer<N>, info: &MethodInfo) {
    writer.byte(match info.import {
        ImportKind::Frame => 0,
        ImportKind::Scalar => 1,
    });
    let mut i = 0;
    while i < info.args.len() {
        writer.shape(&info.args[i].shape);
        i += 1;
    }
    writer.shape(&info.returns.value);
    match info.returns.error {
        None => writer.byte(0),
        Some(error) => {
            writer.byte(1);
            writer.ty(error);
        }
    }
}

//! What an interface says about itself, as constants.

use core::fmt;
use postcard_schema::schema::NamedType;

/// The version of an interface. Versions with the same `major` are compatible, if the methods' hashes agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Incompatible revisions.
    pub major: u32,
    /// Compatible additions.
    pub minor: u32,
    /// Corrections.
    pub patch: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// A whole interface.
#[derive(Clone, Copy, Debug)]
pub struct InterfaceInfo {
    /// The name: the trait's, unless the attribute gives another.
    pub name: &'static str,
    /// The version that the attribute gives.
    pub version: Version,
    /// The trait's documentation.
    pub docs: &'static str,
    /// The methods, in the trait's order.
    pub methods: &'static [MethodInfo],
}

/// One method.
#[derive(Clone, Copy, Debug)]
pub struct MethodInfo {
    /// The method's name.
    pub name: &'static str,
    /// Its documentation.
    pub docs: &'static str,
    /// Its signature as the trait has it, without `&self`.
    pub signature: &'static str,
    /// Whether the trait has a default body. If so, the other side may lack the method.
    pub optional: bool,
    /// The version of the interface that the method came with, if it was not there from the beginning. A side of an
    /// earlier version lacks the method.
    pub since: Option<Version>,
    /// Names that the method had in earlier versions.
    pub was: &'static [&'static str],
    /// Whether a call may run twice, as its author says with `#[repeatable]`. Whoever calls over a network may send such a
    /// call again when no answer comes. It isn't part of the method's form: each side says it for itself.
    pub repeatable: bool,
    /// How arguments and result cross the boundary.
    pub import: ImportKind,
    /// Its arguments.
    pub args: &'static [ArgInfo],
    /// Its result.
    pub returns: ReturnInfo<&'static NamedType>,
}

/// How a plugin calls a method of the host's, and how a host can call a method of the plugin's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Arguments and result stand in memory.
    Frame,
    /// Arguments and result stand in registers.
    Scalar,
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct ArgInfo {
    /// Its name.
    pub name: &'static str,
    /// How it travels.
    pub shape: Shape<&'static NamedType>,
}

/// A method's result; `T` is a type's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReturnInfo<T> {
    /// The value, and how it travels.
    pub value: Shape<T>,
    /// The error, if the method returns a `Result`; always in postcard.
    pub error: Option<T>,
}

/// How a value travels; `T` is a type's schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape<T> {
    /// In postcard's encoding.
    Value(T),
    /// A result whose payload is these bytes.
    Bytes,
    /// A result whose payload is this text.
    Text,
    /// Elements, as they lie in memory.
    Pod {
        /// The element's fields, which leave no gaps.
        element: T,
        /// The element's size in bytes.
        size: u32,
        /// The element's alignment in bytes.
        align: u32,
    },
    /// Items that the taker pulls, chunk by chunk, from the side that has them.
    Stream(T),
}

//! Why a custom section can't be read.

use alloc::string::String;
use thiserror::Error;

/// Why a custom section can't be read. The plugin is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DescriptorError {
    /// A record of a later format, or no record at all.
    #[error("descriptor format {0} is not known")]
    UnknownFormat(u8),
    /// The bytes end in the middle of something.
    #[error("the descriptor ends too early")]
    Truncated,
    /// The section is longer than [`MAX_SECTION_LEN`](super::MAX_SECTION_LEN).
    #[error("the descriptors are {len} bytes long, more than {}", super::MAX_SECTION_LEN)]
    TooLong {
        /// How many bytes the section has.
        len: usize,
    },
    /// More than [`MAX_TYPES`](super::MAX_TYPES).
    #[error("the descriptors name more than {} types", super::MAX_TYPES)]
    TooManyTypes,
    /// More than [`MAX_DEPTH`](super::MAX_DEPTH).
    #[error("the descriptor has types that stand in each other more than {} deep", super::MAX_DEPTH)]
    TooDeep,
    /// A text is not UTF-8.
    #[error("the descriptor has text that is not UTF-8")]
    NotUtf8,
    /// A number doesn't fit its place.
    #[error("the descriptor has a number that is out of range")]
    NumberOutOfRange,
    /// A byte that stands for nothing where it stands.
    #[error("the descriptor has the unknown {what} {value}")]
    UnknownTag {
        /// What the byte should be.
        what: &'static str,
        /// The byte.
        value: u8,
    },
    /// Two methods of one interface have the same name.
    #[error("the interface `{interface}` has two methods `{method}`")]
    DuplicateMethod {
        /// The interface's name.
        interface: String,
        /// The method's name.
        method: String,
    },
    /// Two interfaces with the same name, but not the same contents.
    #[error("there are two interfaces `{0}`")]
    DuplicateInterface(String),
    /// A method's hash is not that of its types.
    #[error("the hash of the method `{0}` is not that of its types")]
    WrongHash(String),
    /// A record is longer than what stands in it.
    #[error("the descriptor has {0} bytes too many")]
    Trailing(usize),
}

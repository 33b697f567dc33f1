//! What can go wrong between a value and its bytes.

use super::Full;
use thiserror::Error;

/// Arguments could not be encoded: the caller's fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The buffer is too small.
    #[error("the arguments don't fit their buffer")]
    Full,
    /// The type's `Serialize` implementation does what postcard can't encode.
    #[error("the arguments can't be encoded: {0}")]
    Unsupported(postcard::Error),
    /// The caller can't offer streams.
    #[error("streams can't be passed here")]
    NoStreams,
}

impl From<Full> for EncodeError {
    fn from(Full: Full) -> Self {
        Self::Full
    }
}

/// The arguments don't have the form that the method's signature asks for. The caller is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("argument `{argument}`: {problem}")]
pub struct BadArguments {
    /// The argument's name; `…` for bytes after the last argument.
    pub argument: &'static str,
    /// What is wrong with it.
    pub problem: DecodeError,
}

/// The bytes are no value of their type. The side that wrote them is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// Not postcard, or postcard of another type.
    #[error("not a value of the declared type: {0}")]
    Postcard(postcard::Error),
    /// This many bytes are left over.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// Text that is not UTF-8.
    #[error("text that is not UTF-8")]
    NotUtf8,
    /// The bytes end before the last element does.
    #[error("fewer elements than stated")]
    Truncated,
    /// Not a whole number of elements.
    #[error("{len} bytes are no whole number of elements of {element} bytes")]
    PartialElement {
        /// How many bytes there are.
        len: usize,
        /// How many bytes an element has.
        element: usize,
    },
    /// Elements that don't begin at a multiple of their alignment, or padding that is not zero.
    #[error("elements that are not aligned")]
    Misaligned,
    /// A value that takes too much memory, or values that stand in each other too deep.
    #[error("a value that takes more than {limit} bytes of memory, or that has too many levels")]
    TooLarge {
        /// How many bytes all values of the call may take, roughly.
        limit: usize,
    },
    /// An error value from a method whose signature has no error.
    #[error("an error from a method that returns none")]
    UnexpectedError,
    /// A stream where none can be pulled from.
    #[error("streams can't be passed here")]
    NoStreams,
    /// A scalar result that its type doesn't have.
    #[error("{0:#x} is no value of the declared type")]
    Scalar(u32),
}

impl From<postcard::Error> for DecodeError {
    fn from(error: postcard::Error) -> Self {
        Self::Postcard(error)
    }
}

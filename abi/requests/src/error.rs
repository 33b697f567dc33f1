//! What is wrong with requests.

use crate::{MAX_REQUESTS, MAX_SECTION_LEN};
use thiserror::Error as ThisError;

/// Why requests can't be what a plugin asks for. The plugin's author is at fault.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum RequestError {
    /// Two are about one thing.
    #[error("two requests are about one thing: to {first}; and to {second}")]
    Duplicate {
        /// The first, in words.
        first: String,
        /// The second, in words.
        second: String,
    },
    /// One is impossible.
    #[error("a request's {what} {problem}")]
    Impossible {
        /// What of it.
        what: &'static str,
        /// What is wrong, and what to write instead.
        problem: String,
    },
    /// There are more than [`MAX_REQUESTS`].
    #[error("there are {0} requests, more than {MAX_REQUESTS}")]
    TooMany(usize),
    /// Written as a section, they are longer than [`MAX_SECTION_LEN`].
    #[error("the requests take {0} bytes, more than {MAX_SECTION_LEN}")]
    TooLong(usize),
}

/// Why a module's section of requests can't be read. The plugin is at fault.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum SectionError {
    /// The section is longer than [`MAX_SECTION_LEN`].
    #[error("the requests take {0} bytes, more than {MAX_SECTION_LEN}")]
    TooLong(usize),
    /// A record of a later format, or no record at all.
    #[error("a request is written in the format {0}, which is not known")]
    UnknownFormat(u8),
    /// The bytes are no request.
    #[error("the request at byte {0} can't be read")]
    Malformed(usize),
    /// They can be read, and can't be what a plugin asks for.
    #[error(transparent)]
    Request(#[from] RequestError),
}

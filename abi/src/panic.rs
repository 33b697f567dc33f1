//! What a plugin tells of a panic.

use alloc::string::String;
use serde::{Deserialize, Serialize};

/// A panic that a plugin's code raised and the SDK caught.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanicReport {
    /// The panic's message; empty when its payload was no string.
    pub message: String,
    /// The source file, as the compiler recorded it.
    pub file: String,
    /// The line in that file, from 1; 0 if unknown.
    pub line: u32,
    /// The column in that line, from 1; 0 if unknown.
    pub column: u32,
    /// The guest thread's name, if it has one.
    pub thread: Option<String>,
}

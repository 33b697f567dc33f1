//! The path of a Unix socket of the host's.

use super::NetworkRuleError;
use std::path::{Component, Path};

/// Bytes of a Unix socket's path, without the NUL at its end.
const MAX_PATH: usize = 107;

/// Checks that a rule can have this path.
///
/// # Errors
/// [`NetworkRuleError`] if the path is not absolute, has `..` in it, or is longer than such an address can be.
pub fn check_unix(path: &Path) -> Result<(), NetworkRuleError> {
    let wrong = |problem: &str| NetworkRuleError { rule: path.display().to_string(), problem: problem.to_owned() };
    let bytes = path.as_os_str().as_encoded_bytes();
    if bytes.first() != Some(&b'/') {
        return Err(wrong("write a Unix socket as an absolute path, such as `/run/app.sock`"));
    }
    if path.components().any(|part| part == Component::ParentDir) {
        return Err(wrong("write a Unix socket's path without `..`"));
    }
    if bytes.len() > MAX_PATH || bytes.contains(&0) {
        return Err(wrong("a Unix socket's path has 107 bytes at most, and no NUL"));
    }
    Ok(())
}

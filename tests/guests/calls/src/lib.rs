//! Answers, fails and remembers.

use std::num::ParseIntError;
use std::str::Utf8Error;
use std::sync::atomic::{AtomicU32, Ordering};

plugix_guest::metadata!("Answers, fails and remembers");

static CALLS: AtomicU32 = AtomicU32::new(0);

plugix_guest::export! {
    fn echo(bytes: &[u8]) -> Vec<u8> {
        bytes.to_vec()
    }

    fn shout(text: &[u8]) -> Result<String, Utf8Error> {
        Ok(std::str::from_utf8(text)?.to_uppercase())
    }

    fn nothing(_args: &[u8]) {}

    fn count(_args: &[u8]) -> String {
        (CALLS.fetch_add(1, Ordering::Relaxed) + 1).to_string()
    }

    fn zeroes(len: &[u8]) -> Result<Vec<u8>, ParseIntError> {
        Ok(vec![0; String::from_utf8_lossy(len).parse()?])
    }
}

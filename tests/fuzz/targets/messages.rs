//! Messages of a plugin's process. Any bytes are a message or are refused, and any error in one can be told.

use super::kind;
use plugix_host::__private::{hear, messages};

pub(super) fn seeds() -> Vec<Vec<u8>> {
    messages()
}

pub(super) fn run(input: &[u8]) -> u64 {
    kind(hear(input))
}

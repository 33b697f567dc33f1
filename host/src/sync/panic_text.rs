//! What a panic says.

use std::any::Any;

/// The message of a panic that was caught. Not every payload is a text.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    match panic.downcast_ref::<String>() {
        Some(text) => text,
        None => panic.downcast_ref::<&str>().copied().unwrap_or("a panic without a message"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{catch_unwind, panic_any};

    fn caught(panic: fn()) -> String {
        panic_text(&*catch_unwind(panic).expect_err("it panics")).to_owned()
    }

    #[test]
    fn text_is_found_and_other_payloads_are_named() {
        assert_eq!(caught(|| panic!("plain")), "plain");
        assert_eq!(caught(|| panic!("number {}", 7)), "number 7");
        assert_eq!(caught(|| panic_any(7)), "a panic without a message");
    }
}

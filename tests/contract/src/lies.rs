//! What a lying plugin claims to implement: one method for each way in which a result travels.

use crate::bench::Point;
use plugix_abi::{PodVec, Stream, interface};
use std::collections::BTreeMap;

/// Answers that nobody should believe.
#[interface(version = "1.0")]
pub trait Liar {
    /// Nothing.
    fn nothing(&self);

    /// A number.
    fn number(&self) -> u32;

    /// Truth.
    fn flag(&self) -> bool;

    /// Text.
    fn text(&self) -> String;

    /// Bytes.
    fn bytes(&self) -> Vec<u8>;

    /// Elements.
    fn points(&self) -> PodVec<Point>;

    /// A value with parts.
    fn table(&self) -> BTreeMap<String, Vec<Option<i16>>>;

    /// A value or an error.
    fn fallible(&self) -> Result<u16, String>;

    /// Items.
    fn numbers(&self) -> Stream<u16>;

    /// Takes text.
    fn take(&self, text: &str);
}

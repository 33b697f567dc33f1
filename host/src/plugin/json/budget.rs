//! How large a value may become as JSON.

/// What one value takes in memory with its place in a list or an object, roughly and in bytes.
const VALUE: usize = 64;

/// The most memory that one result may take: 256 MiB. A few bytes of a plugin can mean any number of values, because
/// some values have no bytes of their own, such as `()`. The same bytes can mean fields with names as long as the
/// descriptor allows.
const MAX_SIZE: usize = 1 << 28;

/// How much memory is left for the values to come.
#[derive(Clone, Copy)]
pub(super) struct Budget {
    left: Option<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: Some(MAX_SIZE) }
    }

    /// Takes the room for this many values and bytes of text. `None` if there is not enough room, and from then on.
    pub(super) fn spend(&mut self, values: usize, text: usize) -> Option<()> {
        let size = values.saturating_mul(VALUE).saturating_add(text);
        self.left = self.left.and_then(|left| left.checked_sub(size));
        self.left.map(drop)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.is_none()
    }
}

//! How large a value may become as JSON.

/// What one value takes in memory, roughly, with its place in a list or an object.
const VALUE: usize = 64;

/// The most memory that one result may take: 256 MiB. A plugin's few bytes can mean any number of values without bytes of
/// their own, such as `()`, and of fields whose names are as long as its descriptor allows.
const MAX_SIZE: usize = 1 << 28;

/// What is left for the values to come.
pub(super) struct Budget {
    left: Option<usize>,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self { left: Some(MAX_SIZE) }
    }

    /// Takes the room for so many values and so many bytes of text; none if there is not enough, from then on.
    pub(super) fn spend(&mut self, values: usize, text: usize) -> Option<()> {
        let size = values.saturating_mul(VALUE).saturating_add(text);
        self.left = self.left.and_then(|left| left.checked_sub(size));
        self.left.map(drop)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.is_none()
    }
}

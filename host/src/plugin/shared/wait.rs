//! What a caller does when there is no room.

use std::time::Duration;

/// How long a caller waits when everything that it could have is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// The caller doesn't wait.
    Never,
    /// The caller waits for this long at most.
    AtMost(Duration),
    /// The caller waits for as long as it takes.
    #[default]
    Forever,
}

impl Wait {
    /// Waits as this says, but no longer than `limit`.
    pub(crate) fn within(self, limit: Duration) -> Self {
        match self {
            Self::Never => Self::Never,
            Self::AtMost(wait) => Self::AtMost(wait.min(limit)),
            Self::Forever => Self::AtMost(limit),
        }
    }
}

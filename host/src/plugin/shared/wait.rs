//! What a caller does when there is no room for it.

use std::time::Duration;

/// How long a caller waits when all that it could have is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wait {
    /// Not at all.
    Never,
    /// For so long.
    AtMost(Duration),
    /// For as long as it takes.
    #[default]
    Forever,
}

impl Wait {
    /// Not longer than `limit`.
    pub(crate) fn within(self, limit: Duration) -> Self {
        match self {
            Self::Never => Self::Never,
            Self::AtMost(wait) => Self::AtMost(wait.min(limit)),
            Self::Forever => Self::AtMost(limit),
        }
    }
}

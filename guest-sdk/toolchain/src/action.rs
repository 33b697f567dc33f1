//! What cargo does with plugin crates.

/// How far cargo goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Action {
    /// To modules.
    #[default]
    Build,
    /// To the compiler's messages: there are no modules.
    Check,
    /// To those of clippy, which gets these arguments: there are no modules.
    Clippy(Vec<String>),
    /// To test programs, as `cargo test` makes them. [`Toolchain::test`](crate::Toolchain::test) sets it.
    Test,
}

impl Action {
    /// The subcommand of cargo.
    pub(crate) fn subcommand(&self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Check | Self::Clippy(_) => "check",
            Self::Test => "test",
        }
    }

    /// What it does, for people.
    pub(crate) fn verb(&self) -> &'static str {
        match self {
            Self::Build | Self::Test => "building",
            Self::Check | Self::Clippy(_) => "checking",
        }
    }
}

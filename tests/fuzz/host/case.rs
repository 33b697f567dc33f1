//! What one run is about: a seed, or a file that was kept.

use super::generate;
use anyhow::{Context as _, Result};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// A module with its policy.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Case {
    /// The module of a seed, without some of its statements.
    Seed { seed: u64, without: Vec<u32> },
    /// A module as text. Its policy is that of a seed, which its first line may name.
    File(PathBuf),
}

/// How a file names the seed of its policy.
const SEED: &str = ";; seed ";

impl Case {
    /// The module as text, and the seed of its policy.
    pub(super) fn text(&self) -> Result<(String, u64)> {
        match self {
            Self::Seed { seed, without } => Ok((generate::module(*seed, without).0, *seed)),
            Self::File(path) => {
                let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
                let seed = text.strip_prefix(SEED).and_then(|rest| rest.split_whitespace().next()?.parse().ok());
                Ok((text, seed.unwrap_or_default()))
            }
        }
    }

    /// The text of a file that does the same.
    pub(super) fn kept(&self) -> Result<String> {
        let (text, seed) = self.text()?;
        Ok(match self {
            Self::Seed { .. } => format!("{SEED}{seed} has its policy\n{text}"),
            Self::File(_) => text,
        })
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Seed { seed, without } => {
                write!(f, "{seed}")?;
                without.iter().try_for_each(|number| write!(f, ",{number}"))
            }
        }
    }
}

impl FromStr for Case {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if !text.starts_with(|first: char| first.is_ascii_digit()) {
            return Ok(Self::File(text.into()));
        }
        let (seed, without) = text.split_once(',').unwrap_or((text, ""));
        let without = without.split(',').filter(|number| !number.is_empty()).map(str::parse);
        Ok(Self::Seed { seed: seed.parse()?, without: without.collect::<Result<_, _>>()? })
    }
}

#[test]
fn a_case_is_read_as_it_is_written() -> Result<()> {
    for text in ["7", "7,1,22", "/some/file.wat"] {
        assert_eq!(text.parse::<Case>()?.to_string(), text);
    }
    Ok(())
}

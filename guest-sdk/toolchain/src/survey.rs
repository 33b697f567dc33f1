//! A report on how this machine can have a toolchain. Making it changes nothing.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::provider::{self, Candidate, Plan, Verdict};
use crate::{Cache, Environment, Error, clang};

/// Which provider is taken, and why others are not.
#[derive(Debug)]
pub struct Survey {
    candidates: Vec<Candidate>,
    cache: Cache,
    clang: Result<PathBuf, String>,
    pub(crate) plan: Option<Plan>,
}

impl Survey {
    /// Looks around. Runs compilers to ask for their version, but changes nothing and uses no network.
    ///
    /// # Errors
    /// [`Error::NoCacheFolder`].
    pub fn take(environment: &Environment) -> Result<Self, Error> {
        let cache = Cache::locate(environment)?;
        let (candidates, plan) = provider::survey(environment, &cache);
        let clang = clang::find(environment, &cache).map(|clang| clang.program);
        Ok(Self { candidates, cache, clang, plan })
    }

    /// Every provider, in the order in which they are tried.
    pub fn candidates(&self) -> &[Candidate] {
        &self.candidates
    }

    /// Whether everything is there, so that nothing has to be fetched or built before the first plugin.
    pub fn is_ready(&self) -> bool {
        match &self.plan {
            Some(Plan::Installed(_)) => true,
            Some(Plan::Composed(recipe)) => recipe.is_made(),
            None => false,
        }
    }

    /// What crates with C code are compiled with, or why there is none yet.
    pub fn clang(&self) -> Result<&Path, &str> {
        self.clang.as_deref().map_err(String::as_str)
    }

    /// Where composed toolchains are kept.
    pub fn cache(&self) -> &Cache {
        &self.cache
    }
}

impl fmt::Display for Survey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Candidate { provider, verdict } in &self.candidates {
            match verdict {
                Verdict::Taken(parts) => writeln!(f, "{provider}: taken\n  {}", parts.replace('\n', "\n  "))?,
                Verdict::PassedOver(reason) => {
                    writeln!(f, "{provider}: passed over\n  {}", reason.replace('\n', "\n  "))?
                }
                Verdict::NotNeeded => writeln!(f, "{provider}: not needed")?,
            }
        }
        write!(f, "cache: {}", self.cache.root().display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::{CACHE_VAR, SYSROOT_VAR};

    #[test]
    fn each_provider_that_is_passed_over_has_a_reason() {
        let bare = Environment::bare("/nowhere").with(CACHE_VAR, "/nowhere/cache");
        let survey = Survey::take(&bare).unwrap();
        assert!(survey.plan.is_none());
        let report = survey.to_string();
        assert!(report.contains("rustup has no toolchain named `wasix`"), "{report}");
        assert!(report.contains("no linker"), "{report}");

        let survey = Survey::take(&bare.with(SYSROOT_VAR, "/nowhere/sysroot")).unwrap();
        assert!(survey.to_string().contains("PLUGIX_WASIX_SYSROOT is of no use"), "{survey}");
    }
}

//! What compiled an artifact, and for which host: everything that its code depends on, besides the module.

use crate::error::ArtifactError;
use serde::{Deserialize, Serialize};

/// What compiled an artifact, and for which host. The code runs on a host where all of this is the same. Only the
/// host's processor may have more features.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Origin {
    /// The version of Plugix.
    pub plugix: String,
    /// The version of the rewriting that makes modules stoppable before they are compiled. 0 if the module was not
    /// rewritten.
    pub rewriting: u32,
    /// The version of wasmer.
    pub wasmer: String,
    /// Processor, operating system and calling convention, such as `x86_64-unknown-linux-gnu`.
    pub target: String,
    /// The features of the processor that the code may use, such as `avx2`. They are sorted.
    pub cpu: Vec<String>,
    /// The compiler and its settings: how it optimizes, and which features of WebAssembly it takes.
    pub compiler: String,
}

/// What begins the name of the compiler that optimizes fully. It is wasmer's name for LLVM and its settings, which hosts know
/// that have no LLVM.
const OPTIMIZER: &str = "llvm-opta-pic";

/// The hash of a module, and of everything that the module's code depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CacheKey([u8; 32]);

impl Origin {
    /// The origin of code whose module was not rewritten.
    pub(crate) fn without_rewriting(self) -> Self {
        Self { rewriting: 0, ..self }
    }

    /// The origin of code that was fully optimized.
    pub(crate) fn optimized(self) -> Self {
        let features = self.compiler.split_once(' ').map_or("", |(_, features)| features);
        Self { compiler: format!("{OPTIMIZER} {features}"), ..self }
    }

    /// Whether the code was fully optimized.
    pub(super) fn is_optimized(&self) -> bool {
        self.compiler.split(' ').next() == Some(OPTIMIZER)
    }

    /// Fails if code of this origin is not for hosts like `host`. Each host runs optimized code, and code that isn't.
    pub(super) fn check(&self, host: &Self) -> Result<(), ArtifactError> {
        let versions = [
            ("Plugix", self.plugix.clone(), host.plugix.clone()),
            ("Plugix' rewriting", self.rewriting.to_string(), host.rewriting.to_string()),
            ("wasmer", self.wasmer.clone(), host.wasmer.clone()),
        ];
        for (what, artifact, host) in versions {
            if artifact != host {
                return Err(ArtifactError::OtherVersion { what, artifact, host });
            }
        }
        if self.target != host.target {
            return Err(ArtifactError::OtherTarget { artifact: self.target.clone(), host: host.target.clone() });
        }
        if self.compiler != host.compiler && self.compiler != host.clone().optimized().compiler {
            let (artifact, host) = (self.compiler.clone(), host.compiler.clone());
            return Err(ArtifactError::OtherConfiguration { artifact, host });
        }
        let missing: Vec<_> = self.cpu.iter().filter(|feature| !host.cpu.contains(feature)).cloned().collect();
        if !missing.is_empty() {
            return Err(ArtifactError::OtherCpu { missing, host: host.cpu.clone() });
        }
        Ok(())
    }

    /// The key of the code that this compiler makes of a module. `source` is the hash of the module's WebAssembly.
    pub(crate) fn key(&self, source: &[u8; 32]) -> CacheKey {
        let origin = postcard::to_allocvec(self).expect("nothing in an origin lacks a form in postcard");
        CacheKey(*blake3::Hasher::new().update(source).update(&origin).finalize().as_bytes())
    }
}

impl CacheKey {
    pub(crate) fn to_hex(self) -> String {
        blake3::Hash::from_bytes(self.0).to_hex().as_str().to_owned()
    }
}

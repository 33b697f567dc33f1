//! The processors that code is compiled for.

use crate::error::LoadError;
use std::fmt;
use std::str::FromStr;
use wasmer_types::target::{CpuFeature, Target, Triple};

/// Which processors code is compiled for. Code never runs on a processor that lacks something the code may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cpu {
    /// This processor. Code uses all that it has.
    #[default]
    Native,
    /// The least that Plugix runs on. On x86-64 that is x86-64-v2 of the System V ABI, which processors have since
    /// 2009. On AArch64 it is NEON. Plugins are compiled with SIMD, and for lesser processors Cranelift in wasmer has
    /// no code for that.
    Baseline,
    /// x86-64-v3: AVX2, BMI and LZCNT. Processors have it since 2013.
    X86_64V3,
}

#[cfg(not(target_arch = "aarch64"))]
const BASELINE: &[CpuFeature] =
    &[CpuFeature::SSE2, CpuFeature::SSE3, CpuFeature::SSSE3, CpuFeature::SSE41, CpuFeature::SSE42, CpuFeature::POPCNT];
#[cfg(target_arch = "aarch64")]
const BASELINE: &[CpuFeature] = &[CpuFeature::NEON];
/// What x86-64-v3 has besides the baseline.
const V3: &[CpuFeature] =
    &[CpuFeature::AVX, CpuFeature::AVX2, CpuFeature::BMI1, CpuFeature::BMI2, CpuFeature::FMA, CpuFeature::LZCNT];

impl Cpu {
    /// All choices.
    pub const ALL: [Self; 3] = [Self::Native, Self::Baseline, Self::X86_64V3];

    /// The features that the processor must have.
    fn features(self) -> Vec<CpuFeature> {
        match self {
            Self::Native | Self::Baseline => BASELINE.to_vec(),
            Self::X86_64V3 => [BASELINE, V3].concat(),
        }
    }

    /// The target that the compiler is given.
    pub(super) fn target(self) -> Result<Target, LoadError> {
        let host = CpuFeature::for_host();
        let features = self.features();
        let missing: Vec<_> = features.iter().filter(|feature| !host.contains(**feature)).collect();
        if !missing.is_empty() {
            let missing = missing.into_iter().map(CpuFeature::to_string).collect();
            return Err(LoadError::Cpu { wanted: self.name(), missing });
        }
        let wanted = match self {
            Self::Native => host,
            _ => features.into_iter().collect(),
        };
        Ok(Target::new(Triple::host(), wanted))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Baseline => "baseline",
            Self::X86_64V3 => "x86-64-v3",
        }
    }
}

impl fmt::Display for Cpu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Cpu {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = || Self::ALL.map(|cpu| format!("`{cpu}`")).join(", ");
        Self::ALL.into_iter().find(|cpu| cpu.name() == name).ok_or_else(|| format!("there are {}", known()))
    }
}

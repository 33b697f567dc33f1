//! The systems that are compared.

mod component;
mod extism;
mod native;
mod plugix;
mod wasix;
mod wasmer;
mod wasmtime;

use crate::serve::Server;
use anyhow::Result;
use serde::{Deserialize, Serialize};

/// A system. The first is ours, and the others are compared with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Name {
    Plugix,
    Wasmer,
    Wasix,
    Wasmtime,
    Component,
    Extism,
    Native,
}

impl Name {
    pub(crate) const ALL: [Self; 7] =
        [Self::Plugix, Self::Wasmer, Self::Wasix, Self::Wasmtime, Self::Component, Self::Extism, Self::Native];

    /// As people call it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Plugix => "Plugix",
            Self::Wasmer => "wasmer",
            Self::Wasix => "wasmer-wasix",
            Self::Wasmtime => "wasmtime",
            Self::Component => "component",
            Self::Extism => "Extism",
            Self::Native => "dlopen",
        }
    }

    /// As the program that measures it is told.
    pub(crate) fn argument(self) -> String {
        clap::ValueEnum::to_possible_value(&self).map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Answers requests for the system's numbers until there are no more.
    pub(crate) fn serve(self, server: Server) -> Result<()> {
        match self {
            Self::Plugix => server.serve::<plugix::Plugix>(),
            Self::Wasmer => server.serve::<wasmer::Wasmer>(),
            Self::Wasix => server.serve::<wasix::Wasix>(),
            Self::Wasmtime => server.serve::<wasmtime::Wasmtime>(),
            Self::Component => server.serve::<component::Component>(),
            Self::Extism => server.serve::<extism::Extism>(),
            Self::Native => server.serve::<native::Native>(),
        }
    }
}

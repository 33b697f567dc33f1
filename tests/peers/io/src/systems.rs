//! The systems, each with the same program.

mod plugix;
mod wasix;

use anyhow::{Context as _, Result};
use plugix_e2e_programs::work;
use std::path::Path;
use std::time::Duration;

/// Where the program finds its folder.
const FOLDER: &str = "/work";

/// What the program calls the file that it leaves its time in, in that folder.
const TOLD: &str = "told";

/// What is compared.
#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub(crate) enum System {
    Native,
    Plugix,
    WasmerWasix,
}

impl System {
    /// The first is what the others are compared with.
    pub(crate) const ALL: [Self; 3] = [Self::Native, Self::Plugix, Self::WasmerWasix];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Plugix => "plugix",
            Self::WasmerWasix => "wasmer-wasix",
        }
    }
}

/// Does the work so often, and returns how long each took. The first time warms up.
pub(crate) fn measure(system: System, module: &Path, kind: &str, count: u32, rounds: u32) -> Result<Vec<Duration>> {
    let folder = tempfile::tempdir()?;
    let args = [kind.to_owned(), FOLDER.to_owned(), count.to_string(), format!("{FOLDER}/{TOLD}")];
    let run: Box<dyn Fn() -> Result<()>> = match system {
        System::Native => {
            let all = (0..=rounds).map(|_| Ok(work::run(kind, folder.path(), count)?));
            return all.skip(1).collect();
        }
        System::Plugix => Box::new(plugix::prepare(module, folder.path(), &args)?),
        System::WasmerWasix => Box::new(wasix::prepare(module, folder.path(), &args)?),
    };
    let once = |_| {
        run()?;
        let told = folder.path().join(TOLD);
        let time = std::fs::read_to_string(&told).context("the program told no time")?;
        std::fs::remove_file(told)?;
        Ok(Duration::from_nanos(time.parse()?))
    };
    (0..=rounds).map(once).skip(1).collect()
}

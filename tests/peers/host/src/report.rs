//! The results: rows as JSON, a table in Markdown, and plots.

mod goals;
mod number;
mod plot;
mod table;
mod versions;

use crate::guests::Guests;
use crate::run::Row;
use crate::systems::Name;
use anyhow::{Context as _, Result};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use versions::Version;

/// What was measured, and where.
pub(crate) struct Report {
    rows: Vec<Row>,
    machine: Machine,
    /// How busy the machine was at the end.
    load_after: Load,
    versions: Vec<Version>,
    /// The compilers of the guests and of the hosts.
    compilers: [String; 2],
    /// The rows of `cargo xtask bench`, if it has run, and their age.
    own: (Vec<goals::Own>, Duration),
    quick: bool,
}

/// The machine, before anything was measured.
pub(crate) struct Machine {
    processor: String,
    processors: usize,
    load: Load,
}

/// How many threads wanted to run, on average over the last minute, five minutes, and fifteen minutes.
#[derive(Serialize)]
pub(crate) struct Load([f64; 3]);

impl Machine {
    pub(crate) fn now() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unknown processor");
        Self {
            processor: model.trim_start_matches(['\t', ':', ' ']).to_owned(),
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            load: Load::now(),
        }
    }
}

impl Load {
    /// Not a number where nobody knows.
    fn now() -> Self {
        let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let mut numbers = text.split(' ').map(|number| number.parse().unwrap_or(f64::NAN));
        Self([(); 3].map(|()| numbers.next().unwrap_or(f64::NAN)))
    }
}

impl fmt::Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, five, fifteen] = self.0;
        write!(f, "{one:.2}, {five:.2}, {fifteen:.2}")
    }
}

/// What a compiler calls itself.
fn compiler(program: &Path) -> String {
    let output = Command::new(program).arg("--version").output();
    let version = output.ok().and_then(|output| String::from_utf8(output.stdout).ok()).unwrap_or_default();
    version.split(" (").next().unwrap_or_default().trim().to_owned()
}

impl Report {
    pub(crate) fn new(rows: Vec<Row>, machine: Machine, guests: &Guests, bench: &Path, quick: bool) -> Result<Self> {
        Ok(Self {
            rows,
            machine,
            load_after: Load::now(),
            versions: versions::all(),
            compilers: [compiler(&guests.rustc), compiler(Path::new("rustc"))],
            own: goals::read(&bench.join("results.json"))?,
            quick,
        })
    }

    /// Writes all of it.
    pub(crate) fn write(&self, json: &Path, table: &Path, plots: &Path) -> Result<()> {
        let write = |path: &Path, text: String| {
            fs::write(path, text).with_context(|| format!("can't write {}", path.display()))?;
            eprintln!("written: {}", path.display());
            anyhow::Ok(())
        };
        write(json, serde_json::to_string_pretty(&self.json())?)?;
        let text = table::markdown(self);
        println!("{text}");
        write(table, text)?;
        fs::create_dir_all(plots).with_context(|| format!("can't make {}", plots.display()))?;
        for (name, svg) in plot::all(&self.rows)? {
            write(&plots.join(name), svg)?;
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let ours = row.values.get(&Name::Plugix);
            let ratios = Name::ALL.into_iter().filter_map(|name| {
                let ratio = row.values.get(&name)?.median / ours?.median;
                Some((name.argument(), json!(ratio)))
            });
            json!({
                "name": row.workload.title(),
                "workload": row.workload,
                "unit": if row.workload.is_bytes() { "B" } else { "s" },
                "values": row.values,
                "times_ours": ratios.collect::<serde_json::Map<_, _>>(),
            })
        });
        let rows: Vec<_> = rows.collect();
        json!({
            "quick": self.quick,
            "processor": self.machine.processor,
            "processors": self.machine.processors,
            "load": [self.machine.load, self.load_after],
            "guests_compiler": self.compilers[0],
            "hosts_compiler": self.compilers[1],
            "versions": self.versions,
            "rows": rows,
        })
    }

    /// The row of a workload.
    fn value(&self, workload: crate::workload::Workload, name: Name) -> Option<crate::run::Spread> {
        self.rows.iter().find(|row| row.workload == workload)?.values.get(&name).copied()
    }
}

//! What of an application's first build takes how long: cargo's own timings, by crate.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How cargo's page begins the list of what it compiled.
const UNITS: &str = "const UNIT_DATA = ";

/// Seconds of which there is nothing to tell: the engine was there.
const LITTLE: f64 = 60.0;

/// Crates that are named.
const NAMED: usize = 12;

/// Prints the crates that took longest, if much was compiled.
pub(super) fn show(target: &Path) -> Result<()> {
    let page = target.join("cargo-timings/cargo-timing.html");
    let page = fs::read_to_string(&page).with_context(|| format!("can't read {}", page.display()))?;
    let crates = by_crate(&page)?;
    let all: f64 = crates.iter().map(|(_, seconds)| seconds).sum();
    if all < LITTLE {
        return Ok(());
    }
    println!("the application: {all:.0} s of compiling, {} crates", crates.len());
    for (name, seconds) in crates.iter().take(NAMED).filter(|(_, seconds)| *seconds >= 1.0) {
        println!("    {name:30} {seconds:6.1} s");
    }
    Ok(())
}

/// The seconds that each crate took, with its build script; most first.
fn by_crate(page: &str) -> Result<Vec<(String, f64)>> {
    let (_, units) = page.split_once(UNITS).context("cargo's page of timings has another form")?;
    let units = serde_json::Deserializer::from_str(units).into_iter::<Vec<Value>>().next();
    let mut crates = BTreeMap::<_, f64>::new();
    for unit in units.context("cargo's page of timings lists nothing")?? {
        let name = unit["name"].as_str().context("a crate has no name")?.to_owned();
        *crates.entry(name).or_default() += unit["duration"].as_f64().context("a crate took no time")?;
    }
    let mut crates: Vec<_> = crates.into_iter().collect();
    crates.sort_by(|one, other| other.1.total_cmp(&one.1));
    Ok(crates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_and_its_build_script_are_one() {
        let page = r#"<script>
            const UNIT_DATA = [
                {"name": "small", "duration": 1.5, "mode": "todo"}, {"name": "big", "duration": 2.0},
                {"name": "big", "duration": 0.5}];
            const CONCURRENCY_DATA = [];"#;
        assert_eq!(by_crate(page).unwrap(), [("big".to_owned(), 2.5), ("small".to_owned(), 1.5)]);
        assert!(by_crate("<script>").is_err());
    }
}

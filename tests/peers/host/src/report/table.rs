//! The table in Markdown.

use super::number::{digits, times, with_unit};
use super::{Report, goals};
use crate::run::Row;
use crate::systems::Name;
use std::fmt::Write as _;

pub(super) fn markdown(report: &Report) -> String {
    let mut text = String::from("# Plugix and other systems\n\n");
    // Writing to a string can't fail.
    let _ = head(&mut text, report);
    let _ = main_table(&mut text, report);
    let _ = goals_table(&mut text, report);
    let _ = own_table(&mut text, report);
    text
}

fn head(text: &mut String, report: &Report) -> std::fmt::Result {
    let machine = &report.machine;
    writeln!(text, "Written by `cargo xtask bench --peers`; [README.md](README.md) says what each row does.\n")?;
    writeln!(text, "- machine: {}, {} processors", machine.processor, machine.processors)?;
    let wanted = f64::max(1.0, machine.processors as f64 / 2.0);
    let busy = machine.load.0[0] > wanted;
    let warning = if busy { " (**busy with something else**: only ratios mean anything, and not much)" } else { "" };
    writeln!(text, "- load average (1, 5, 15 minutes): {} before, {} after{warning}", machine.load, report.load_after)?;
    let versions: Vec<_> = report.versions.iter().map(|one| format!("{} {}", one.name, one.version)).collect();
    writeln!(text, "- versions: {}", versions.join(", "))?;
    writeln!(
        text,
        "- compilers: {} for everything in WebAssembly, {} for the rest",
        report.compilers[0], report.compilers[1]
    )?;
    if report.quick {
        writeln!(text, "- **a quick run: few rounds, good for nothing but to see that everything works**")?;
    }
    Ok(())
}

/// Medians, half of the distance between the quartiles, and how many times ours.
fn main_table(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "\n| |{}", Name::ALL.map(|name| format!(" {} |", name.title())).concat())?;
    writeln!(text, "|---|{}", "--:|".repeat(Name::ALL.len()))?;
    for row in &report.rows {
        writeln!(text, "| {} |{}", row.workload.title(), Name::ALL.map(|name| cell(row, name)).concat())?;
    }
    writeln!(
        text,
        "\nEach cell: the median of the runs' medians, ± half of the distance between the quartiles of all rounds, and \
         how many times ours it is."
    )
}

fn cell(row: &Row, name: Name) -> String {
    let Some(value) = row.values.get(&name) else { return " - |".to_owned() };
    let number = with_unit(value.median, row.workload.is_bytes());
    let spread = format!("± {:.0} %", value.relative() * 100.0);
    match row.values.get(&Name::Plugix) {
        Some(ours) if name != Name::Plugix && ours.median > 0.0 => {
            format!(" {number} {spread}<br>{} |", times(value.median / ours.median))
        }
        _ => format!(" {number} {spread} |"),
    }
}

fn goals_table(text: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(text, "\n## Goals\n\n| what | goal | measured | |\n|---|---|--:|---|")?;
    for outcome in goals::outcomes(report) {
        let met = if outcome.is_met { "met" } else { "**missed**" };
        writeln!(text, "| {} | {} | {} | {met} |", outcome.what, outcome.wanted, outcome.measured)?;
    }
    Ok(())
}

/// What `cargo xtask bench` has measured: ours against bare wasmer in one process.
fn own_table(text: &mut String, report: &Report) -> std::fmt::Result {
    let (rows, age) = &report.own;
    if rows.is_empty() {
        return writeln!(
            text,
            "\n`cargo xtask bench` measures further goals; its rows are shown here if it ran before."
        );
    }
    let minutes = age.as_secs() / 60;
    writeln!(text, "\n## Further goals\n")?;
    writeln!(
        text,
        "Measured by `cargo xtask bench` {minutes} minutes before, ours and the baseline in one process.\n"
    )?;
    writeln!(text, "| what | ours | baseline | ratio | goal | |\n|---|--:|--:|--:|--:|---|")?;
    for own in rows {
        let unit = &own.unit;
        let baseline = own.baseline.map_or("-".to_owned(), |value| format!("{} {unit}", digits(value)));
        let (ratio, goal) = match own.ratio {
            Some(ratio) => (digits(ratio), format!("≤ {}", own.goal)),
            None => ("-".to_owned(), format!("≤ {} {unit}", own.goal)),
        };
        let met = if own.is_met() { "met" } else { "**missed**" };
        writeln!(text, "| {} | {} {unit} | {baseline} | {ratio} | {goal} | {met} |", own.name, digits(own.ours))?;
    }
    Ok(())
}

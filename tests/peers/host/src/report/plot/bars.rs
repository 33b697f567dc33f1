//! One picture. Each row is a group of bars, with one bar for each system that has a value. Less is better.

use super::theme::Theme;
use crate::report::number::{round, times, with_unit};
use crate::run::Row;
use crate::systems::Name;
use anyhow::{Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const FONT: &str = "system-ui, sans-serif";

/// Pixels.
const WIDTH: i32 = 860;
const TOP: i32 = 46;
const BAR: i32 = 15;
const GAP: i32 = 3;
const HEADING: i32 = 26;
const BETWEEN: i32 = 32;
/// Where bars begin, and how long the longest is. The rest is room for names and numbers.
const LEFT: i32 = 110;
const LONGEST: i32 = 560;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(super) fn draw(title: &str, rows: &[&Row], theme: &Theme) -> Result<String> {
    let height: i32 = rows.iter().map(|row| height(row)).sum();
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, (TOP + height) as u32)).into_drawing_area();
        let mut y = TOP;
        text(&area, theme.text, 17, (0, 16), HPos::Left, title)?;
        text(&area, theme.faint, 12, (WIDTH - 8, 16), HPos::Right, "logarithmic, less is better; × ours in brackets")?;
        for row in rows {
            group(&area, theme, row, y)?;
            y += self::height(row);
        }
        area.present().map_err(|error| anyhow!("a plot can't be drawn: {error}"))?;
    }
    Ok(svg)
}

fn height(row: &Row) -> i32 {
    HEADING + row.values.len() as i32 * (BAR + GAP) + BETWEEN
}

/// A heading and its bars. Each group has its own scale, in whole decades.
fn group(area: &Area<'_>, theme: &Theme, row: &Row, top: i32) -> Result<()> {
    text(area, theme.text, 14, (0, top + 10), HPos::Left, row.workload.title())?;
    let medians = || row.values.values().map(|value| value.median).filter(|value| *value > 0.0);
    // So that the shortest bar is seen, too.
    let least = (medians().fold(f64::INFINITY, f64::min) / 1.5).log10().floor();
    let most = medians().fold(0.0, f64::max).log10().ceil();
    let length =
        |value: f64| (((value.log10() - least) / (most - least).max(1.0)).max(0.0) * f64::from(LONGEST)) as i32;
    let first = top + HEADING;
    let bottom = first + row.values.len() as i32 * (BAR + GAP);
    for decade in least as i32..=most as i32 {
        let x = LEFT + length(10_f64.powi(decade));
        line(area, theme.line, [(x, first - 4), (x, bottom)])?;
        let label = round(10_f64.powi(decade), row.workload.is_bytes());
        text(area, theme.faint, 11, (x, bottom + 8), HPos::Center, &label)?;
    }
    let ours = row.values.get(&Name::Plugix);
    for (at, (name, value)) in row.values.iter().enumerate() {
        let y = first + at as i32 * (BAR + GAP);
        let is_ours = *name == Name::Plugix;
        let (fill, ink) = if is_ours { (theme.ours, theme.text) } else { (theme.others, theme.faint) };
        text(area, ink, 13, (LEFT - 8, y + BAR / 2), HPos::Right, name.title())?;
        let end = LEFT + length(value.median).max(2);
        rectangle(area, fill, [(LEFT, y), (end, y + BAR)])?;
        let mut label = with_unit(value.median, row.workload.is_bytes());
        if let Some(ours) = ours.filter(|ours| !is_ours && ours.median > 0.0) {
            label += &format!("  ({})", times(value.median / ours.median));
        }
        text(area, ink, 13, (end + 6, y + BAR / 2), HPos::Left, &label)?;
    }
    Ok(())
}

fn text(area: &Area<'_>, colour: RGBColor, size: i32, at: (i32, i32), side: HPos, content: &str) -> Result<()> {
    let style = (FONT, size).into_font().color(&colour).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(content.to_owned(), at, style)).map_err(|error| anyhow!("a plot can't be drawn: {error}"))
}

fn line(area: &Area<'_>, colour: RGBColor, ends: [(i32, i32); 2]) -> Result<()> {
    area.draw(&PathElement::new(ends, colour)).map_err(|error| anyhow!("a plot can't be drawn: {error}"))
}

fn rectangle(area: &Area<'_>, colour: RGBColor, corners: [(i32, i32); 2]) -> Result<()> {
    area.draw(&Rectangle::new(corners, colour.filled())).map_err(|error| anyhow!("a plot can't be drawn: {error}"))
}

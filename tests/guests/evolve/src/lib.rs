//! A plugin of an older host, and one of a newer host, in one: it has one interface in its older form and another in its
//! newer form, and asks its host's in both.

mod driver;

use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::evolve::words::v1::Words;
use plugix_e2e_contract::evolve::{newer, older};
use plugix_guest::abi::{PodSlice, PodVec, Stream};
use plugix_guest::{Plugin, plugin};
use std::error::Error;

struct Evolve;

#[plugin(description = "Is older and newer than its host")]
impl Plugin for Evolve {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

#[plugin]
impl older::aged::Reports for Evolve {
    fn echo(&self, report: older::Report) -> older::Report {
        report
    }

    fn fail(&self, how: &str) -> Result<older::Report, older::Failure> {
        match how {
            "missing" => Err(older::Failure::Missing),
            "other" => Err(older::Failure::Other),
            _ => Ok(older::Report::default()),
        }
    }

    fn lines(&self, count: u32) -> Stream<older::Line> {
        Stream::new((0..count).map(|i| older::Line { text: format!("line {i}"), width: i }))
    }

    fn join(&self, lines: Stream<older::Line>) -> Result<String, String> {
        let texts = lines.map(|line| line.map(|line| format!("{line:?}")).map_err(|error| error.to_string()));
        Ok(texts.collect::<Result<Vec<_>, _>>()?.join("; "))
    }

    fn mixed(&self, line: older::Line, points: PodSlice<'_, Point>, last: u8) -> PodVec<Point> {
        vec![Point { w: line.width as f32 + f32::from(last), ..points[points.len() - 1] }].into()
    }

    fn render(&self, line: &older::Line) -> String {
        format!("{line:?}")
    }

    fn total(&self, of: u32) -> u32 {
        of + 1
    }
}

#[plugin]
impl newer::fresh::Reports for Evolve {
    fn words(&self, text: &str) -> u64 {
        text.split_whitespace().count() as u64
    }

    fn render(&self, line: &newer::Line, wide: bool) -> Vec<String> {
        vec![format!("{line:?}"), wide.to_string()]
    }

    /// Shows by the texts what it is given. A calm report becomes a happy one.
    fn echo(&self, mut report: newer::Report) -> newer::Report {
        for line in &mut report.lines {
            line.text = format!("{line:?}");
        }
        if report.mood == newer::Mood::Calm {
            report.mood = newer::Mood::Happy { years: 300, line: newer::Line::default() };
        }
        report
    }

    fn fail(&self, how: &str) -> Result<newer::Report, newer::Failure> {
        match how {
            "missing" => Err(newer::Failure::Missing),
            "late" => Err(newer::Failure::Late { by: 300 }),
            _ => Ok(newer::Report::default()),
        }
    }

    fn lines(&self, count: u32) -> Stream<newer::Line> {
        let line = |i| newer::Line { text: format!("line {i}"), width: i, ..newer::Line::default() };
        Stream::new((0..count).map(line))
    }

    fn join(&self, lines: Stream<newer::Line>) -> Result<String, String> {
        let texts = lines.map(|line| line.map(|line| format!("{line:?}")).map_err(|error| error.to_string()));
        Ok(texts.collect::<Result<Vec<_>, _>>()?.join("; "))
    }

    fn mixed(&self, line: newer::Line, points: PodSlice<'_, Point>, last: u8) -> PodVec<Point> {
        vec![Point { w: f32::from(line.weight) + f32::from(last), ..points[points.len() - 1] }].into()
    }

    fn render_plain(&self, line: &newer::Line) -> String {
        format!("plain {line:?}")
    }

    fn sum(&self, of: u32) -> u32 {
        of + 2
    }
}

#[plugin]
impl Words for Evolve {
    fn count(&self, text: &str) -> u32 {
        text.split_whitespace().count() as u32
    }
}

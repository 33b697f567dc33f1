//! A plugin asks a host whose interfaces are newer or older than the plugin.

use super::{evolve, older_line};
use anyhow::Result;
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::evolve::{Driver, newer, older};
use plugix_host::abi::{PodSlice, PodVec, Stream};

/// Shows by a text what it is given.
pub(super) struct Host;

impl newer::host_aged::Reports for Host {
    fn words(&self, _: &str) -> u64 {
        unreachable!("an older plugin doesn't know it")
    }
    fn render(&self, _: &newer::Line, _: bool) -> Vec<String> {
        unreachable!("an older plugin doesn't know it")
    }
    fn echo(&self, mut report: newer::Report) -> newer::Report {
        report.lines[0].text = format!("{:?}", report.lines[0]);
        report.mood = newer::Mood::Happy { years: 1, line: report.lines[0].clone() };
        report
    }
    fn fail(&self, how: &str) -> Result<newer::Report, newer::Failure> {
        if how == "late" { Err(newer::Failure::Late { by: 1 }) } else { Ok(newer::Report::default()) }
    }
    fn lines(&self, count: u32) -> Stream<newer::Line> {
        Stream::new((0..count).map(|width| newer::Line { width, text: "new".into(), ..newer::Line::default() }))
    }
    fn join(&self, lines: Stream<newer::Line>) -> Result<String, String> {
        joined(lines)
    }
    fn mixed(&self, _: newer::Line, points: PodSlice<'_, Point>, _: u8) -> PodVec<Point> {
        points.to_vec().into()
    }
    fn render_plain(&self, line: &newer::Line) -> String {
        line.style.clone()
    }
    fn sum(&self, of: u32) -> u32 {
        of + 1
    }
}

impl older::host_fresh::Reports for Host {
    fn echo(&self, mut report: older::Report) -> older::Report {
        report.lines[0].text = format!("{:?} {:?}", report.lines[0], report.mood);
        report
    }
    fn fail(&self, _: &str) -> Result<older::Report, older::Failure> {
        Err(older::Failure::Missing)
    }
    fn lines(&self, count: u32) -> Stream<older::Line> {
        Stream::new((0..count).map(|width| older::Line { width, ..older_line("old") }))
    }
    fn join(&self, lines: Stream<older::Line>) -> Result<String, String> {
        joined(lines)
    }
    fn mixed(&self, _: older::Line, points: PodSlice<'_, Point>, _: u8) -> PodVec<Point> {
        points.to_vec().into()
    }
    fn render(&self, line: &older::Line) -> String {
        format!("{line:?}")
    }
    fn total(&self, of: u32) -> u32 {
        of + 1
    }
}

/// What is in a stream, in words.
fn joined<T: std::fmt::Debug>(lines: Stream<T>) -> Result<String, String> {
    lines.collect::<Result<Vec<_>, _>>().map(|lines| format!("{lines:?}")).map_err(|error| error.to_string())
}

#[test]
fn a_newer_host_answers_an_older_plugin() -> Result<()> {
    let answers = evolve()?.bind::<dyn Driver>()?.ask_aged()?;
    let seen = newer::Line { text: "old".into(), width: 3, weight: -7, style: "plain".into(), colour: None };
    let line = older::Line { text: format!("{seen:?}"), width: 3 };
    let report = older::Report { lines: vec![line], mood: older::Mood::Unknown, ..older::Report::default() };
    assert_eq!(
        answers,
        [
            format!("{:?}", Ok::<_, ()>(report)),
            "Err(Returned(Other))".to_owned(),
            format!("{:?}", Ok::<_, ()>(older::Report::default())),
            r#"Ok("plain")"#.to_owned(),
            "Ok(2)".to_owned(),
            format!("{:?}", Ok::<_, ()>(Ok::<_, ()>([0, 1].map(|width| older::Line { width, text: "new".into() })))),
            format!("{:?}", Ok::<_, ()>(format!("{:?}", [&seen, &seen]))),
        ]
    );
    Ok(())
}

#[test]
fn an_older_host_answers_a_newer_plugin() -> Result<()> {
    let answers = evolve()?.bind::<dyn Driver>()?.ask_fresh()?;
    let seen = older::Line { width: 3, ..older_line("new") };
    let default = newer::Line { weight: -7, style: "plain".into(), ..newer::Line::default() };
    let line = newer::Line { text: format!("{seen:?} Unknown"), width: 3, ..default.clone() };
    let report = newer::Report {
        lines: vec![line],
        mood: newer::Mood::Unknown,
        last: 9,
        pair: (0, default.clone()),
        ..newer::Report::default()
    };
    assert_eq!(
        answers,
        [
            format!("{:?}", Ok::<_, ()>(report)),
            "Err(Returned(Missing))".to_owned(),
            format!("{:?}", Ok::<_, ()>(format!("{seen:?}"))),
            "Ok(2)".to_owned(),
            format!("{:?}", Ok::<_, ()>(Ok::<_, ()>([newer::Line { text: "old".into(), ..default }]))),
            format!("{:?}", Ok::<_, ()>(format!("{:?}", [&seen]))),
            "false false".to_owned(),
            "Err(NotProvided { since: Some(Version { major: 1, minor: 1, patch: 0 }) })".to_owned(),
            "the host doesn't provide this function: it was built for an interface before version 1.1.0".to_owned(),
        ]
    );
    Ok(())
}

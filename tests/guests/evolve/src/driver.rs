//! Asks the host.

use crate::Evolve;
use plugix_e2e_contract::evolve::{Driver, newer, older};
use plugix_guest::abi::Stream;
use plugix_guest::{host, plugin, uses};

uses!(older::host_aged::Reports, newer::host_fresh::Reports);

#[plugin]
impl Driver for Evolve {
    fn ask_aged(&self) -> Vec<String> {
        let host = host::<dyn older::host_aged::Reports>();
        let line = older::Line { text: "old".into(), width: 3 };
        let report =
            older::Report { lines: vec![line.clone()], mood: older::Mood::Angry(line.clone()), ..Default::default() };
        vec![
            format!("{:?}", host.echo(report)),
            format!("{:?}", host.fail("late")),
            format!("{:?}", host.fail("")),
            format!("{:?}", host.render(&line)),
            format!("{:?}", host.total(1)),
            format!("{:?}", host.lines(2).map(|lines| lines.collect::<Result<Vec<_>, _>>())),
            format!("{:?}", host.join(Stream::new([line.clone(), line]))),
        ]
    }

    fn ask_fresh(&self) -> Vec<String> {
        let host = host::<dyn newer::host_fresh::Reports>();
        let line = newer::Line { text: "new".into(), width: 3, colour: Some(1), ..Default::default() };
        let mood = newer::Mood::Happy { years: 300, line: line.clone() };
        let report = newer::Report { lines: vec![line.clone()], mood, last: 9, ..Default::default() };
        vec![
            format!("{:?}", host.echo(report)),
            format!("{:?}", host.fail("missing")),
            format!("{:?}", host.render_plain(&line)),
            format!("{:?}", host.sum(1)),
            format!("{:?}", host.lines(1).map(|lines| lines.collect::<Result<Vec<_>, _>>())),
            format!("{:?}", host.join(Stream::new([line.clone()]))),
            format!("{} {}", host.has_words(), host.has_render()),
            format!("{:?}", host.words("a b")),
            host.render(&line, true).map_or_else(|error| error.to_string(), |lines| lines.join(" ")),
        ]
    }
}

//! Interfaces that change: a plugin that is older than its host, and one that is newer. The plugin is `guests/evolve`.

mod host_functions;
mod refusals;
mod versions;

use anyhow::Result;
use host_functions::Host;
use plugix_e2e::{assert_matches, guest};
use plugix_e2e_contract::bench::Point;
use plugix_e2e_contract::evolve::{newer, older};
use plugix_host::abi::interface::Version;
use plugix_host::abi::{PodSlice, Stream};
use plugix_host::error::{CallError, LoadError};
use plugix_host::plugin::{PluginBuilder, Sharing};
use plugix_host::{Error, Plugin};
use std::collections::BTreeMap;

fn evolve() -> Result<Plugin, LoadError> {
    builder().start()
}

pub(crate) fn builder() -> PluginBuilder {
    let builder = Plugin::builder(&guest("evolve"));
    let builder = builder.provide(<dyn newer::host_aged::Reports>::provider(Host));
    builder.provide(<dyn older::host_fresh::Reports>::provider(Host))
}

fn older_line(text: &str) -> older::Line {
    older::Line { text: text.into(), width: 300 }
}

/// A line that an older side makes, as a newer one sees it.
fn newer_line(text: &str) -> newer::Line {
    newer::Line { text: text.into(), width: 300, weight: -7, style: "plain".into(), colour: None }
}

fn older_report(line: &older::Line) -> older::Report {
    older::Report {
        lines: vec![line.clone(), line.clone()],
        mood: older::Mood::Angry(line.clone()),
        named: BTreeMap::from([("a".into(), line.clone())]),
        pair: (8, line.clone()),
        maybe: Some(line.clone()),
        last: 9,
    }
}

fn newer_report(line: &newer::Line) -> newer::Report {
    newer::Report {
        lines: vec![line.clone(), line.clone()],
        mood: newer::Mood::Angry(line.clone()),
        named: BTreeMap::from([("a".into(), line.clone())]),
        pair: (8, line.clone()),
        maybe: Some(line.clone()),
        last: 9,
    }
}

const POINTS: [Point; 2] = [Point { x: 1., y: 2., z: 3., w: 4. }; 2];

#[test]
fn an_older_plugin_takes_and_returns_what_it_knows() -> Result<()> {
    let plugin = evolve()?;
    let client = plugin.bind::<dyn newer::aged::Reports>()?;
    let line = newer::Line { colour: Some(1), weight: 5, style: "bold".into(), ..newer_line("line") };
    // What the plugin doesn't know is lost on the way there, and has its default on the way back.
    assert_eq!(client.echo(newer_report(&line))?, newer_report(&newer_line("line")));
    let happy = newer::Report { mood: newer::Mood::Happy { years: 1, line }, ..newer::Report::default() };
    assert_eq!(client.echo(happy)?.mood, newer::Mood::Unknown);
    assert_eq!(client.echo(newer::Report::default())?.mood, newer::Mood::Calm);
    assert_matches!(client.fail("missing"), Err(CallError::Returned(newer::Failure::Missing)));
    assert_matches!(client.fail("other"), Err(CallError::Returned(newer::Failure::Other)));
    assert_eq!(client.fail("").ok(), Some(newer::Report { pair: (0, newer_default()), ..newer::Report::default() }));
    let mixed = client.mixed(newer_line("x"), PodSlice::new(&POINTS), 2)?;
    assert_eq!(mixed.into_vec(), [Point { w: 302., ..POINTS[0] }]);
    Ok(())
}

/// A default line of the older form.
fn newer_default() -> newer::Line {
    newer::Line { weight: -7, style: "plain".into(), ..newer::Line::default() }
}

#[test]
fn a_newer_plugin_fits_an_older_host() -> Result<()> {
    let plugin = evolve()?;
    let client = plugin.bind::<dyn older::fresh::Reports>()?;
    let line = older_line("line");
    let seen = client.echo(older_report(&line))?;
    // The plugin has seen the defaults of its own fields.
    assert_eq!(seen.lines[0].text, format!("{:?}", newer_line("line")));
    let lines = seen.lines.clone();
    assert_eq!(seen, older::Report { lines, ..older_report(&line) });
    // The plugin answers with a variant that the host doesn't know.
    assert_eq!(client.echo(older::Report::default())?.mood, older::Mood::Unknown);
    assert_eq!(
        client.echo(older::Report { mood: older::Mood::Unknown, ..older::Report::default() })?.mood,
        older::Mood::Unknown
    );
    assert_matches!(client.fail("missing"), Err(CallError::Returned(older::Failure::Missing)));
    assert_matches!(client.fail("late"), Err(CallError::Returned(older::Failure::Other)));
    assert_eq!(client.fail("").ok(), Some(older::Report::default()));
    let mixed = client.mixed(line, PodSlice::new(&POINTS), 2)?;
    assert_eq!(mixed.into_vec(), [Point { w: -5., ..POINTS[0] }]);
    Ok(())
}

#[test]
fn streams_of_either() -> Result<()> {
    let plugin = evolve()?.into_shared(&Sharing::new().workers(2))?;
    let older = plugin.bind::<dyn older::fresh::Reports>()?;
    let newer = plugin.bind::<dyn newer::aged::Reports>()?;
    // More than one chunk.
    const COUNT: u32 = 20_000;
    let lines = older.lines(COUNT)?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!((lines.len(), &lines[7].text, lines[7].width), (COUNT as usize, &"line 7".to_owned(), 7));
    let lines = newer.lines(COUNT)?.collect::<Result<Vec<_>, _>>()?;
    assert_eq!((lines.len(), &lines[7].style, lines[7].weight), (COUNT as usize, &"plain".to_owned(), -7));
    let texts = older.join(Stream::new(["a", "b"].map(older_line)));
    assert_eq!(texts.ok(), Some(format!("{:?}; {:?}", newer_line("a"), newer_line("b"))));
    let texts = newer.join(Stream::new(["a", "b"].map(newer_line)));
    assert_eq!(texts.ok(), Some(format!("{:?}; {:?}", older_line("a"), older_line("b"))));
    let broken = Stream::fallible([Ok(newer_line("a")), Err("no more")]);
    let why = newer.join(broken);
    assert_matches!(why, Err(CallError::Returned(why)) if why == "the stream broke off: no more");
    Ok(())
}

#[test]
fn methods_that_were_renamed_or_came_later() -> Result<()> {
    let plugin = evolve()?;
    let newer = plugin.bind::<dyn newer::aged::Reports>()?;
    // Under its earlier name, which a later method has as well.
    assert_eq!(newer.render_plain(&newer_line("x"))?, format!("{:?}", older_line("x")));
    assert_eq!(newer.sum(1)?, 2);
    assert!(!newer.has_words() && !newer.has_render());
    let since = Some(Version { major: 1, minor: 1, patch: 0 });
    assert_matches!(newer.words("a b"), Err(Error::NotProvided { method: "words", since: found }) if *found == since);
    let told = newer.render(&newer_line("x"), true).unwrap_err().to_string();
    assert_eq!(told, "the plugin doesn't provide `render`: it was built for an interface before version 1.1.0");

    let older = plugin.bind::<dyn older::fresh::Reports>()?;
    assert_eq!(older.render(&older_line("x"))?, format!("plain {:?}", newer_line("x")));
    assert_eq!(older.total(1)?, 3);
    let same = plugin.bind::<dyn newer::fresh::Reports>()?;
    assert!(same.has_words() && same.has_render());
    assert_eq!(same.render(&newer_line("x"), true)?[1], "true");
    assert_eq!(same.words("a b")?, 2);
    Ok(())
}

#[test]
fn on_every_way_to_call() -> Result<()> {
    let plugin = evolve()?.into_shared(&Sharing::new().workers(1))?;
    let client = plugin.bind::<dyn newer::aged::Reports>()?;
    assert_eq!(client.echo(newer_report(&newer_line("a")))?, newer_report(&newer_line("a")));
    assert!(!client.has_words());
    let awaited = plugin.bind_async::<dyn older::fresh::Reports>()?;
    let seen = futures::executor::block_on(awaited.call(|client| client.echo(older_report(&older_line("a")))))?;
    assert_eq!(seen.pair, (8, older_line("a")));
    let awaited = plugin.bind_async::<dyn newer::aged::Reports>()?;
    let has = futures::executor::block_on(awaited.call(|client| Ok::<_, Error>((client.has_words(), client.sum(1)?))))?;
    assert_eq!(has, (false, 2));
    let client = evolve()?.into_client::<dyn newer::aged::Reports>()?;
    assert_eq!(client.sum(1)?, 2);
    Ok(())
}

#[test]
fn json_may_lack_what_has_a_default() -> Result<()> {
    let plugin = evolve()?;
    let line = serde_json::json!([{ "text": "x", "width": 300 }]);
    let told = format!("plain {:?}", newer_line("x"));
    assert_eq!(plugin.call_json("Fresh/render_plain", &line).ok(), Some(told.into()));
    let error = plugin.call_json("Fresh/render_plain", &serde_json::json!([{ "text": "x" }])).unwrap_err().to_string();
    assert_eq!(error, "the plugin refused the arguments of `Fresh/render_plain`: line.width: missing; expected u32");
    Ok(())
}

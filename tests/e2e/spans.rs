//! Spans around calls, and the trace that they belong to.

use anyhow::{Context as _, Result, anyhow};
use plugix_e2e::guest;
use plugix_e2e_contract::spans::Traced;
use plugix_host::plugin::{Services, Sharing};
use plugix_host::{Plugin, Policy};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

type Fields = BTreeMap<&'static str, String>;

/// Keeps the spans that are over, and in which spans the plugin has logged.
#[derive(Clone, Default)]
struct Kept {
    spans: Arc<Mutex<Vec<Fields>>>,
    logged_in: Arc<Mutex<Vec<Option<String>>>>,
}

struct Seen(Fields);

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Kept {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut seen = Seen(Fields::new());
        attributes.record(&mut seen);
        context.span(id).expect("it is new").extensions_mut().insert(seen);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let span = context.span(id).expect("it is there");
        values.record(span.extensions_mut().get_mut::<Seen>().expect("it was seen"));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == "plugix::log" {
            let span = context.event_span(event);
            let method = span.and_then(|span| span.extensions().get::<Seen>()?.0.get("method").cloned());
            self.logged_in.lock().expect("no panic").push(method);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let span = context.span(&id).expect("it is there");
        if span.metadata().target() == "plugix::call" {
            let seen = span.extensions_mut().remove::<Seen>().expect("it was seen");
            self.spans.lock().expect("no panic").push(seen.0);
        }
    }
}

/// A plugin whose calls have spans, if `wanted`.
fn start(wanted: bool) -> Result<Plugin> {
    let services = Services::new().log(Level::INFO).trace_parent(|| {
        let in_call = tracing::Span::current().metadata().is_some_and(|span| span.target() == "plugix::call");
        in_call.then(|| TRACE.to_owned())
    });
    let builder = Plugin::builder(&guest("spans")).name("traced").policy(Policy::new().threads(1));
    // ANCHOR: spans
    let builder = builder.services(services).spans(wanted);
    // ANCHOR_END: spans
    Ok(builder.start()?)
}

/// What `run` leaves behind, of the calling thread.
fn kept(run: impl FnOnce() -> Result<()>) -> Result<Kept> {
    let kept = Kept::default();
    let subscriber = tracing_subscriber::registry().with(kept.clone());
    tracing::subscriber::with_default(subscriber, run)?;
    Ok(kept)
}

#[test]
fn each_call_has_one_with_what_it_took() -> Result<()> {
    let kept = kept(|| {
        let plugin = start(true)?;
        let client = plugin.bind::<dyn Traced>()?;
        let long = client.work(&[7; 1000]).map_err(|error| anyhow!("{error}"))?;
        assert!(long.len() == 1000 && long.starts_with(TRACE));
        client.work(&[]).unwrap_err();
        assert_eq!(client.number(5)?, 5);
        client.panic().unwrap_err();
        assert_eq!(client.elsewhere()?, None);
        plugin.call_json("Traced/number", &serde_json::json!([6])).map_err(|error| anyhow!("{error}"))?;
        Ok(())
    })?;
    let spans = kept.spans.lock().expect("no panic").clone();
    let told: Vec<_> = spans.iter().map(|span| (&*span["method"], &*span["outcome"])).collect();
    let expected = [("new", "ok"), ("work", "ok"), ("work", "returned"), ("number", "ok"), ("panic", "failed")];
    let more = [("elsewhere", "ok"), ("number", "ok"), ("unload", "ok")];
    assert_eq!(told, [&expected[..], &more[..]].concat());
    let work = spans.get(1).context("there is one")?;
    assert_eq!((&*work["plugin"], &*work["interface"]), ("traced", "Traced"));
    let size = |field: &str| work[field].parse::<usize>();
    assert!(size("sent")? > 1000 && size("received")? >= 1000 && size("processor_time_us").is_ok(), "{work:?}");
    // What a call by registers has sent is not in memory.
    assert_eq!((&*spans[3]["sent"], &*spans[3]["received"]), ("0", "0"));
    assert_eq!(*kept.logged_in.lock().expect("no panic"), [Some("work".to_owned()), Some("work".to_owned())]);
    Ok(())
}

#[test]
fn workers_of_a_shared_plugin_have_them_as_well() -> Result<()> {
    let kept = kept(|| {
        let shared = start(true)?.into_shared(&Sharing::new().workers(2))?;
        assert_eq!(shared.bind::<dyn Traced>()?.number(1)?, 1);
        Ok(())
    })?;
    let spans = kept.spans.lock().expect("no panic").clone();
    assert!(spans.iter().any(|span| span["method"] == "number" && span["outcome"] == "ok"), "{spans:?}");
    Ok(())
}

#[test]
fn a_dead_plugin_tells_that_a_call_failed() -> Result<()> {
    let kept = kept(|| {
        let plugin = start(true)?;
        plugin.cancel_handle().cancel();
        plugin.bind::<dyn Traced>().and_then(|client| client.number(1)).unwrap_err();
        Ok(())
    })?;
    let spans = kept.spans.lock().expect("no panic").clone();
    assert!(spans.iter().all(|span| span["method"] == "new" || span["outcome"] == "failed"), "{spans:?}");
    Ok(())
}

#[test]
fn without_being_asked_for_there_are_none() -> Result<()> {
    let kept = kept(|| {
        let plugin = start(false)?;
        let refused = plugin.bind::<dyn Traced>()?.work(&[7; 10]).unwrap_err();
        assert!(refused.to_string().contains("None"), "{refused}");
        Ok(())
    })?;
    assert!(kept.spans.lock().expect("no panic").is_empty());
    assert_eq!(*kept.logged_in.lock().expect("no panic"), [None]);
    Ok(())
}

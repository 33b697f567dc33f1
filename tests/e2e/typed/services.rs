//! What any host can give: the log, progress, and the flag that ends long work.

use super::builder;
use super::store::TestStore;
use crate::capture::{listen, records_of};
use anyhow::Result;
use plugix_e2e_contract::extra::Extra;
use plugix_e2e_contract::typed::Typed;
use plugix_host::Plugin;
use plugix_host::plugin::{Cancellation, Services};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use tracing::Level;

fn plugin(name: &str, services: Services) -> Result<Plugin> {
    listen();
    Ok(builder(&TestStore::default()).name(name).services(services).start()?)
}

#[test]
fn a_record_says_where_it_is_from() -> Result<()> {
    let name = "says where it is from";
    let plugin = plugin(name, Services::new().log(Level::INFO))?;
    plugin.bind::<dyn Typed>()?.services("worker")?;
    let records = records_of(name, "plugix::log");
    let [record] = records.as_slice() else { anyhow::bail!("{records:?}") };
    let field = |field| record.fields.get(field).map_or("", String::as_str);
    assert_eq!(record.level, Level::INFO);
    assert_eq!((field("message"), field("thread"), field("fields")), ("a record", "worker", "count=3"));
    assert_eq!(field("module"), "guest_typed");
    assert!(field("file").contains("lib.rs") && field("line").parse::<u32>()? > 0, "{record:?}");
    Ok(())
}

#[test]
fn the_level_is_the_hosts_choice() -> Result<()> {
    let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
    for (i, level) in levels.into_iter().enumerate() {
        let name = format!("logs up to {level}");
        plugin(&name, Services::new().log(level))?.bind::<dyn Extra>()?.log_all()?;
        let logged: Vec<_> = records_of(&name, "plugix::log").into_iter().map(|record| record.level).collect();
        assert_eq!(logged, levels[..=i]);
    }
    Ok(())
}

#[test]
fn a_plugin_without_services_goes_without() -> Result<()> {
    let name = "has no services";
    let plugin = plugin(name, Services::new())?;
    assert!(!plugin.bind::<dyn Typed>()?.services("worker")?);
    plugin.bind::<dyn Extra>()?.log_all()?;
    assert!(records_of(name, "plugix::log").is_empty());
    Ok(())
}

#[test]
fn progress_and_cancellation() -> Result<()> {
    let flag = Cancellation::new();
    let reports = Arc::new(Mutex::new(Vec::new()));
    let seen = reports.clone();
    let services = Services::new().cancellation(&flag).on_progress(move |progress| {
        let plugin = (progress.plugin.to_owned(), progress.message.to_owned());
        seen.lock().expect("no panic").push((plugin, progress.done, progress.total));
    });
    let plugin = plugin("reports", services)?;
    let client = plugin.bind::<dyn Typed>()?;
    assert!(!client.services("worker")?);
    flag.set(true);
    assert!(client.services("worker")?);
    let report = (("reports".to_owned(), "half".to_owned()), 1, 2);
    assert_eq!(*reports.lock().expect("no panic"), [report.clone(), report]);
    Ok(())
}

#[test]
fn long_work_ends_when_another_thread_says_so() -> Result<()> {
    let flag = Cancellation::new();
    let at_work = Arc::new(AtomicBool::new(false));
    let begun = at_work.clone();
    let services = Services::new().cancellation(&flag).on_progress(move |_| begun.store(true, Ordering::Release));
    let plugin = plugin("works", services)?;
    let client = plugin.bind::<dyn Extra>()?;
    let rounds = thread::scope(|scope| {
        scope.spawn(|| {
            plugix_e2e::wait_until("the work", || at_work.load(Ordering::Acquire));
            flag.set(true);
        });
        client.work()
    })?;
    assert!(rounds > 0);
    assert_eq!(client.work()?, 0, "the flag is still set");
    flag.set(false);
    assert!(!flag.is_set());
    Ok(())
}

#[test]
fn a_callback_that_panics_is_the_hosts_own_affair() -> Result<()> {
    let services = Services::new().on_progress(|_| panic!("nobody wants to know"));
    let plugin = plugin("reports to nobody", services)?;
    assert!(!plugin.bind::<dyn Typed>()?.services("worker")?);
    Ok(())
}

//! Plugins that are installed in a folder, and run under what they were granted.

use super::{counter, manager};
use anyhow::Result;
use plugix_e2e::{assert_matches, guest_path};
use plugix_e2e_contract::counting::Counting;
use plugix_host::Policy;
use plugix_manager::store::grants::requests::Request;
use plugix_manager::store::grants::requests::Requests;
use plugix_manager::store::grants::{
    Allowed, Answer, Coverage, Decision, Fixed, Grant, GrantsError, Prompt, PromptError, Question,
};
use plugix_manager::store::{ContentHash, PluginName, Source, StoreError};
use plugix_manager::{Installed, InstalledError, Manager, Settled, Spec};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

fn open(folder: &Path, manager: &Manager) -> Result<Installed, InstalledError> {
    Installed::open(folder.join("home"), manager, Policy::new())
}

/// Puts a guest where it is installed from.
fn deliver(guest_name: &str, folder: &Path) -> Result<Source> {
    let file = folder.join("plugin.wasm");
    fs::copy(guest_path(guest_name), &file)?;
    Ok(Source::file(file)?)
}

fn name(name: &str) -> Result<PluginName> {
    Ok(name.parse()?)
}

/// Somebody who allows everything.
fn all(host: &Path) -> impl Prompt {
    Fixed::new(move |request: &Request| Ok(Decision::Allowed(Allowed::as_asked(&request.item, Some(host))?)))
}

/// Nobody is asked.
fn nobody() -> impl Prompt {
    Fixed::new(|request: &Request| panic!("nobody is to be asked for {request:?}"))
}

/// How the counter is run.
fn counting(spec: Spec) -> Spec {
    spec.config(json!(""))
}

#[test]
fn without_a_grant_it_does_not_start() -> Result<()> {
    let (folder, manager, plugin) = (tempfile::tempdir()?, manager()?, name("asks")?);
    let installed = open(folder.path(), &manager)?;
    installed.add(Some(&plugin), deliver("requests", folder.path())?, &mut |_| {})?;
    let refused = installed.start(&plugin, &mut Fixed::refuse(), |spec| spec);
    assert_matches!(refused, Err(InstalledError::Grants(GrantsError::Refused { .. })));
    assert!(manager.all().is_empty());
    let listed = installed.list();
    assert_matches!(listed[0].coverage, Some(Coverage::Refused { .. }));
    // A refusal is kept as well: somebody takes it back.
    installed.revoke(&plugin)?;
    installed.start(&plugin, &mut all(folder.path()), |spec| spec)?;
    assert_eq!(manager.all().len(), 1);
    installed.revoke(&plugin)?;
    assert!(manager.all().is_empty());
    assert_matches!(installed.list()[0].coverage, Some(Coverage::Asks { is_known: false, .. }));
    Ok(())
}

#[test]
fn a_grant_is_asked_for_once() -> Result<()> {
    let folder = tempfile::tempdir()?;
    {
        let manager = manager()?;
        let installed = open(folder.path(), &manager)?;
        let (plugin, _) = installed.add(Some(&name("asks")?), deliver("requests", folder.path())?, &mut |_| {})?;
        installed.start(&plugin, &mut all(folder.path()), |spec| spec)?;
        let second = open(folder.path(), &manager);
        assert_matches!(second, Err(InstalledError::Store(StoreError::InUse { .. })));
    }
    let manager = manager()?;
    let installed = open(folder.path(), &manager)?;
    installed.start(&name("asks")?, &mut nobody(), |spec| spec)?;
    Ok(())
}

/// Somebody who thinks for long before they allow everything.
struct Slow<'p> {
    prompt: &'p mut (dyn Prompt + Send),
    asked: Sender<()>,
    answer: Receiver<()>,
}

impl Prompt for Slow<'_> {
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
        self.asked.send(()).expect("the test waits");
        self.answer.recv().expect("the test answers");
        self.prompt.ask(question)
    }
}

#[test]
fn nobody_waits_for_somebody_who_thinks() -> Result<()> {
    let (folder, manager, asks, counter) = (tempfile::tempdir()?, manager()?, name("asks")?, name("counter")?);
    let installed = open(folder.path(), &manager)?;
    installed.add(Some(&asks), deliver("requests", folder.path())?, &mut |_| {})?;
    let other = folder.path().join("counter.wasm");
    fs::copy(guest_path("stateful"), &other)?;
    installed.add(Some(&counter), Source::file(other)?, &mut |_| {})?;
    let ((asked, is_asked), (answers, answer)) = (mpsc::channel(), mpsc::channel());
    thread::scope(|scope| {
        let starting = scope.spawn(|| {
            let prompt = &mut all(folder.path());
            installed.start(&asks, &mut Slow { prompt, asked, answer }, |spec| spec)
        });
        is_asked.recv()?;
        assert_matches!(installed.list()[0].coverage, Some(Coverage::Asks { .. }));
        installed.start(&counter, &mut nobody(), counting)?;
        installed.revoke(&counter)?;
        // What is asked doesn't change, so it isn't asked again.
        answers.send(())?;
        starting.join().expect("it doesn't panic")?;
        assert!(is_asked.try_recv().is_err());
        Ok(())
    })
}

#[test]
fn an_update_takes_the_state_over() -> Result<()> {
    let (folder, manager, plugin) = (tempfile::tempdir()?, manager()?, name("counter")?);
    let installed = open(folder.path(), &manager)?;
    installed.add(Some(&plugin), deliver("stateful", folder.path())?, &mut |_| {})?;
    let client = installed.start(&plugin, &mut nobody(), counting)?.bind::<dyn Counting>()?;
    client.add(5)?;
    let same = installed.update(&plugin, &mut |_| {}, &mut nobody(), counting)?;
    assert!(same.reloaded.is_none(), "nothing is new");
    deliver("stateful-next", folder.path())?;
    let update = installed.update(&plugin, &mut |_| {}, &mut nobody(), counting)?;
    assert!(update.reloaded.is_some_and(|reloaded| reloaded.state.is_some()));
    assert_eq!((client.add(1)?, client.generation()?), (6, 2));
    Ok(())
}

#[test]
fn an_update_that_fails_changes_nothing() -> Result<()> {
    let (folder, manager, plugin) = (tempfile::tempdir()?, manager()?, name("counter")?);
    let installed = open(folder.path(), &manager)?;
    installed.add(Some(&plugin), deliver("stateful", folder.path())?, &mut |_| {})?;
    let client = installed.start(&plugin, &mut nobody(), counting)?.bind::<dyn Counting>()?;
    client.add(5)?;
    let before = installed.list()[0].plugin.clone();
    let update = |prompt: &mut dyn Prompt| installed.update(&plugin, &mut |_| {}, prompt, counting).map(drop);
    fs::write(folder.path().join("plugin.wasm"), b"no module")?;
    assert_matches!(update(&mut nobody()), Err(InstalledError::Store(StoreError::Module { .. })));
    // It can be loaded, and doesn't fit.
    deliver("small", folder.path())?;
    assert_matches!(update(&mut nobody()), Err(InstalledError::Reload(_)));
    // It asks for what nobody grants.
    deliver("requests", folder.path())?;
    let refused = update(&mut Fixed::refuse());
    assert_matches!(refused, Err(InstalledError::Grants(GrantsError::Refused { .. })));
    assert_eq!((client.add(0)?, client.generation()?), (5, 1));
    assert_eq!(installed.list()[0].plugin, before);
    Ok(())
}

#[test]
fn what_is_removed_is_forgotten() -> Result<()> {
    let (folder, manager, plugin) = (tempfile::tempdir()?, manager()?, name("counter")?);
    let installed = open(folder.path(), &manager)?;
    installed.add(Some(&plugin), deliver("stateful", folder.path())?, &mut |_| {})?;
    installed.start(&plugin, &mut nobody(), counting)?;
    manager.start(counter("stateful", "")).unwrap_err();
    installed.remove(&plugin)?;
    assert!(installed.list().is_empty() && manager.all().is_empty());
    assert_matches!(installed.remove(&plugin), Err(InstalledError::Store(StoreError::UnknownPlugin { .. })));
    Ok(())
}

/// The answer of somebody who allows everything.
fn all_of(requests: &Requests, host: &Path) -> Result<Grant> {
    let mut grant = Grant::new();
    for request in requests {
        grant.decide(request.item.clone(), Decision::Allowed(Allowed::as_asked(&request.item, Some(host))?))?;
    }
    Ok(grant)
}

#[test]
fn a_version_waits_until_it_is_granted() -> Result<()> {
    let (folder, plugin) = (tempfile::tempdir()?, name("counter")?);
    let install = |installed: &Installed, guest_name: &str, source: Source| -> Result<Settled> {
        deliver(guest_name, folder.path())?;
        Ok(installed.install(Some(&plugin), source, &mut |_| {}, |spec| counting_if(guest_name, spec))?.1)
    };
    let source = deliver("stateful", folder.path())?;
    {
        let manager = manager()?;
        let installed = open(folder.path(), &manager)?;
        assert_eq!(install(&installed, "stateful", source.clone())?, Settled::Runs);
        assert_eq!(install(&installed, "requests", source.clone())?, Settled::Waits);
        // What runs goes on, and what came last counts.
        assert_eq!(installed.list()[0].running.as_ref().map(|running| running.status().reloads), Some(0));
        assert_eq!(install(&installed, "stateful", source.clone())?, Settled::Runs);
        assert!(installed.list()[0].waiting.is_none());
        assert_eq!(install(&installed, "requests", source.clone())?, Settled::Waits);
    }
    let manager = manager()?;
    let installed = open(folder.path(), &manager)?;
    assert_eq!(installed.resume(&plugin, counting)?, Settled::Runs);
    assert_eq!(install(&installed, "requests", source)?, Settled::Waits, "it is found again");
    let waiting = installed.list()[0].waiting.clone().expect("it waits");
    let grant = all_of(&waiting.module.info().requests, folder.path())?;
    let other = installed.grant(&plugin, &ContentHash::of(b"other"), grant.clone(), |spec| spec);
    assert_matches!(other, Err(InstalledError::OtherVersion { .. }));
    // It can't take the state over. So what was there stays.
    let refused = installed.grant(&plugin, &waiting.plugin.hash, grant.clone(), |spec| spec);
    assert_matches!(refused, Err(InstalledError::Reload(_)));
    assert_ne!(installed.plugin(&plugin)?.hash, waiting.plugin.hash);
    installed.stop(&plugin)?;
    assert_eq!(installed.grant(&plugin, &waiting.plugin.hash, grant, |spec| spec)?, Settled::Runs);
    assert_eq!(installed.plugin(&plugin)?.hash, waiting.plugin.hash);
    installed.revoke(&plugin)?;
    assert_eq!(installed.resume(&plugin, |spec| spec)?, Settled::Waits);
    assert!(manager.all().is_empty());
    Ok(())
}

/// The counter has a configuration, and others have none.
fn counting_if(guest_name: &str, spec: Spec) -> Spec {
    if guest_name == "stateful" { counting(spec) } else { spec }
}

#[test]
fn what_cannot_be_installed_is_not_there() -> Result<()> {
    let (folder, manager, plugin) = (tempfile::tempdir()?, manager()?, name("counter")?);
    let installed = open(folder.path(), &manager)?;
    let source = deliver("stateful", folder.path())?;
    let install = |adjust: fn(Spec) -> Spec| {
        installed.install(Some(&plugin), source.clone(), &mut |_| {}, adjust).map(|(_, settled)| settled)
    };
    // Without its configuration it doesn't start.
    assert_matches!(install(|spec| spec), Err(InstalledError::Manager(_)));
    fs::write(folder.path().join("plugin.wasm"), b"\0asm\x01\0\0\0")?;
    assert_matches!(install(counting), Err(InstalledError::Load { .. }));
    assert!(installed.list().is_empty() && manager.all().is_empty());
    deliver("stateful", folder.path())?;
    assert_eq!(install(counting)?, Settled::Runs);
    Ok(())
}

#[test]
fn a_stricter_policy_of_signatures_counts_at_the_next_start() -> Result<()> {
    let (folder, plugin) = (tempfile::tempdir()?, name("counter")?);
    {
        let manager = manager()?;
        let installed = open(folder.path(), &manager)?;
        installed.add(Some(&plugin), deliver("stateful", folder.path())?, &mut |_| {})?;
        installed.start(&plugin, &mut nobody(), counting)?;
    }
    fs::write(folder.path().join("home/signatures.toml"), "unnamed = \"refuse\"\n")?;
    let manager = manager()?;
    let installed = open(folder.path(), &manager)?;
    let refused = installed.start(&plugin, &mut nobody(), counting);
    assert_matches!(refused, Err(InstalledError::Store(StoreError::Unsigned { .. })));
    assert_matches!(installed.resume(&plugin, counting), Err(InstalledError::Store(StoreError::Unsigned { .. })));
    let listed = installed.list();
    assert!(listed[0].coverage.is_none());
    assert_matches!(listed[0].problem.as_deref(), Some(InstalledError::Store(StoreError::Unsigned { .. })));
    assert!(manager.all().is_empty());
    Ok(())
}

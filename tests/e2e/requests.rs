//! What a plugin asks for, what it is granted, and what it sees of that.

use anyhow::Result;
use plugix_e2e::{call, guest};
use plugix_host::Policy;
use plugix_host::plugin::Plugin;
use plugix_manager::policy::{interfaces, kinds, policy};
use plugix_manager::store::ContentHash;
use plugix_manager::store::grants::requests::{
    Access, Item, Kind, LimitKind, NetworkKind, Request, Requests, Unit, Version,
};
use plugix_manager::store::grants::{
    Allowed, Answer, Decision, Fixed, Grant, Grants, GrantsError, Prepared, Prompt, PromptError, Question, Subject,
};
use std::fs;
use std::net::TcpListener;
use std::path::Path;

/// Asks about the fixture, and starts it with what it is granted.
fn started(prompt: &mut dyn Prompt, base: &Policy) -> Result<(Plugin, Grant)> {
    let module = guest("requests");
    let (origin, hash) = ("file:/requests.wasm".parse()?, ContentHash::of(b"requests"));
    let requests = &module.info().requests;
    let subject = Subject { name: "requests", version: "1.0.0", origin: &origin, hash: &hash, requests };
    let grant = Grants::in_memory().decide(&subject, prompt)?;
    Ok((Plugin::new(&module, &policy(&grant, base)?)?, grant))
}

/// A folder with a book.
fn books() -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("book"), "words")?;
    Ok(folder)
}

#[test]
fn a_module_says_what_it_asks_for() {
    let module = guest("requests");
    let kinds: Vec<_> = module.info().requests.iter().map(|request| request.item.kind()).collect();
    let connects = Kind::Network(NetworkKind::ConnectTcp);
    let threads = Kind::Limit(LimitKind::Threads);
    let expected = [Kind::Folder, Kind::Folder, Kind::Scratch, Kind::Env, connects, threads, Kind::Interface];
    assert_eq!(kinds, expected.map(Some));
    assert!(guest("small").info().requests.is_empty());
}

#[test]
fn a_plugin_sees_what_it_is_granted() -> Result<()> {
    let (folder, listener) = (books()?, TcpListener::bind("127.0.0.1:0")?);
    let all = &mut Fixed::new(|request: &Request| {
        Ok(Decision::Allowed(Allowed::as_asked(&request.item, Some(folder.path()))?))
    });
    let (plugin, grant) = started(all, &Policy::new())?;
    assert_eq!(
        (call(&plugin, "read", "/books/book")?, call(&plugin, "read", "/more/book")?),
        ("words".into(), "words".into())
    );
    call(&plugin, "write", "/books/new")?;
    call(&plugin, "write", "/more/new").unwrap_err();
    call(&plugin, "write", "/tmp/new")?;
    assert_eq!(call(&plugin, "vars", "")?, "LANG=C.UTF-8");
    call(&plugin, "connect", listener.local_addr()?.to_string())?;
    assert_eq!(call(&plugin, "threads", "")?, "4");
    assert_eq!(interfaces(&grant).collect::<Vec<_>>(), [("Dictionary", Version { major: 1, minor: 2 })]);
    Ok(())
}

#[test]
fn a_plugin_sees_no_more_than_it_is_granted() -> Result<()> {
    let (folder, listener) = (books()?, TcpListener::bind("127.0.0.1:0")?);
    let text = format!(
        "[[folders]]\nguest = \"/books\"\naccess = \"read-only\"\nhost = {:?}\n\
         [[scratch]]\nguest = \"/tmp\"\nsize = \"4 KiB\"\n\
         [[env]]\nname = \"LANG\"\nvalue = \"de\"\n\
         [[limits]]\nthreads = 2",
        folder.path()
    );
    let (plugin, grant) = started(&mut Prepared::from_toml(&text, "/")?, &Policy::new())?;
    assert_eq!(call(&plugin, "read", "/books/book")?, "words");
    call(&plugin, "write", "/books/new").unwrap_err();
    call(&plugin, "read", "/more/book").unwrap_err();
    call(&plugin, "write", "/tmp/new").unwrap_err();
    assert_eq!(call(&plugin, "vars", "")?, "LANG=de");
    call(&plugin, "connect", listener.local_addr()?.to_string()).unwrap_err();
    assert_eq!(call(&plugin, "threads", "")?, "2");
    assert_eq!(interfaces(&grant).count(), 0);
    Ok(())
}

#[test]
fn a_plugin_does_not_start_without_a_grant() {
    let refused = started(&mut Fixed::refuse(), &Policy::new()).map(drop).unwrap_err();
    assert!(
        matches!(refused.downcast_ref(), Some(GrantsError::Refused { needed, .. }) if needed.len() == 4),
        "{refused}"
    );
    struct Nobody;
    impl Prompt for Nobody {
        fn ask(&mut self, _: &Question<'_>) -> Result<Answer, PromptError> {
            Err(PromptError::Closed)
        }
    }
    let unanswered = started(&mut Nobody, &Policy::new()).map(drop).unwrap_err();
    assert!(matches!(unanswered.downcast_ref(), Some(GrantsError::Prompt(PromptError::Closed))), "{unanswered}");
}

#[test]
fn what_the_host_allows_and_adds_is_there_as_well() -> Result<()> {
    let folder = books()?;
    struct Adding<'f>(&'f Path);
    impl Prompt for Adding<'_> {
        fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
            let decide = |request: &Request| Ok(Decision::Allowed(Allowed::as_asked(&request.item, Some(self.0))?));
            let decisions = question.asked.iter().map(decide).collect::<Result<_, PromptError>>()?;
            let added =
                [Item::Env { name: "PATH".into(), value: None }, Item::Env { name: "NO_SUCH".into(), value: None }];
            Ok(Answer { decisions, added: added.into_iter().map(Allowed::new).collect::<Result<_, _>>()? })
        }
    }
    let base = Policy::new().env("BASE", "1").env("LANG", "xx").mount(
        folder.path(),
        "/base",
        plugix_host::policy::Access::ReadOnly,
    );
    let (plugin, _) = started(&mut Adding(folder.path()), &base)?;
    assert_eq!(call(&plugin, "vars", "")?, format!("BASE=1|LANG=C.UTF-8|PATH={}", std::env::var("PATH")?));
    assert_eq!(call(&plugin, "read", "/base/book")?, "words");
    Ok(())
}

/// Something of a kind, which a new policy doesn't allow.
fn sample(kind: Kind) -> Result<Allowed> {
    let item = match kind {
        Kind::Folder => return Ok(Allowed::folder("/srv", "/a", Access::ReadWrite, Some(1))?),
        Kind::Scratch => Item::Scratch { guest: "/a".into(), size: 1 },
        Kind::Env => Item::Env { name: "A".into(), value: Some("b".into()) },
        Kind::Network(kind) if kind.is_unix() => Item::Network { kind, rule: "/a".into() },
        Kind::Network(kind) => Item::Network { kind, rule: "127.0.0.1:1".into() },
        Kind::Limit(kind) => Item::Limit { kind, amount: *kind.range().1.start() + 1 },
        Kind::Interface => Item::Interface { name: "Log".into(), version: Version { major: 1, minor: 0 } },
    };
    Ok(Allowed::new(item)?)
}

/// Whoever adds a kind of request says what a policy makes of it.
#[test]
fn each_kind_has_its_row() -> Result<()> {
    let rows: Vec<_> = kinds().collect();
    for kind in Kind::all() {
        assert_eq!(
            rows.iter().filter(|row| **row == kind).count(),
            1,
            "write a row for {kind} into host/manager/src/policy.rs"
        );
        let mut grant = Grant::new();
        grant.add(sample(kind)?);
        let (shown, base) = (format!("{:?}", policy(&grant, &Policy::new())?), format!("{:?}", Policy::new()));
        assert_eq!(shown == base, kind == Kind::Interface, "{kind}");
        assert_eq!(interfaces(&grant).count(), usize::from(kind == Kind::Interface));
    }
    assert_eq!(rows.len(), Kind::all().count());
    Ok(())
}

/// A plugin can ask for the limits that a policy's file can have, and for no others.
#[test]
fn the_words_and_ranges_of_limits_are_those_of_policies() {
    for kind in LimitKind::ALL {
        let (unit, range) = kind.range();
        let section = match kind {
            LimitKind::Start | LimitKind::Call => "deadlines",
            LimitKind::Sockets => "network",
            _ => "limits",
        };
        let text = |amount: u64| {
            let amount = kind.amount_text(amount);
            let quote = if unit == Unit::Count { "" } else { "\"" };
            format!("{} = {quote}{amount}{quote}", kind.word())
        };
        let is_policy = |amount| Policy::from_toml_str(&format!("[{section}]\n{}", text(amount)), "").is_ok();
        let is_request =
            |amount| Requests::from_toml(&format!("[[limits]]\n{}\nreason = \"a\"", text(amount)), None).is_ok();
        let (least, most) = (*range.start(), *range.end());
        let around = [least.checked_sub(1), Some(least), Some(most), most.checked_add(1)];
        for amount in around.into_iter().flatten() {
            assert_eq!(is_policy(amount), is_request(amount), "{kind:?} {amount}");
            assert_eq!(is_request(amount), range.contains(&amount), "{kind:?} {amount}");
        }
    }
    for kind in NetworkKind::ALL {
        let rule = if kind.is_unix() { "/a" } else { "127.0.0.1:1" };
        assert!(Policy::from_toml_str(&format!("[network]\n{} = [{rule:?}]", kind.word()), "").is_ok(), "{kind:?}");
    }
}

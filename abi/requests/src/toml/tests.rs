//! What authors write, and what they are told.

use crate::{Access, Item, LimitKind, NetworkKind, Request, Requests, Version, keys, read_item, write_item};
use std::path::Path;

const ALL: &str = r#"
[[folders]]
guest = "/books"
reason = "counts words"

[[folders]]
guest = "/out"
access = "read-write"
size = "64 MiB"
reason = "writes counts"
optional = true

[[scratch]]
guest = "/tmp"
size = "1 MiB"
reason = "sorts"

[[env]]
name = "LANG"
value = "C"
reason = "speaks"

[[network]]
connect-tcp = "*.example.com:443"
reason = "asks"

[[network]]
listen-unix = "/run/a.sock"
reason = "answers"

[[limits]]
memory = "1 GiB"
reason = "thinks"

[[limits]]
threads = 8
reason = "hurries"

[[limits]]
call = "2s"
reason = "doesn't hurry"

[[interfaces]]
name = "Log"
version = "1.2"
reason = "tells"
"#;

fn items() -> Vec<Item> {
    let network = |kind, rule: &str| Item::Network { kind, rule: rule.to_owned() };
    let limit = |kind, amount| Item::Limit { kind, amount };
    vec![
        Item::Folder { guest: "/books".to_owned(), access: Access::ReadOnly, size: None },
        Item::Folder { guest: "/out".to_owned(), access: Access::ReadWrite, size: Some(64 << 20) },
        Item::Scratch { guest: "/tmp".to_owned(), size: 1 << 20 },
        Item::Env { name: "LANG".to_owned(), value: Some("C".to_owned()) },
        network(NetworkKind::ConnectTcp, "*.example.com:443"),
        network(NetworkKind::ListenUnix, "/run/a.sock"),
        limit(LimitKind::Memory, 1 << 30),
        limit(LimitKind::Threads, 8),
        limit(LimitKind::Call, 2000),
        Item::Interface { name: "Log".to_owned(), version: Version { major: 1, minor: 2 } },
    ]
}

#[test]
fn each_thing_is_read() {
    let requests = Requests::from_toml(ALL, None).unwrap();
    let read: Vec<_> = requests.iter().map(|request| request.item.clone()).collect();
    assert_eq!(read, items());
    let second = requests.iter().nth(1).unwrap();
    assert_eq!((&*second.reason, second.optional), ("writes counts", true));
    // A manifest has the same below other tables.
    let manifest = ALL.replace("[[", "[[package.metadata.plugix.requests.");
    let manifest = format!("[package]\nname = \"a\"\n[package.metadata.other]\nb = 1\n{manifest}");
    assert_eq!(Requests::from_manifest(&manifest, None).unwrap(), requests);
    for manifest in ["", "[package]\nname = \"a\"", "[package.metadata]\n", "[package.metadata.plugix]\n"] {
        assert!(Requests::from_manifest(manifest, None).unwrap().is_empty(), "{manifest}");
    }
}

#[test]
fn each_thing_is_written_as_it_is_read() {
    for item in items() {
        let (section, written) = write_item(&item).unwrap();
        assert!(written.iter().all(|(key, _)| keys(section).contains(key)));
        let lines: Vec<_> = written.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
        let document = crate::document::Document { text: &lines.concat(), file: None, folder: Path::new("") };
        let table = document.parse().unwrap();
        let table = crate::document::Section::top(&document, &table, &keys(section)).unwrap();
        assert_eq!(read_item(section, &table), Ok(item));
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    for (text, message) in [
        ("[[folder]]\nguest = \"/a\"", "a.toml:1:3: there is no `folder` here; did you mean `folders`?"),
        (
            "[[folders]]\nguest = \"/a\"\nacess = \"read-only\"",
            "a.toml:3:1: there is no `folders.acess` here; did you mean `access`?",
        ),
        ("[[folders]]\nguest = \"/a\"", "a.toml:1:1: `folders.reason` is missing"),
        ("[folders]\nguest = \"/a\"", "should be a list of tables, each headed `[[folders]]`"),
        (
            "[[folders]]\nguest = \"/a\"\naccess = \"write\"\nreason = \"b\"",
            "a.toml:3:10: `folders.access` is \"write\"; write \"read-only\" or \"read-write\"",
        ),
        ("[[folders]]\nguest = \"a\"\nreason = \"b\"", "a.toml:1:1: a request's path is \"a\": write it from the root"),
        ("[[limits]]\nmemory = \"5 GiB\"\nreason = \"b\"", "is more than the largest size that is possible"),
        (
            "[[limits]]\nopen-files = 3\nreason = \"b\"",
            "a.toml:2:14: `limits.open-files` should be a whole number from 64",
        ),
        ("[[limits]]\nreason = \"b\"", "`limits` says not what it is about: write one of `memory`"),
        (
            "[[limits]]\nmemory = \"1 B\"\nthreads = 1\nreason = \"b\"",
            "a.toml:3:11: `limits.threads` is the second thing",
        ),
        (
            "[[network]]\nconnect-tcp = \"a.b\"\nreason = \"c\"",
            "a request's rule is \"a.b\", which is none: say which ports",
        ),
        (
            "[[interfaces]]\nname = \"A\"\nversion = \"^1\"\nreason = \"b\"",
            "write the earliest version that does, as `1.2`",
        ),
        ("[[env]]\nname = \"A\"\nreason = \"b\"\noptional = \"yes\"", "`env.optional` should be `true` or `false`"),
        ("reason", "a.toml:1:"),
    ] {
        let error = Requests::from_toml(text, Some(Path::new("a.toml"))).unwrap_err().to_string();
        assert!(error.contains(message), "{text}\n{error}");
    }
    let twice = "[[env]]\nname = \"A\"\nreason = \"b\"\n[[env]]\nname = \"A\"\nreason = \"c\"";
    let error = Requests::from_toml(twice, None).unwrap_err().to_string();
    assert!(error.starts_with("line 4, column 1: two requests are about one thing"), "{error}");
    let error = Requests::from_manifest("[package.metadata.plugix]\nrequest = 1", None).unwrap_err().to_string();
    assert!(error.contains("did you mean `requests`?"), "{error}");
    let silent = Request { item: items().remove(0), reason: String::new(), optional: false };
    assert!(Requests::new(vec![silent]).is_err());
}

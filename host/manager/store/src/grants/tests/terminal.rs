//! A person at a scripted terminal.

use super::super::Terminal;
use super::*;

/// Answers a script's lines. Returns what was shown, too.
fn asked(grants: &mut Grants, version: u8, requests: &Requests, script: &str) -> (Result<Grant, GrantsError>, String) {
    let (origin, hash) = (origin("oci://example.com/words"), hash(version));
    let subject = Subject { name: "wo\x1b[2Jrds", version: "1.2.0", origin: &origin, hash: &hash, requests };
    let mut shown = Vec::new();
    let grant = grants.decide(&subject, &mut Terminal::new(script.as_bytes(), &mut shown));
    (grant, String::from_utf8(shown).unwrap())
}

#[test]
fn all_is_shown_and_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let (host, first) = (folder.path().to_str().unwrap(), requests(FIRST));
    let mut grants = Grants::in_memory();
    let (grant, shown) = asked(&mut grants, 1, &first, &format!("what\nA\n/no/such\n{host}\n"));
    assert_eq!(
        shown,
        format!(
            r#"
wo{replaced}[2Jrds 1.2.0 asks for what it may do:

  from  oci://example.com/words
  hash  {hash}

  1. read and change a folder, as "/books", by 64 MiB at most
     its author says: "counts words"
  2. connect (TCP) to "*.example.com:443"  [works without]
     its author says: "looks words up"
  3. run up to 8 threads
     its author says: "hurries"

Allow [a]ll, [e]ach by itself, or [n]one? {again}{folder} There is no folder /no/such.
{folder} "#,
            replaced = '\u{fffd}',
            hash = hash(1),
            again = "Allow [a]ll, [e]ach by itself, or [n]one? ",
            folder = "Which folder is \"/books\"? (an empty line for none)",
        )
    );
    let grant = grant.unwrap();
    assert_eq!((grant.allowed().count(), grant.allowed().next().unwrap().host()), (3, Some(folder.path())));

    // The next version asks for more, and only for that.
    let more = requests(&FIRST.replace("threads = 8", "threads = 9"));
    let (grant, shown) = asked(&mut grants, 2, &more, "y\nall\n");
    assert!(shown.contains("asks for more than it may do so far:\n"), "{shown}");
    assert!(shown.contains("  1. run up to 9 threads  [new]\n") && !shown.contains("  2. "), "{shown}");
    assert!(shown.contains("  It may already:\n  - read and change a folder"), "{shown}");
    assert!(shown.contains(&format!(", which is {host}\n")), "{shown}");
    assert_eq!(grant.unwrap().allowed().count(), 3);
}

#[test]
fn each_is_decided_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let script = format!("e\nr\n{}\nn\ny\n", folder.path().display());
    let (grant, _) = asked(&mut Grants::in_memory(), 1, &requests(FIRST), &script);
    let folder = Allowed::folder(folder.path(), "/books", plugix_requests::Access::ReadOnly, None).unwrap();
    let threads = Allowed::new(item("[[limits]]\nthreads = 8")).unwrap();
    assert_eq!(grant.unwrap().allowed().cloned().collect::<Vec<_>>(), [folder, threads]);
}

#[test]
fn none_is_refused_and_an_empty_folder_as_well() {
    for script in ["n\n", "a\n\n"] {
        let (grant, _) = asked(&mut Grants::in_memory(), 1, &requests(FIRST), script);
        assert!(matches!(grant, Err(GrantsError::Refused { .. })), "{grant:?}");
    }
}

#[test]
fn who_goes_away_has_said_nothing() {
    for script in ["", "x\n", "e\nn\n"] {
        let mut grants = Grants::in_memory();
        let (grant, _) = asked(&mut grants, 1, &requests(FIRST), script);
        assert!(matches!(grant, Err(GrantsError::Prompt(PromptError::Closed))), "{grant:?}");
        assert_eq!(grants.iter().count(), 0);
    }
}

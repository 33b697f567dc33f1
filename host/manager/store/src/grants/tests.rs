//! Requests, grants and new versions of a plugin.

mod files;
mod terminal;

use super::{
    Allowed, Answer, Coverage, Decision, Fixed, Grant, GrantError, Grants, GrantsError, Origin, Prepared, Prompt,
    PromptError, Question, Subject,
};
use crate::ContentHash;
use plugix_requests::{Item, Request, Requests};
use std::path::Path;
use std::sync::Mutex;

const FIRST: &str = r#"
[[folders]]
guest = "/books"
access = "read-write"
size = "64 MiB"
reason = "counts words"

[[network]]
connect-tcp = "*.example.com:443"
reason = "looks words up"
optional = true

[[limits]]
threads = 8
reason = "hurries"
"#;

fn requests(text: &str) -> Requests {
    Requests::from_toml(text, None).unwrap()
}

fn item(text: &str) -> Item {
    requests(&format!("{text}\nreason = \"why\"")).iter().next().unwrap().item.clone()
}

fn origin(text: &str) -> Origin {
    text.parse().unwrap()
}

fn hash(version: u8) -> ContentHash {
    ContentHash::of(&[version])
}

/// Grants a module all that it asks for, with these folders, and says what it was asked.
struct Granting(Vec<Item>);

impl Prompt for Granting {
    fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
        let mut decide = |request: &Request| {
            self.0.push(request.item.clone());
            Ok(Decision::Allowed(Allowed::as_asked(&request.item, Some(Path::new("/home/ada")))?))
        };
        let decisions = question.asked.iter().map(&mut decide).collect::<Result<_, PromptError>>()?;
        Ok(Answer { decisions, added: Vec::new() })
    }
}

/// Starts a version, and says what was asked for that.
fn start(grants: &mut Grants, from: &str, version: u8, requests: &Requests) -> (Result<Grant, GrantsError>, Vec<Item>) {
    let (origin, hash) = (origin(from), hash(version));
    let subject = Subject { name: "words", version: "1.0.0", origin: &origin, hash: &hash, requests };
    let mut granting = Granting(Vec::new());
    let grant = grants.decide(&subject, &mut granting);
    (grant, granting.0)
}

fn refusing(grants: &mut Grants, version: u8, requests: &Requests) -> Result<Grant, GrantsError> {
    let (origin, hash) = (origin("file:/words.wasm"), hash(version));
    let subject = Subject { name: "words", version: "1.0.0", origin: &origin, hash: &hash, requests };
    grants.decide(&subject, &mut Fixed::refuse())
}

#[test]
fn a_module_is_asked_once() {
    let (mut grants, first) = (Grants::in_memory(), requests(FIRST));
    let (grant, asked) = start(&mut grants, "file:/words.wasm", 1, &first);
    assert_eq!((grant.as_ref().unwrap().allowed().count(), asked.len()), (3, 3));
    assert_eq!(start(&mut grants, "file:/words.wasm", 1, &first).1, []);
    // The same bytes from elsewhere are asked again.
    assert_eq!(start(&mut grants, "oci://example.com/words", 1, &first).1.len(), 3);
    // Who asks for nothing is asked nothing.
    let (grant, asked) = start(&mut grants, "file:/other.wasm", 9, &Requests::default());
    assert!(grant.unwrap().is_empty() && asked.is_empty());
    assert!(grants.get(&origin("file:/other.wasm"), &hash(9)).is_none());
}

#[test]
fn a_new_version_has_what_it_asks_for_no_more() {
    let (mut grants, first) = (Grants::in_memory(), requests(FIRST));
    start(&mut grants, "file:/words.wasm", 1, &first).0.unwrap();
    let less = requests(
        "[[folders]]\nguest = \"/books\"\nreason = \"reads\"\n[[network]]\nconnect-tcp = \"www.example.com:443\"\nreason = \"asks\"",
    );
    let check = grants.check(&origin("file:/words.wasm"), &hash(2), &less);
    assert!(matches!(check, Coverage::Covered { is_new: true, .. }), "{check:?}");
    let (grant, asked) = start(&mut grants, "file:/words.wasm", 2, &less);
    assert_eq!(asked, []);
    // Read-only, as it asks now, and the narrower rule; no threads.
    let items: Vec<_> = grant.as_ref().unwrap().allowed().map(|allowed| allowed.item().clone()).collect();
    assert_eq!(items, less.iter().map(|request| request.item.clone()).collect::<Vec<_>>());
    assert_eq!(grants.get(&origin("file:/words.wasm"), &hash(2)), grant.ok().as_ref());
    let check = grants.check(&origin("file:/words.wasm"), &hash(2), &less);
    assert!(matches!(check, Coverage::Covered { is_new: false, .. }), "{check:?}");
}

#[test]
fn what_a_new_version_asks_for_in_addition_is_asked() {
    let (mut grants, first) = (Grants::in_memory(), requests(FIRST));
    start(&mut grants, "file:/words.wasm", 1, &first).0.unwrap();
    let more = requests(&FIRST.replace("64 MiB", "65 MiB").replace("threads = 8", "threads = 4"));
    let more = Requests::new(
        more.iter().cloned().chain(requests("[[env]]\nname = \"A\"\nreason = \"b\"").iter().cloned()).collect(),
    );
    let (grant, asked) = start(&mut grants, "file:/words.wasm", 2, &more.unwrap());
    let folder = item("[[folders]]\nguest = \"/books\"\naccess = \"read-write\"\nsize = \"65 MiB\"");
    assert_eq!(asked, [folder, item("[[env]]\nname = \"A\"")]);
    let threads = item("[[limits]]\nthreads = 4");
    assert!(grant.unwrap().allowed().any(|allowed| *allowed.item() == threads));
}

#[test]
fn what_is_refused_stays_refused() {
    let mut grants = Grants::in_memory();
    let optional = requests("[[limits]]\nthreads = 8\nreason = \"hurries\"\noptional = true");
    assert_eq!(refusing(&mut grants, 1, &optional).unwrap().allowed().count(), 0);
    // Less of it is refused as well, and nobody is asked. More of it is asked.
    let less = requests("[[limits]]\nthreads = 4\nreason = \"hurries\"\noptional = true");
    assert_eq!(start(&mut grants, "file:/words.wasm", 2, &less).1, []);
    let more = requests("[[limits]]\nthreads = 9\nreason = \"hurries\"");
    assert_eq!(start(&mut grants, "file:/words.wasm", 3, &more).1.len(), 1);
}

#[test]
fn a_plugin_does_not_start_without_what_it_needs() {
    let mut grants = Grants::in_memory();
    let needed = requests("[[limits]]\nthreads = 8\nreason = \"hurries\"");
    let refused = refusing(&mut grants, 1, &needed).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the plugin of file:/words.wasm can't start: it needs to run up to 8 threads, and that was refused"
    );
    // The refusal is kept, and nobody is asked again before it is forgotten.
    let (again, asked) = start(&mut grants, "file:/words.wasm", 1, &needed);
    assert!(matches!(again, Err(GrantsError::Refused { .. })) && asked.is_empty());
    grants.forget(&origin("file:/words.wasm")).unwrap();
    start(&mut grants, "file:/words.wasm", 1, &needed).0.unwrap();
}

#[test]
fn what_is_unknown_is_never_granted() {
    let unknown = |optional| {
        let item = Item::Unknown { kind: "gpu".to_owned(), body: vec![1] };
        Requests::new(vec![Request { item, reason: "draws".to_owned(), optional }]).unwrap()
    };
    let mut grants = Grants::in_memory();
    let (refused, asked) = start(&mut grants, "file:/a.wasm", 1, &unknown(false));
    let refused = refused.unwrap_err().to_string();
    assert!(
        refused.contains("it needs \"gpu\", which this version of Plugix doesn't know") && asked.is_empty(),
        "{refused}"
    );
    let (grant, asked) = start(&mut grants, "file:/a.wasm", 2, &unknown(true));
    assert!(grant.unwrap().is_empty() && asked.is_empty());
}

#[test]
fn less_than_asked_and_more_beside_it() {
    let mut grants = Grants::in_memory();
    let first = requests(FIRST);
    let read_only = Allowed::folder("/srv", "/books", plugix_requests::Access::ReadOnly, None).unwrap();
    let memory = Allowed::new(item("[[limits]]\nmemory = \"1 GiB\"")).unwrap();
    struct Person(Allowed, Allowed);
    impl Prompt for Person {
        fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
            let mut decisions = vec![Decision::Refused; question.asked.len()];
            (decisions[0], decisions[2]) =
                (Decision::Allowed(self.0.clone()), Decision::Allowed(Allowed::new(item("[[limits]]\nthreads = 2"))?));
            Ok(Answer { decisions, added: vec![self.1.clone()] })
        }
    }
    let (from, version) = (origin("file:/words.wasm"), hash(1));
    let subject = Subject { name: "words", version: "1", origin: &from, hash: &version, requests: &first };
    let grant = grants.decide(&subject, &mut Person(read_only.clone(), memory.clone())).unwrap();
    let threads = Allowed::new(item("[[limits]]\nthreads = 2")).unwrap();
    assert_eq!(grant.allowed().cloned().collect::<Vec<_>>(), [read_only.clone(), threads, memory.clone()]);
    // The next version has the same, and asks nobody.
    let (next, asked) = start(&mut grants, "file:/words.wasm", 2, &first);
    assert_eq!((next.unwrap(), asked), (grant, vec![]));
    // A version that asks for what was added has it.
    let more = requests("[[limits]]\nmemory = \"512 MiB\"\nreason = \"thinks\"");
    assert_eq!(start(&mut grants, "file:/words.wasm", 3, &more).1, []);
}

#[test]
fn nobody_grants_more_than_was_asked_for() {
    let mut grant = Grant::new();
    let asked = item("[[limits]]\nthreads = 2");
    let more = Allowed::new(item("[[limits]]\nthreads = 3")).unwrap();
    assert!(matches!(
        grant.decide(asked.clone(), Decision::Allowed(more.clone())),
        Err(GrantError::MoreThanAsked { .. })
    ));
    let other = Allowed::new(item("[[limits]]\nmemory = \"1 B\"")).unwrap();
    assert!(matches!(grant.decide(asked.clone(), Decision::Allowed(other)), Err(GrantError::MoreThanAsked { .. })));
    assert!(grant.is_empty());
    // Beside it, one can: that is what counts then.
    grant.decide(asked, Decision::Refused).unwrap();
    grant.add(more.clone());
    assert_eq!(grant.allowed().collect::<Vec<_>>(), [&more]);
    let folder = item("[[folders]]\nguest = \"/a\"");
    assert_eq!(Allowed::new(folder.clone()), Err(GrantError::NeedsFolder(folder.to_string())));
    assert!(matches!(Allowed::as_asked(&folder, Some(Path::new("a"))), Err(GrantError::HostPath(_))));
}

#[test]
fn prompts_answer_as_often_as_they_are_asked() {
    struct Silent;
    impl Prompt for Silent {
        fn ask(&mut self, _: &Question<'_>) -> Result<Answer, PromptError> {
            Ok(Answer::default())
        }
    }
    let (from, version, first) = (origin("file:/words.wasm"), hash(1), requests(FIRST));
    let subject = Subject { name: "words", version: "1", origin: &from, hash: &version, requests: &first };
    let mut grants = Grants::in_memory();
    let wrong = grants.decide(&subject, &mut Silent).unwrap_err();
    assert!(matches!(wrong, GrantsError::Grant(GrantError::Answers { asked: 3, answered: 0 })), "{wrong:?}");
    assert_eq!(grants.iter().count(), 0);
}

#[test]
fn a_file_grants_what_it_has() {
    let text = "[[folders]]\nguest = \"/books\"\nhost = \"srv\"\n[[limits]]\nthreads = 100";
    let mut prepared = Prepared::from_toml(text, "/home/ada").unwrap();
    let (from, version, first) = (origin("file:/words.wasm"), hash(1), requests(FIRST));
    let subject = Subject { name: "words", version: "1", origin: &from, hash: &version, requests: &first };
    let grant = Grants::in_memory().decide(&subject, &mut prepared).unwrap();
    let allowed: Vec<_> = grant.allowed().cloned().collect();
    let folder = Allowed::folder("/home/ada/srv", "/books", plugix_requests::Access::ReadOnly, None).unwrap();
    assert_eq!(allowed, [folder, Allowed::new(item("[[limits]]\nthreads = 8")).unwrap()]);
    let wrong = Prepared::from_toml("[[folders]]\nguest = \"/books\"\nhosts = \"a\"", "/").unwrap_err().to_string();
    assert!(wrong.contains("line 3, column 1") && wrong.contains("did you mean `host`?"), "{wrong}");
}

#[test]
fn what_changes_while_somebody_thinks_is_asked_anew() {
    /// Somebody who allows everything, while somebody else answers the first request.
    struct Late<'g>(&'g Mutex<Grants>, Granting);
    impl Prompt for Late<'_> {
        fn ask(&mut self, question: &Question<'_>) -> Result<Answer, PromptError> {
            if self.1.0.is_empty() {
                let mut grant = Grant::new();
                grant.decide(item("[[limits]]\nthreads = 8"), Decision::Refused).unwrap();
                let Subject { origin, hash, .. } = *question.subject;
                self.0.lock().unwrap().set(origin, hash, grant).unwrap();
            }
            self.1.ask(question)
        }
    }
    let (from, version) = (origin("file:/words.wasm"), hash(1));
    let first = requests(&FIRST.replace("reason = \"hurries\"", "reason = \"hurries\"\noptional = true"));
    let subject = Subject { name: "words", version: "1", origin: &from, hash: &version, requests: &first };
    let grants = Mutex::new(Grants::in_memory());
    let mut late = Late(&grants, Granting(Vec::new()));
    let grant = Grants::decide_shared(&grants, &subject, &mut late).unwrap();
    assert_eq!(late.1.0.len(), 3 + 2, "the first answers are dropped, and two requests are asked again");
    assert_eq!(grant.allowed().count(), 2);
    assert_eq!(grants.lock().unwrap().get(&from, &version), Some(&grant));
}

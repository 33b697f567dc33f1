//! All that a plugin asks for, checked.

use crate::network::{Rule, Target, check_unix};
use crate::plain::is_plain;
use crate::{Access, Item, MAX_REQUESTS, MAX_SECTION_LEN, Request, RequestError, write};

/// The most characters of a path, a rule, a name or a value.
const MAX_TEXT: usize = 512;

/// All that a plugin asks for. No two are about one thing, and each is possible.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Requests(Vec<Request>);

impl Requests {
    /// Checks the requests.
    ///
    /// # Errors
    /// [`RequestError`] says which is wrong, and why.
    pub fn new(requests: Vec<Request>) -> Result<Self, RequestError> {
        check(&requests).map_err(|(_, error)| error)?;
        let requests = Self(requests);
        match write(&requests).len() {
            len if len > MAX_SECTION_LEN => Err(RequestError::TooLong(len)),
            _ => Ok(requests),
        }
    }

    /// Each of them, in the author's order.
    pub fn iter(&self) -> std::slice::Iter<'_, Request> {
        self.0.iter()
    }

    /// Those that are chosen.
    #[must_use]
    pub fn filter(&self, mut choose: impl FnMut(&Request) -> bool) -> Self {
        Self(self.iter().filter(|request| choose(request)).cloned().collect())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'r> IntoIterator for &'r Requests {
    type Item = &'r Request;
    type IntoIter = std::slice::Iter<'r, Request>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Checks requests. An error has the index of the one that is wrong.
pub(crate) fn check(requests: &[Request]) -> Result<(), (usize, RequestError)> {
    if requests.len() > MAX_REQUESTS {
        return Err((MAX_REQUESTS, RequestError::TooMany(requests.len())));
    }
    for (index, request) in requests.iter().enumerate() {
        check_text("reason", &request.reason).map_err(|error| (index, error))?;
        request.item.check().map_err(|error| (index, error))?;
        let item = &request.item;
        let mut before = requests[..index].iter().map(|request| &request.item);
        // What is unknown may be there several times.
        let known = item.kind().is_some();
        if let Some(first) = before.find(|first| known && first.is_about_the_same(item)) {
            let error = RequestError::Duplicate { first: first.to_string(), second: item.to_string() };
            return Err((index, error));
        }
    }
    Ok(())
}

impl Item {
    /// Checks that it can be asked for and granted.
    ///
    /// # Errors
    /// [`RequestError::Impossible`]
    pub fn check(&self) -> Result<(), RequestError> {
        match self {
            Self::Folder { guest, access: Access::ReadOnly, size: Some(_) } => {
                check_path(guest)?;
                Err(impossible("size", "is for folders with `access = \"read-write\"`"))
            }
            Self::Folder { guest, .. } | Self::Scratch { guest, .. } => check_path(guest),
            Self::Env { name, value } => {
                check_text("name", name)?;
                if name.contains('=') {
                    return Err(impossible(
                        "name",
                        format!("is {name:?}, which is no name of an environment variable"),
                    ));
                }
                match value.as_deref() {
                    None | Some("") => Ok(()),
                    Some(value) => check_text("value", value),
                }
            }
            Self::Network { kind, rule } if kind.is_unix() => {
                check_text("path", rule)?;
                check_unix(rule.as_ref()).map_err(|error| no_rule(rule, &error.problem))
            }
            Self::Network { kind, rule } => {
                check_text("rule", rule)?;
                let listens = matches!(kind, crate::NetworkKind::ListenTcp | crate::NetworkKind::ListenUdp);
                match Rule::parse(rule).map_err(|error| no_rule(rule, &error.problem))?.target {
                    Target::Name(_) | Target::Below(_) if listens => {
                        Err(no_rule(rule, "a plugin listens on an address, such as `127.0.0.1:8080` or `0.0.0.0:8080`"))
                    }
                    _ => Ok(()),
                }
            }
            Self::Limit { kind, amount } => {
                let (_, range) = kind.range();
                if range.contains(amount) {
                    return Ok(());
                }
                let [least, most] = [*range.start(), *range.end()].map(|amount| kind.amount_text(amount));
                Err(impossible(
                    kind.word(),
                    format!("is {}, and is possible from {least} to {most}", kind.amount_text(*amount)),
                ))
            }
            Self::Interface { name, .. } => check_text("name", name),
            Self::Unknown { kind, .. } => {
                let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
                match (1..=64).contains(&kind.len()) && kind.bytes().all(is_word) {
                    true => Ok(()),
                    false => Err(impossible("kind", "is no word")),
                }
            }
        }
    }
}

/// A path of the plugin's: absolute, and in its one spelling.
fn check_path(path: &str) -> Result<(), RequestError> {
    check_text("path", path)?;
    let mut parts = path.strip_prefix('/').into_iter().flat_map(|rest| rest.split('/'));
    let is_plain = path == "/" || (path.starts_with('/') && parts.all(|part| !matches!(part, "" | "." | "..")));
    match is_plain {
        true => Ok(()),
        false => Err(impossible("path", format!("is {path:?}: write it from the root on, as \"/books\""))),
    }
}

/// A text that people are shown.
fn check_text(what: &'static str, text: &str) -> Result<(), RequestError> {
    if text.trim().is_empty() {
        return Err(impossible(what, "is empty"));
    }
    if text.chars().nth(MAX_TEXT).is_some() {
        return Err(impossible(what, format!("has more than {MAX_TEXT} characters")));
    }
    match text.chars().find(|char| !is_plain(*char)) {
        Some(char) => Err(impossible(what, format!("has the character {char:?}, which people would not see"))),
        None => Ok(()),
    }
}

fn no_rule(rule: &str, problem: &str) -> RequestError {
    impossible("rule", format!("is {rule:?}, which is none: {problem}"))
}

fn impossible(what: &'static str, problem: impl Into<String>) -> RequestError {
    RequestError::Impossible { what, problem: problem.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LimitKind, NetworkKind, Version};

    fn requests(items: impl IntoIterator<Item = Item>) -> Result<Requests, RequestError> {
        let request = |item| Request { item, reason: "why".to_owned(), optional: false };
        Requests::new(items.into_iter().map(request).collect())
    }

    fn folder(guest: &str) -> Item {
        Item::Folder { guest: guest.to_owned(), access: Access::ReadOnly, size: None }
    }

    fn network(kind: NetworkKind, rule: &str) -> Item {
        Item::Network { kind, rule: rule.to_owned() }
    }

    #[test]
    fn possible_ones_are_taken() {
        let env = |name: &str| Item::Env { name: name.to_owned(), value: Some(String::new()) };
        let version = Version { major: 1, minor: 0 };
        requests([
            folder("/"),
            folder("/a/b"),
            env("A"),
            network(NetworkKind::ConnectTcp, "a.b:1"),
            network(NetworkKind::ConnectUdp, "a.b:1"),
            network(NetworkKind::ListenUnix, "/run/a.sock"),
            Item::Limit { kind: LimitKind::OpenFiles, amount: 64 },
            Item::Interface { name: "Log".to_owned(), version },
        ])
        .unwrap();
    }

    #[test]
    fn impossible_ones_are_named() {
        let wrong = |item| requests([item]).unwrap_err().to_string();
        for path in ["", "a", "/a/", "/a//b", "/a/../b", "/./a", "/a\n", "/a\u{202e}b", &"/a".repeat(500)] {
            assert!(wrong(folder(path)).contains("a request's path"), "{path}");
        }
        assert!(wrong(Item::Env { name: "A=B".to_owned(), value: None }).contains("no name"));
        assert!(wrong(network(NetworkKind::ConnectTcp, "a.b")).contains("say which ports"));
        assert!(wrong(network(NetworkKind::ListenTcp, "a.b:1")).contains("listens on an address"));
        assert!(wrong(network(NetworkKind::ConnectUnix, "a")).contains("absolute"));
        assert_eq!(
            wrong(Item::Limit { kind: LimitKind::OpenFiles, amount: 1 }),
            "a request's open-files is 1, and is possible from 64 to 65536"
        );
        assert!(wrong(Item::Unknown { kind: "\x1b".to_owned(), body: vec![] }).contains("kind is no word"));
        let silent = Request { item: folder("/a"), reason: " ".to_owned(), optional: false };
        assert!(Requests::new(vec![silent]).unwrap_err().to_string().contains("reason is empty"));
    }

    #[test]
    fn two_about_one_thing_are_refused() {
        let limit = |amount| Item::Limit { kind: LimitKind::Memory, amount };
        let interface = |major| Item::Interface { name: "Log".to_owned(), version: Version { major, minor: 0 } };
        for [one, other] in [
            [folder("/a"), Item::Scratch { guest: "/a".to_owned(), size: 1 }],
            [limit(1), limit(2)],
            [interface(1), interface(2)],
            [network(NetworkKind::ConnectTcp, "a.b:1"), network(NetworkKind::ConnectTcp, "A.b.:1-1")],
        ] {
            assert!(matches!(requests([one, other]), Err(RequestError::Duplicate { .. })));
        }
        let many = (0..=MAX_REQUESTS).map(|index| folder(&format!("/{index}")));
        assert_eq!(requests(many), Err(RequestError::TooMany(MAX_REQUESTS + 1)));
    }

    #[test]
    fn they_fit_a_section() {
        let value = |index: usize| Item::Env { name: format!("V{index}"), value: Some("ä".repeat(MAX_TEXT)) };
        assert!(matches!(requests((0..100).map(value)), Err(RequestError::TooLong(_))));
    }
}

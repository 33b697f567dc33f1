//! How a registry asks who the user is, and how that is answered.

use http_auth::parse_challenges;
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use serde::Deserialize;

/// What a registry wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password.
    Basic,
    /// A token that another address gives.
    Bearer { realm: String, service: Option<String> },
}

/// What a registry wants, if it is something that is known. Tokens come first.
pub(super) fn challenge(headers: &HeaderMap) -> Option<Challenge> {
    let mut basic = None;
    for value in headers.get_all(WWW_AUTHENTICATE) {
        for challenge in value.to_str().ok().and_then(|text| parse_challenges(text).ok()).unwrap_or_default() {
            let param = |name: &str| {
                let found = challenge.params.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value.to_unescaped())
            };
            if challenge.scheme.eq_ignore_ascii_case("bearer") {
                return Some(Challenge::Bearer { realm: param("realm")?, service: param("service") });
            }
            if challenge.scheme.eq_ignore_ascii_case("basic") {
                basic = Some(Challenge::Basic);
            }
        }
    }
    basic
}

/// What a registry is told in each request.
pub(super) enum Auth<'a> {
    Basic { user: &'a str, password: &'a str },
    Bearer(String),
}

impl Auth<'_> {
    pub(super) fn apply(&self, request: RequestBuilder) -> RequestBuilder {
        match self {
            Self::Basic { user, password } => request.basic_auth(user, Some(password)),
            Self::Bearer(token) => request.bearer_auth(token),
        }
    }
}

/// The token in the answer of what gives tokens.
pub(super) fn token(answer: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        token: Option<String>,
        access_token: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(answer).ok()?;
    answer.token.or(answer.access_token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn of(text: &'static str) -> Option<Challenge> {
        challenge(&HeaderMap::from_iter([(WWW_AUTHENTICATE, HeaderValue::from_static(text))]))
    }

    #[test]
    fn challenges_are_read() {
        let bearer = of(r#"Bearer realm="https://auth.example/token",service="registry",scope="x""#);
        let realm = "https://auth.example/token".to_owned();
        assert_eq!(bearer, Some(Challenge::Bearer { realm, service: Some("registry".to_owned()) }));
        assert_eq!(of(r#"Basic realm="x""#), Some(Challenge::Basic));
        assert_eq!(of("Negotiate"), None);
        assert_eq!(of("\"\"\""), None);
    }

    #[test]
    fn tokens_have_two_names() {
        assert_eq!(token(br#"{"token":"a"}"#).as_deref(), Some("a"));
        assert_eq!(token(br#"{"access_token":"b","x":1}"#).as_deref(), Some("b"));
        assert_eq!(token(b"{}"), None);
    }
}

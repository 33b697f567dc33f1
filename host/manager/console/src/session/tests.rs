//! Who is let in and who is not.

use super::*;
use axum::http::HeaderName;

fn session() -> Session {
    Session::new("127.0.0.1:4000".parse().unwrap()).unwrap()
}

fn headers(all: &[(&'static str, &str)]) -> HeaderMap {
    all.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect()
}

fn site(method: &Method, all: &[(&'static str, &str)]) -> Result<(), Refusal> {
    session().check_site(method, &headers(all))
}

#[test]
fn only_its_own_names_lead_to_it() {
    let get = |host| site(&Method::GET, &[("host", host)]);
    for host in ["127.0.0.1:4000", "localhost:4000", "LOCALHOST:4000"] {
        assert_eq!(get(host), Ok(()), "{host}");
    }
    for host in ["evil.example:4000", "127.0.0.1", "127.0.0.1:4001", "localhost:4000.evil.example", ""] {
        assert_eq!(get(host), Err(Refusal::Host), "{host}");
    }
    assert_eq!(site(&Method::GET, &[]), Err(Refusal::Host));
    assert_eq!(site(&Method::GET, &[("host", "127.0.0.1:4000"), ("host", "localhost:4000")]), Err(Refusal::Host));
}

#[test]
fn other_sites_change_nothing() {
    let host = ("host", "127.0.0.1:4000");
    let post = |more: &[(&'static str, &str)]| site(&Method::POST, &[&[host], more].concat());
    assert_eq!(post(&[("origin", "http://127.0.0.1:4000")]), Ok(()));
    assert_eq!(post(&[("origin", "http://127.0.0.1:4000"), ("sec-fetch-site", "same-origin")]), Ok(()));
    assert_eq!(post(&[("authorization", "Bearer a")]), Ok(()));
    let others = ["http://evil.example", "http://127.0.0.1:4001", "https://127.0.0.1:4000", "null", ""];
    for origin in others {
        assert_eq!(post(&[("origin", origin)]), Err(Refusal::Origin), "{origin}");
        assert_eq!(post(&[("origin", origin), ("authorization", "Bearer a")]), Err(Refusal::Origin), "{origin}");
        assert_eq!(site(&Method::GET, &[host, ("origin", origin)]), Err(Refusal::Origin), "{origin}");
    }
    assert_eq!(post(&[]), Err(Refusal::Origin));
    for other in ["cross-site", "same-site", "?"] {
        assert_eq!(site(&Method::GET, &[host, ("sec-fetch-site", other)]), Err(Refusal::Origin), "{other}");
    }
}

#[test]
fn the_token_is_needed_whole() {
    let session = session();
    let check = |name, value: String| session.check_token(&headers(&[(name, &value)]));
    let token = &session.token;
    assert_eq!(token.len(), 64);
    assert_eq!(check("authorization", format!("Bearer {token}")), Ok(()));
    assert_eq!(check("cookie", format!("a=b; plugix-console-4000={token}")), Ok(()));
    assert_eq!(check("cookie", format!("plugix-console-4001={token}")), Err(Refusal::Token));
    for wrong in ["", &token[1..], &format!("{token}0")] {
        assert_eq!(check("authorization", format!("Bearer {wrong}")), Err(Refusal::Token), "{wrong}");
        assert_eq!(check("cookie", format!("plugix-console-4000={wrong}")), Err(Refusal::Token), "{wrong}");
    }
    assert_eq!(session.check_token(&HeaderMap::new()), Err(Refusal::Token));
    assert_ne!(*token, self::session().token);
}

//! Who may ask: whoever has the token, from this console's own page, by one of its own names.

use axum::http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::{HeaderMap, Method};
use std::net::SocketAddr;

/// Tells whether another site made the browser ask. Browsers set it, and no page can.
const SITE: &str = "sec-fetch-site";

/// The secret of one run, and the names by which the console is asked.
#[derive(Debug)]
pub(crate) struct Session {
    token: String,
    cookie: String,
    hosts: Vec<String>,
}

/// Why somebody is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request names another host: another site's name was made to lead here.
    Host,
    /// Another site's page asks.
    Origin,
    /// It has no token, or another one.
    Token,
}

impl Session {
    /// A session with a token that nobody can guess.
    pub(crate) fn new(address: SocketAddr) -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        let token = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let port = address.port();
        // Browsers send cookies to all ports of a host: another console on this machine has another cookie.
        let cookie = format!("plugix-console-{port}");
        Ok(Self { token, cookie, hosts: vec![address.to_string(), format!("localhost:{port}")] })
    }

    /// The address with the token, for the person who has started the console.
    pub(crate) fn address(&self) -> String {
        format!("http://{}/?token={}", self.hosts[0], self.token)
    }

    /// The header that makes a browser remember the token. No page can read it, and other sites' pages can't use it.
    pub(crate) fn set_cookie(&self) -> String {
        format!("{}={}; Path=/; HttpOnly; SameSite=Strict", self.cookie, self.token)
    }

    /// Whether it is the token. How long this takes says nothing about the token.
    pub(crate) fn is_token(&self, token: &str) -> bool {
        // Hashes are compared in constant time.
        blake3::hash(token.as_bytes()) == blake3::hash(self.token.as_bytes())
    }

    /// Whether a request comes by one of the console's names and from no other site's page.
    pub(crate) fn check_site(&self, method: &Method, headers: &HeaderMap) -> Result<(), Refusal> {
        let one = |name| {
            let mut values = headers.get_all(name).iter();
            values.next().filter(|_| values.next().is_none()).and_then(|value| value.to_str().ok())
        };
        let is_own = |host: &str| self.hosts.iter().any(|own| own.eq_ignore_ascii_case(host));
        if !one(HOST.as_str()).is_some_and(is_own) {
            return Err(Refusal::Host);
        }
        let is_safe = matches!(*method, Method::GET | Method::HEAD);
        let origin = match headers.contains_key(ORIGIN) {
            true => one(ORIGIN.as_str()).and_then(|origin| origin.strip_prefix("http://")).is_some_and(is_own),
            // A browser says where a change comes from. A program has no origin, and shows the token in a header.
            false => is_safe || headers.contains_key(AUTHORIZATION),
        };
        let site = match headers.contains_key(SITE) {
            true => one(SITE).is_some_and(|site| site == "same-origin" || site == "none"),
            false => true,
        };
        if origin && site { Ok(()) } else { Err(Refusal::Origin) }
    }

    /// Whether a request has the token, in its cookie or as `Authorization: Bearer`.
    pub(crate) fn check_token(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let bearer = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut cookies = cookies.flat_map(|value| value.split("; ")).filter_map(|cookie| cookie.split_once('='));
        let cookie = cookies.find(|(name, _)| *name == self.cookie).map(|(_, value)| value);
        let has = bearer.or(cookie).is_some_and(|token| self.is_token(token));
        if has { Ok(()) } else { Err(Refusal::Token) }
    }
}

#[cfg(test)]
mod tests;

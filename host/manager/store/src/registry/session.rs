//! Requests to one repository, with what the registry wants to know of the user.

use super::auth::{self, Auth};
use crate::fetch::{FetchError, Fetcher, Limits, Web, host};
use crate::source::is_this_machine;
use crate::{Login, Reference};
use bytes::Bytes;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use std::sync::Arc;
use url::Url;

/// Requests to one repository.
pub(super) struct Session<'a> {
    web: Arc<Web>,
    pub(super) reference: &'a Reference,
    login: Option<&'a Login>,
    limits: &'a Limits,
    base: Url,
    pushes: bool,
    auth: Option<Auth<'a>>,
}

impl<'a> Session<'a> {
    pub(super) fn new(fetcher: &'a Fetcher, reference: &'a Reference, pushes: bool) -> Result<Self, FetchError> {
        // What Docker calls `docker.io` is elsewhere.
        let registry = match reference.registry() {
            "docker.io" => "registry-1.docker.io",
            registry => registry,
        };
        let answer = |error: url::ParseError| FetchError::Answer { url: registry.to_owned(), what: error.to_string() };
        let mut base: Url = format!("https://{registry}/v2/").parse().map_err(answer)?;
        if is_this_machine(&base) {
            // A port that isn't said is that of the scheme: the text is read again.
            base = format!("http://{registry}/v2/").parse().map_err(answer)?;
        }
        let web = Arc::new(Web::new(&base, fetcher)?);
        let login = fetcher.known().and_then(|credentials| credentials.login(reference.registry()));
        Ok(Self { web, reference, login, limits: fetcher.limits_are(), base, pushes, auth: None })
    }

    pub(super) fn web(&self) -> Arc<Web> {
        self.web.clone()
    }

    pub(super) fn web_ref(&self) -> &Web {
        &self.web
    }

    pub(super) fn limits(&self) -> &Limits {
        self.limits
    }

    pub(super) fn root(&self) -> Result<Url, FetchError> {
        Ok(self.base.clone())
    }

    /// An address within the repository.
    pub(super) fn url(&self, path: &str) -> Result<Url, FetchError> {
        let wrong = |error: url::ParseError| FetchError::Answer { url: path.to_owned(), what: error.to_string() };
        self.base.join(&format!("{}/{path}", self.reference.repository())).map_err(wrong)
    }

    /// Sends a request, and sends it again when the registry has asked who the user is.
    pub(super) async fn send(
        &mut self,
        method: Method,
        url: Url,
        body: Option<Bytes>,
        headers: &[(&'static str, &'static str)],
    ) -> Result<Response, FetchError> {
        let send = async |session: &Self| {
            let mut request = session.web.request(method.clone(), url.clone());
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            if let Some(body) = &body {
                request = request.body(body.clone());
            }
            session.web.send(session.authorized(request, &url)).await
        };
        let response = send(self).await?;
        let is_own = self.is_own(&url) && self.is_own(response.url());
        if response.status() != StatusCode::UNAUTHORIZED || !is_own {
            return Ok(response);
        }
        self.auth = Some(self.authorize(&response).await?);
        send(self).await
    }

    /// A request with what was learned from the registry. Others are told nothing of the user.
    pub(super) fn authorized(&self, request: RequestBuilder, url: &Url) -> RequestBuilder {
        match &self.auth {
            Some(auth) if self.is_own(url) => auth.apply(request),
            _ => request,
        }
    }

    fn is_own(&self, url: &Url) -> bool {
        url.origin() == self.base.origin()
    }

    /// What the registry wants to have in each request.
    async fn authorize(&self, response: &Response) -> Result<Auth<'a>, FetchError> {
        let unauthorized = || FetchError::Unauthorized { registry: host(&self.base) };
        let challenge = auth::challenge(response.headers()).ok_or_else(unauthorized)?;
        let auth::Challenge::Bearer { realm, service } = challenge else {
            let Some(Login::Password { user, password }) = self.login else { return Err(unauthorized()) };
            return Ok(Auth::Basic { user, password });
        };
        if let Some(Login::Token { token }) = self.login {
            return Ok(Auth::Bearer(token.clone()));
        }
        let answer = |what: &str| FetchError::Answer { url: host(&self.base), what: what.to_owned() };
        let mut url: Url = realm.parse().map_err(|_| answer("it names no address that gives tokens"))?;
        // The user's password goes there.
        if url.scheme() == "http" && self.base.scheme() == "https" {
            return Err(answer("it wants the password sent without encryption"));
        }
        let actions = if self.pushes { "pull,push" } else { "pull" };
        url.query_pairs_mut().append_pair("scope", &format!("repository:{}:{actions}", self.reference.repository()));
        if let Some(service) = service {
            url.query_pairs_mut().append_pair("service", &service);
        }
        let mut request = self.web.get(url);
        if let Some(Login::Password { user, password }) = self.login {
            request = Auth::Basic { user, password }.apply(request);
        }
        let response = self.web.send(request).await?;
        let answer_text = match self.web.read(response, self.limits.answer).await {
            Err(FetchError::Unauthorized { .. }) => return Err(unauthorized()),
            read => read?,
        };
        auth::token(&answer_text).map(Auth::Bearer).ok_or_else(|| answer("it gives no token"))
    }
}

//! HTTP with another side that isn't trusted: guarded addresses, bounded answers, bounded time.

use super::guard::{Guard, REDIRECTS_MAX, Resolver};
use super::{FetchError, Fetcher, Limits, Refused};
use crate::disk::Disk;
use crate::signature;
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use rustls_platform_verifier::BuilderVerifierExt as _;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// HTTP, as far as one source needs it.
pub(crate) struct Web {
    origin: Url,
    guard: Arc<Guard>,
    client: Client,
    pub(super) limits: Limits,
    pub(super) disk: Disk,
}

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(15);

impl Web {
    /// # Errors
    /// [`FetchError`] if the address may not be used, can't be looked up, or if this machine lacks something.
    pub(crate) fn new(origin: &Url, fetcher: &Fetcher) -> Result<Self, FetchError> {
        let guard = Guard::of(
            origin,
            #[cfg(test)]
            fetcher.public,
        );
        let guard = Arc::new(
            guard.map_err(|reason| FetchError::Connection { url: origin.to_string(), reason: reason.into() })?,
        );
        let redirects = guard.clone();
        let builder = Client::builder()
            .no_proxy() // a proxy looks names up by itself, and nobody would check what they lead to
            .referer(false)
            .user_agent(concat!("plugix/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .read_timeout(fetcher.limits_are().stall)
            .dns_resolver(Arc::new(Resolver(guard.clone())))
            .tls_backend_preconfigured(tls(origin)?)
            .redirect(Policy::custom(move |attempt| {
                if attempt.previous().len() > REDIRECTS_MAX {
                    return attempt.error(Refused::Redirects(REDIRECTS_MAX));
                }
                match redirects.check(attempt.url()) {
                    Ok(()) => attempt.follow(),
                    Err(refused) => attempt.error(refused),
                }
            }));
        let client = builder.build().map_err(|error| FetchError::Setup { what: chain(&error) })?;
        let (limits, disk) = (fetcher.limits_are().clone(), fetcher.disk.clone());
        Ok(Self { origin: origin.clone(), guard, client, limits, disk })
    }

    /// Runs asynchronous code to its end, on a thread of its own: the caller may be on one that may not block so.
    ///
    /// # Errors
    /// Its errors, [`FetchError::TooSlow`], and [`FetchError::Setup`] if there is no thread to be had.
    pub(crate) fn run<T: Send>(
        &self,
        future: impl Future<Output = Result<T, FetchError>> + Send,
    ) -> Result<T, FetchError> {
        let setup = |error: std::io::Error| FetchError::Setup { what: error.to_string() };
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("plugix-fetch".to_owned());
            let work = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(setup)?;
                let outcome = runtime.block_on(async { tokio::time::timeout(self.limits.total, future).await });
                // A name that is being looked up can't be stopped, and isn't waited for.
                runtime.shutdown_background();
                outcome.unwrap_or_else(|_| {
                    Err(FetchError::TooSlow { url: self.origin.to_string(), after: self.limits.total })
                })
            };
            match thread.spawn_scoped(scope, work).map_err(setup)?.join() {
                Ok(outcome) => outcome,
                Err(panic) => std::panic::resume_unwind(panic),
            }
        })
    }

    pub(crate) fn get(&self, url: Url) -> RequestBuilder {
        self.request(reqwest::Method::GET, url)
    }

    pub(crate) fn request(&self, method: reqwest::Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends a request. The answer may say anything.
    ///
    /// # Errors
    /// [`FetchError`] if there is no answer, or the request may not be made.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, FetchError> {
        let request = request.build().map_err(|error| self.failed(self.origin.as_str(), error))?;
        let url = request.url().clone();
        self.guard.check(&url).map_err(|reason| FetchError::Refused { url: url.to_string(), reason })?;
        self.client.execute(request).await.map_err(|error| self.failed(url.as_str(), error))
    }

    /// Reads an answer that has to be a success.
    ///
    /// # Errors
    /// [`FetchError::Status`], [`FetchError::Unauthorized`], [`FetchError::TooLarge`], and what connections fail with.
    pub(crate) async fn read(&self, response: Response, limit: u64) -> Result<Vec<u8>, FetchError> {
        let mut response = accepted(response)?;
        let url = response.url().to_string();
        let too_large = |sent| FetchError::TooLarge { url: url.clone(), sent, limit };
        if let Some(sent) = response.content_length().filter(|sent| *sent > limit) {
            return Err(too_large(sent));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(&url, error))? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() as u64 > limit {
                return Err(too_large(bytes.len() as u64));
            }
        }
        Ok(bytes)
    }

    /// The signatures beside a module, if there are any.
    pub(super) async fn signatures(&self, module: &Url) -> Result<String, FetchError> {
        let mut url = module.clone();
        url.set_path(&format!("{}.minisig", module.path()));
        let response = self.send(self.get(url)).await?;
        if matches!(response.status(), StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::FORBIDDEN) {
            return Ok(String::new());
        }
        let bytes = self.read(response, signature::TEXT_MAX).await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// What an error of the HTTP library is.
    pub(super) fn failed(&self, url: &str, error: reqwest::Error) -> FetchError {
        let url = url.to_owned();
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        while let Some(error) = cause {
            if let Some(reason) = error.downcast_ref::<Refused>() {
                return FetchError::Refused { url, reason: reason.clone() };
            }
            cause = error.source();
        }
        match () {
            () if error.is_connect() => FetchError::Connection { url, reason: error.without_url().into() },
            () if error.is_timeout() => FetchError::Stalled { url, after: self.limits.stall },
            () => FetchError::BrokeOff { url, received: 0, reason: Some(error.without_url().into()) },
        }
    }
}

/// An answer that is a success.
pub(crate) fn accepted(response: Response) -> Result<Response, FetchError> {
    let url = response.url();
    match response.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(FetchError::Unauthorized { registry: host(url) }),
        status if status.is_success() => Ok(response),
        status => Err(FetchError::Status { url: url.to_string(), status: status.as_u16() }),
    }
}

/// The host and, if the address names one, the port.
pub(crate) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// TLS with the certificates of this machine. They are read only if there is something to check with them.
fn tls(origin: &Url) -> Result<rustls::ClientConfig, FetchError> {
    let setup =
        |error: rustls::Error| FetchError::Setup { what: format!("no certificates to check servers with: {error}") };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = config.map_err(setup)?;
    let config = match origin.scheme() {
        // Plain HTTP on this machine; if it leads elsewhere, nothing there is trusted.
        "http" => config.with_root_certificates(rustls::RootCertStore::empty()),
        _ => config.with_platform_verifier().map_err(setup)?,
    };
    Ok(config.with_no_client_auth())
}

fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

//! The server: routes, and what stands before them.

use crate::api;
use crate::assets;
use crate::console::Console;
use crate::session::{Refusal, Session};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Query, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{delete, get, post, put};
use serde::Deserialize;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// How large a module may be that is put onto the page, in bytes.
const LARGEST_MODULE: usize = 64 << 20;

/// How large another request may be, in bytes.
const LARGEST_REQUEST: usize = 1 << 20;

/// How many modules may be on their way at once.
const UPLOADS: usize = 2;

/// What all answers say to browsers.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CONTENT_SECURITY_POLICY, assets::POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// A console that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What all requests have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) console: Console,
    pub(crate) uploads: Semaphore,
    session: Session,
}

impl Server {
    /// Listens on an address of this machine's own.
    ///
    /// # Errors
    /// If others could reach the address, if it can't be had, or if the system has no random numbers.
    pub async fn bind(address: SocketAddr, console: Console) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            let problem = format!("{address} is no loopback address: the console is for this machine alone");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, problem));
        }
        let listener = TcpListener::bind(address).await?;
        let session = Session::new(listener.local_addr()?).map_err(io::Error::other)?;
        let uploads = Semaphore::new(UPLOADS);
        Ok(Self { listener, shared: Arc::new(Shared { console, uploads, session }) })
    }

    /// The address of the page, with its token. Whoever has it is let in.
    pub fn address(&self) -> String {
        self.shared.session.address()
    }

    /// Answers until `end` is ready.
    ///
    /// # Errors
    /// If the system gives no connections any more.
    pub async fn serve(self, end: impl Future<Output = ()>) -> io::Result<()> {
        let sampler = tokio::spawn(sample(self.shared.console.clone()));
        let outcome = tokio::select! {
            outcome = axum::serve(self.listener, router(self.shared)).into_future() => outcome,
            // Pages that listen to events would keep a graceful end from coming.
            () = end => Ok(()),
        };
        sampler.abort();
        outcome
    }
}

/// Takes the numbers of the plots, each second.
async fn sample(console: Console) {
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    loop {
        seconds.tick().await;
        let console = console.clone();
        if tokio::task::spawn_blocking(move || console.sample()).await.is_err() {
            tracing::error!(target: "plugix::console", "a sample of the plugins' numbers couldn't be taken");
        }
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let upload = post(api::install).layer(DefaultBodyLimit::max(LARGEST_MODULE));
    Router::new()
        .route("/", get(assets::page))
        .route("/console.css", get(assets::style))
        .route("/console.js", get(assets::script))
        .route("/icon.svg", get(assets::icon))
        .route("/api/plugins", upload.get(api::list))
        .route("/api/plugins/{name}", delete(api::remove))
        .route("/api/plugins/{name}/reload", post(api::reload))
        .route("/api/plugins/{name}/stop", post(api::stop))
        .route("/api/plugins/{name}/call", post(api::call))
        .route("/api/plugins/{name}/grant", put(api::answer).delete(api::take_back))
        .route("/api/fleet", get(api::fleet))
        .route("/api/events", get(api::events))
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(middleware::from_fn_with_state(shared.clone(), guard))
        .with_state(shared)
}

/// What the printed address has.
#[derive(Deserialize)]
struct First {
    token: Option<String>,
}

/// Turns away who may not ask, before anything of the request is read.
async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let session = &shared.session;
    let is_page = request.uri().path() == "/";
    let first = Query::<First>::try_from_uri(request.uri()).ok().filter(|_| is_page);
    let token = first.and_then(|Query(first)| first.token);
    let mut response = match session.check_site(request.method(), request.headers()) {
        // A person follows the address from another program or page, and is let in by its token.
        Err(Refusal::Origin) if is_page && token.is_some() && request.headers().get(header::ORIGIN).is_none() => {
            enter(session, token)
        }
        Err(refusal) => refuse(refusal),
        Ok(()) if token.is_some() => enter(session, token),
        Ok(()) => match session.check_token(request.headers()) {
            Ok(()) => next.run(request).await,
            Err(refusal) => refuse(refusal),
        },
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Lets somebody in by the token, which then is no longer in the address.
fn enter(session: &Session, token: Option<String>) -> Response {
    match token.filter(|token| session.is_token(token)) {
        Some(_) => ([(header::SET_COOKIE, session.set_cookie())], Redirect::to("/")).into_response(),
        None => refuse(Refusal::Token),
    }
}

fn refuse(refusal: Refusal) -> Response {
    let (status, kind, problem) = match refusal {
        Refusal::Host => (StatusCode::MISDIRECTED_REQUEST, "host", "this is not the host that the request names"),
        Refusal::Origin => (StatusCode::FORBIDDEN, "origin", "a page of another site asks"),
        Refusal::Token => {
            (StatusCode::UNAUTHORIZED, "token", "open the address that the console has printed: it has a token")
        }
    };
    api::problem(status, kind, problem.to_owned())
}

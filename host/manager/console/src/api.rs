//! What the page asks for, as JSON. No work with plugins is done on the executor's threads.

use crate::answers::Answer;
use crate::console::{Console, Upload};
use crate::error::ConsoleError;
use crate::feed::Line;
use crate::server::Shared;
use crate::view;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, Stream, StreamExt as _};
use plugix_host::error::Chain;
use plugix_manager::store::ContentHash;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;

type Its = State<Arc<Shared>>;

/// A module that is put onto the page.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Install {
    name: Option<String>,
    /// The configuration, as JSON.
    config: Option<String>,
    /// Minisign signatures, one after the other.
    #[serde(default)]
    signatures: String,
}

/// A call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Call {
    method: String,
    args: Value,
}

/// What a person says to a version's requests.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    hash: ContentHash,
    answers: Vec<Answer>,
}

/// A request's JSON. What is wrong with it is told as JSON as well.
pub(crate) struct Given<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let given = Json::from_request(request, state).await;
        let wrong = |rejection: JsonRejection| problem(rejection.status(), "request", rejection.body_text());
        given.map(|Json(given)| Self(given)).map_err(wrong)
    }
}

pub(crate) async fn list(State(shared): Its) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, |console| Ok(view::plugins(console))).await
}

pub(crate) async fn fleet(State(shared): Its) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, |console| Ok(json!({ "fleet": console.fleet()? }))).await
}

pub(crate) async fn install(
    State(shared): Its,
    Query(Install { name, config, signatures }): Query<Install>,
    request: Request,
) -> Response {
    let Ok(_permit) = shared.uploads.acquire().await else { return ConsoleError::Closing.into_response() };
    let module = match Bytes::from_request(request, &()).await {
        Ok(module) => module.into(),
        Err(rejection) => return problem(rejection.status(), "upload", rejection.body_text()),
    };
    let config =
        match config.filter(|config| !config.trim().is_empty()).map(|config| serde_json::from_str(&config)).transpose()
        {
            Ok(config) => config,
            Err(error) => {
                return problem(StatusCode::BAD_REQUEST, "config", format!("the configuration is no JSON: {error}"));
            }
        };
    let name = name.filter(|name| !name.is_empty());
    on_thread(&shared, move |console| {
        let name = console.install(Upload { name, module, signatures, config })?;
        Ok(json!({ "name": name }))
    })
    .await
    .into_response()
}

pub(crate) async fn remove(State(shared): Its, Path(name): Path<String>) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, move |console| done(console.remove(&name))).await
}

pub(crate) async fn reload(State(shared): Its, Path(name): Path<String>) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, move |console| done(console.reload(&name))).await
}

pub(crate) async fn stop(State(shared): Its, Path(name): Path<String>) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, move |console| done(console.stop(&name))).await
}

pub(crate) async fn answer(
    State(shared): Its,
    Path(name): Path<String>,
    Given(Answers { hash, answers }): Given<Answers>,
) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, move |console| done(console.answer(&name, hash, &answers))).await
}

pub(crate) async fn take_back(State(shared): Its, Path(name): Path<String>) -> Result<Json<Value>, ConsoleError> {
    on_thread(&shared, move |console| done(console.take_back(&name))).await
}

/// The call itself runs on a thread of the plugin's own.
pub(crate) async fn call(
    State(shared): Its,
    Path(name): Path<String>,
    Given(Call { method, args }): Given<Call>,
) -> Result<Json<Value>, ConsoleError> {
    let result = shared.console.call(&name, method, args).await?;
    Ok(Json(json!({ "result": result })))
}

/// What has happened lately, and what happens from now on.
pub(crate) async fn events(State(shared): Its) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (latest, receiver) = shared.console.feed().subscribe();
    let event = |line: Arc<Line>| Event::default().json_data(&*line).unwrap_or_default();
    let following = stream::unfold(receiver, move |mut receiver| async move {
        let event = match receiver.recv().await {
            Ok(line) => event(line),
            Err(RecvError::Lagged(lost)) => Event::default().event("lost").data(lost.to_string()),
            Err(RecvError::Closed) => return None,
        };
        Some((event, receiver))
    });
    Sse::new(stream::iter(latest.into_iter().map(event)).chain(following).map(Ok)).keep_alive(KeepAlive::default())
}

/// Runs work that may take long on a thread for that.
async fn on_thread(
    shared: &Arc<Shared>,
    work: impl FnOnce(&Console) -> Result<Value, ConsoleError> + Send + 'static,
) -> Result<Json<Value>, ConsoleError> {
    let console = shared.console.clone();
    let outcome = tokio::task::spawn_blocking(move || work(&console)).await;
    outcome.unwrap_or(Err(ConsoleError::Closing)).map(Json)
}

fn done(outcome: Result<(), ConsoleError>) -> Result<Value, ConsoleError> {
    outcome.map(|()| json!({}))
}

/// An answer that says what went wrong.
pub(crate) fn problem(status: StatusCode, kind: &'static str, problem: String) -> Response {
    (status, Json(json!({ "kind": kind, "error": problem }))).into_response()
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        let status = match self.kind() {
            "unknown" => StatusCode::NOT_FOUND,
            "other-version" | "not-running" | "manager" | "reload" | "store" => StatusCode::CONFLICT,
            "grants" | "upload" => StatusCode::INTERNAL_SERVER_ERROR,
            "fleet" => StatusCode::BAD_GATEWAY,
            "closing" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let (kind, text) = (self.kind(), Chain(&self).to_string());
        match self {
            // The method's own error is for whoever knows the method.
            Self::Returned(error) => {
                (status, Json(json!({ "kind": kind, "error": text, "returned": error }))).into_response()
            }
            _ => problem(status, kind, text),
        }
    }
}

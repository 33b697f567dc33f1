//! The web service.

use crate::store::Store;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use notes_interface::{Note, NotesError};
use serde::Deserialize;
use std::net::TcpListener;
use std::sync::Arc;
use std::{io, thread};
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

/// What a request gets that fails.
type Failure = (StatusCode, String);

/// What `GET /notes` takes.
#[derive(Deserialize)]
struct Search {
    #[serde(default)]
    text: String,
}

/// What `GET /notes/next` takes.
#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    after: i64,
}

/// Answers on threads of its own, as long as there is the plugin.
pub(crate) fn start(listener: TcpListener, store: Arc<Store>) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let routes = Router::new().route("/notes", get(search).post(add)).route("/notes/next", get(next)).with_state(store);
    let serve = async { axum::serve(tokio::net::TcpListener::from_std(listener)?, routes).await };
    thread::Builder::new().name("service".to_owned()).spawn(move || runtime.block_on(serve))?;
    Ok(())
}

/// `GET /notes?text=…`: the notes that contain the text.
async fn search(State(store): State<Arc<Store>>, Query(search): Query<Search>) -> Result<Json<Vec<Note>>, Failure> {
    blocking(move || store.search(&search.text)).await
}

/// `POST /notes`: a new note, with the body as its text.
async fn add(State(store): State<Arc<Store>>, text: String) -> Result<Json<Note>, Failure> {
    blocking(move || store.add(&text)).await
}

/// `GET /notes/next?after=…`: the first note after that number, whoever adds it, and whenever.
async fn next(State(store): State<Arc<Store>>, Query(next): Query<Next>) -> Result<Json<Note>, Failure> {
    store.next(next.after).await.map(Json).map_err(failure)
}

/// SQLite waits for the disk: it has threads of its own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, NotesError> + Send + 'static,
) -> Result<Json<T>, Failure> {
    match spawn_blocking(work).await {
        Ok(done) => done.map(Json).map_err(failure),
        Err(panic) => Err((StatusCode::INTERNAL_SERVER_ERROR, panic.to_string())),
    }
}

fn failure(error: NotesError) -> Failure {
    let status = match error {
        NotesError::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
        NotesError::Database { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, error.to_string())
}

//! A router with JSON.

use axum::extract::Path;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

#[tokio::main]
async fn main() {
    let app = Router::new()
        .route("/double/{number}", get(async |Path(number): Path<u32>| (2 * number).to_string()))
        .route("/echo", post(async |Json(value): Json<Value>| Json(json!({ "got": value }))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, app).await.unwrap() });
    let asked = tokio::task::spawn_blocking(move || {
        let text =
            ureq::get(format!("http://{address}/double/21")).call().unwrap().body_mut().read_to_string().unwrap();
        assert_eq!(text, "42");
        let mut answer = ureq::post(format!("http://{address}/echo")).send_json(json!([1, "two"])).unwrap();
        assert_eq!(answer.body_mut().read_json::<Value>().unwrap(), json!({ "got": [1, "two"] }));
    });
    asked.await.unwrap();
    println!("ok");
}

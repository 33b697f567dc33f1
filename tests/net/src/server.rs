//! Servers that say hello, on two threads.

use crate::{Result, tasks};
use axum::Router;
use axum::routing::get;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use tokio::net::TcpListener;

/// What a server answers.
const HELLO: &str = "Hello, world!";

/// Prints the address and answers until the process is ended.
pub(crate) fn serve(name: &str) -> Result<()> {
    tasks::runtime()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        match name {
            "axum" => Ok(axum::serve(listener, Router::new().route("/", get(async || HELLO))).await?),
            "hyper" => hyper(listener).await,
            _ => Err("there is no such server".into()),
        }
    })
}

async fn hyper(listener: TcpListener) -> Result<()> {
    let answer = async |_: Request<Incoming>| {
        Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(HELLO.as_bytes()))))
    };
    loop {
        let (stream, _) = listener.accept().await?;
        // A client that goes away is none of the server's business.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)));
    }
}

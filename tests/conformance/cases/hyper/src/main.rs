//! An HTTP server and a client of it, over TCP.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Ok(Response::new(Full::new(Bytes::from(format!("{path} {}", body.len())))))
}

#[tokio::main]
async fn main() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let served = Builder::new(TokioExecutor::new());
                served.serve_connection(TokioIo::new(stream), service_fn(answer)).await.unwrap();
            });
        }
    });
    for http2_only in [false, true] {
        let client = Client::builder(TokioExecutor::new()).http2_only(http2_only).build_http::<Full<Bytes>>();
        for len in [0, 10, 1_000_000] {
            let body = Full::new(Bytes::from(vec![7; len]));
            let request = Request::post(format!("http://{address}/path")).body(body).unwrap();
            let response = client.request(request).await.unwrap();
            let text = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(text, format!("/path {len}"));
        }
    }
    println!("ok");
}

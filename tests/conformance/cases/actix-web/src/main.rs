//! An HTTP server with workers of its own.

use actix_web::{App, HttpServer, get, post, web};
use std::sync::atomic::{AtomicU32, Ordering};

#[get("/hello/{name}")]
async fn hello(name: web::Path<String>, seen: web::Data<AtomicU32>) -> String {
    format!("hello {name}, {}", seen.fetch_add(1, Ordering::Relaxed))
}

#[post("/echo")]
async fn echo(body: web::Bytes) -> web::Bytes {
    web::block(move || body).await.unwrap()
}

#[actix_web::main]
async fn main() {
    let seen = web::Data::new(AtomicU32::new(0));
    let app = move || App::new().app_data(web::Data::clone(&seen)).service(hello).service(echo);
    let server = HttpServer::new(app).workers(3).bind("127.0.0.1:0").unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    let asking = std::thread::spawn(move || {
        for number in 0..20 {
            let mut answer = ureq::get(format!("http://{address}/hello/you")).call().unwrap();
            assert_eq!(answer.body_mut().read_to_string().unwrap(), format!("hello you, {number}"));
        }
        let body = vec![7; 200_000];
        let mut answer = ureq::post(format!("http://{address}/echo")).send(&body[..]).unwrap();
        assert!(answer.body_mut().read_to_vec().unwrap() == body);
        assert!(ureq::get(format!("http://{address}/none")).call().is_err());
        actix_web::rt::System::new().block_on(handle.stop(true));
    });
    running.await.unwrap();
    asking.join().unwrap();
    println!("ok");
}

//! warm
#[test]
fn a() { let _ = plugix_host::Engine::new().unwrap(); let _ = axum::Router::<()>::new(); }

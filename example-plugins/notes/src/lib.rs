//! A web service for notes, with axum and SQLite.
//!
//! The service runs on threads of the plugin's own, from the constructor on. The host calls the interface meanwhile.

mod service;
mod store;

use notes_interface::{Note, Notes, NotesError, Settings};
use plugix_guest::{Plugin, plugin};
use std::error::Error;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use store::Store;

struct Keeper {
    store: Arc<Store>,
    address: SocketAddr,
}

#[plugin(description = env!("CARGO_PKG_DESCRIPTION"))]
impl Plugin for Keeper {
    type Config = Settings;

    fn new(settings: Settings) -> Result<Self, Box<dyn Error>> {
        let Settings { file, listen } = settings;
        let store = Arc::new(Store::open(&file).map_err(|problem| format!("can't open {file}: {problem}"))?);
        let listener = TcpListener::bind(&listen).map_err(|problem| format!("can't listen on {listen}: {problem}"))?;
        let address = listener.local_addr()?;
        service::start(listener, Arc::clone(&store))?;
        Ok(Self { store, address })
    }
}

#[plugin]
impl Notes for Keeper {
    fn address(&self) -> String {
        self.address.to_string()
    }

    fn count(&self) -> Result<u64, NotesError> {
        self.store.count()
    }

    fn add(&self, text: &str) -> Result<Note, NotesError> {
        self.store.add(text)
    }

    fn search(&self, text: &str) -> Result<Vec<Note>, NotesError> {
        self.store.search(text)
    }
}

/// Plain `cargo test` runs these on the host.
#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    #[test]
    fn the_service_finds_what_a_call_has_added() -> Result<(), Box<dyn Error>> {
        let keeper = Keeper::new(Settings { file: ":memory:".to_owned(), listen: "127.0.0.1:0".to_owned() })?;
        keeper.add("something else")?;
        let note = keeper.add("from a test")?;
        let mut stream = TcpStream::connect(keeper.address)?;
        stream.write_all(b"GET /notes?text=test HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        assert!(answer.ends_with(&format!(r#"[{{"id":{},"text":"from a test"}}]"#, note.id)), "{answer}");
        assert_eq!((keeper.search("test")?, keeper.count()?), (vec![note], 2));
        Ok(())
    }
}

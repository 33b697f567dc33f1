//! What a plugin that keeps notes offers, beside its web service.

use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

/// Keeps notes.
#[interface(version = "1.0")]
pub trait Notes {
    /// Where the web service listens, such as `127.0.0.1:8080`.
    fn address(&self) -> String;

    /// How many notes there are.
    fn count(&self) -> Result<u64, NotesError>;

    /// Adds a note, and returns it with its number. Whoever waits for the next note gets this one.
    fn add(&self, text: &str) -> Result<Note, NotesError>;

    /// The notes that contain a text, the oldest first.
    fn search(&self, text: &str) -> Result<Vec<Note>, NotesError>;
}

/// What the host configures the plugin with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Settings {
    /// The file of the database, as the plugin sees it.
    pub file: String,
    /// Where the web service is to listen. With port 0 the system picks a port.
    pub listen: String,
}

/// A note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema)]
pub struct Note {
    /// Its number: the first note has 1.
    pub id: i64,
    /// What it says.
    pub text: String,
}

/// Why a note can't be written or read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Schema, thiserror::Error)]
pub enum NotesError {
    /// There is no room for another note.
    #[error("there is no room for this note")]
    NoRoom,
    /// The database has another problem.
    #[error("the database: {problem}")]
    Database {
        /// What SQLite says.
        problem: String,
    },
}

//! The notes, in a database of SQLite.

use notes_interface::{Note, NotesError};
use rusqlite::{Connection, Error, ErrorCode, Row};
use std::sync::{Mutex, MutexGuard};
use tokio::sync::watch;

/// The notes. The host's calls and the web service share them.
pub(crate) struct Store {
    connection: Mutex<Connection>,
    /// The last note's number.
    last: watch::Sender<i64>,
}

impl Store {
    pub(crate) fn open(file: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(file)?;
        connection.execute_batch("create table if not exists notes (id integer primary key, text text not null)")?;
        let last = connection.query_row("select coalesce(max(id), 0) from notes", [], |row| row.get(0))?;
        Ok(Self { connection: Mutex::new(connection), last: watch::Sender::new(last) })
    }

    pub(crate) fn count(&self) -> Result<u64, NotesError> {
        let count = self.connection().query_row("select count(*) from notes", [], |row| row.get::<_, i64>(0));
        Ok(count.map_err(problem)?.unsigned_abs())
    }

    pub(crate) fn add(&self, text: &str) -> Result<Note, NotesError> {
        let connection = self.connection();
        connection.execute("insert into notes (text) values (?1)", [text]).map_err(problem)?;
        let note = Note { id: connection.last_insert_rowid(), text: text.to_owned() };
        self.last.send_replace(note.id);
        Ok(note)
    }

    pub(crate) fn search(&self, text: &str) -> Result<Vec<Note>, NotesError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("select * from notes where instr(text, ?1) order by id").map_err(problem)?;
        let notes = statement.query_map([text], note).map_err(problem)?;
        notes.collect::<Result<_, _>>().map_err(problem)
    }

    /// The first note after the one with this number. If it isn't there yet, this waits for it.
    pub(crate) async fn next(&self, after: i64) -> Result<Note, NotesError> {
        let ended = |_| NotesError::Database { problem: "it was closed".to_owned() };
        self.last.subscribe().wait_for(|last| *last > after).await.map_err(ended)?;
        let query = "select * from notes where id > ?1 order by id limit 1";
        self.connection().query_row(query, [after], note).map_err(problem)
    }

    /// A panic in the midst of a change leaves the database as it was before: SQLite rolls the change back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn note(row: &Row<'_>) -> rusqlite::Result<Note> {
    Ok(Note { id: row.get("id")?, text: row.get("text")? })
}

fn problem(error: Error) -> NotesError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => NotesError::NoRoom,
        _ => NotesError::Database { problem: error.to_string() },
    }
}

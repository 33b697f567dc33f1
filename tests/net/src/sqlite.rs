//! SQLite in a file.

use crate::Result;
use rusqlite::Connection;
use std::path::Path;
use std::time::{Duration, Instant};

/// Rows of the tables that are only read.
const ROWS: u32 = 50_000;

/// Rows are inserted in one transaction.
pub(crate) fn insert(folder: &Path, count: u32) -> Result<Duration> {
    let mut connection = open(folder)?;
    let start = Instant::now();
    fill(&mut connection, count)?;
    Ok(start.elapsed())
}

/// A row is found by a name, in an index. Each query locks the file.
pub(crate) fn locked(folder: &Path, count: u32) -> Result<Duration> {
    let mut connection = open(folder)?;
    fill(&mut connection, ROWS)?;
    look_up(&connection, count)
}

/// The same within one transaction, which locks the file once.
pub(crate) fn query(folder: &Path, count: u32) -> Result<Duration> {
    let mut connection = open(folder)?;
    fill(&mut connection, ROWS)?;
    let transaction = connection.transaction()?;
    look_up(&transaction, count)
}

fn look_up(connection: &Connection, count: u32) -> Result<Duration> {
    let mut statement = connection.prepare("select id, value from things where name = ?1")?;
    let start = Instant::now();
    for number in 0..count {
        let id = number.wrapping_mul(2_654_435_761) % ROWS;
        let found: (u32, f64) = statement.query_row([name(id)], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if found != (id, f64::from(id) / 2.0) {
            return Err("a wrong row came out".into());
        }
    }
    Ok(start.elapsed())
}

/// A query reads all rows; the time is that of a row.
pub(crate) fn scan(folder: &Path, count: u32) -> Result<Duration> {
    let mut connection = open(folder)?;
    fill(&mut connection, ROWS)?;
    let mut statement = connection.prepare("select sum(value) from things where name like '%thing%'")?;
    let start = Instant::now();
    for _ in 0..count / ROWS {
        let sum: f64 = statement.query_row([], |row| row.get(0))?;
        if sum != (0..ROWS).map(|id| f64::from(id) / 2.0).sum::<f64>() {
            return Err("a wrong sum came out".into());
        }
    }
    Ok(start.elapsed())
}

/// Each row is inserted in a transaction of its own, and is on the disk then.
pub(crate) fn commit(folder: &Path, count: u32) -> Result<Duration> {
    let connection = open(folder)?;
    let mut statement = connection.prepare("insert into things values (?1, ?2, ?3)")?;
    let start = Instant::now();
    for id in 0..count {
        statement.execute((id, name(id), f64::from(id) / 2.0))?;
    }
    Ok(start.elapsed())
}

/// A new and empty database.
fn open(folder: &Path) -> Result<Connection> {
    let connection = Connection::open(folder.join("things.sqlite"))?;
    connection.execute_batch(
        "drop table if exists things;
         create table things (id integer primary key, name text, value real);
         create index names on things (name);",
    )?;
    Ok(connection)
}

fn fill(connection: &mut Connection, count: u32) -> Result<()> {
    let transaction = connection.transaction()?;
    let mut statement = transaction.prepare("insert into things values (?1, ?2, ?3)")?;
    for id in 0..count {
        statement.execute((id, name(id), f64::from(id) / 2.0))?;
    }
    drop(statement);
    Ok(transaction.commit()?)
}

fn name(id: u32) -> String {
    format!("thing {id}")
}

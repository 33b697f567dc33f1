//! SQLite in a file of a mounted folder, from four threads.

use rusqlite::Connection;
use std::thread;
use std::time::Duration;

fn main() {
    let open = || {
        let connection = Connection::open("/data/file.sqlite").unwrap();
        connection.busy_timeout(Duration::from_secs(20)).unwrap();
        connection
    };
    let connection = open();
    connection.execute_batch("create table numbers (value integer, thread integer)").unwrap();
    thread::scope(|scope| {
        for number in 0..4 {
            scope.spawn(move || {
                let mut connection = open();
                for round in 0..5 {
                    let change =
                        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).unwrap();
                    change.execute("insert into numbers values (?1, ?2)", (round, number)).unwrap();
                    change.commit().unwrap();
                }
            });
        }
    });
    // It is locked by a lock of the file's, and not by a folder beside it.
    connection.execute_batch("begin immediate").unwrap();
    let hasty = Connection::open("/data/file.sqlite").unwrap();
    hasty.busy_timeout(Duration::ZERO).unwrap();
    let refused = hasty.execute_batch("begin immediate").unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
    let beside: Vec<_> = std::fs::read_dir("/data").unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().ends_with(".lock")), "{beside:?}");
    connection.execute_batch("commit").unwrap();
    let sum: i64 = connection.query_row("select sum(value) from numbers", [], |row| row.get(0)).unwrap();
    assert_eq!(sum, 40);
    let check: String = connection.query_row("pragma integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    println!("ok");
}

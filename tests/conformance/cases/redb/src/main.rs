//! A database in a file.

use redb::{Database, ReadableDatabase, TableDefinition};

const TABLE: TableDefinition<'_, &str, u64> = TableDefinition::new("table");

fn main() {
    let database = Database::create("/data/file.redb").unwrap();
    let writing = database.begin_write().unwrap();
    writing.open_table(TABLE).unwrap().insert("key", 7).unwrap();
    writing.commit().unwrap();
    drop(database);
    let reading = Database::open("/data/file.redb").unwrap().begin_read().unwrap();
    assert_eq!(reading.open_table(TABLE).unwrap().get("key").unwrap().unwrap().value(), 7);
    println!("ok");
}

//! A database of files.

fn main() {
    for round in 0..2_u8 {
        let database = sled::open("/data/sled").unwrap();
        let before = database.insert("key", &[round]).unwrap();
        assert_eq!(before.map(|value| value[0]), round.checked_sub(1));
        database.flush().unwrap();
    }
    println!("ok");
}

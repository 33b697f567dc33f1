//! Random numbers as names.

fn main() {
    assert_ne!(uuid::Uuid::new_v4(), uuid::Uuid::new_v4());
    assert!(uuid::Uuid::now_v7() < uuid::Uuid::now_v7());
    println!("ok");
}

//! Scripts.

fn main() {
    let engine = rhai::Engine::new();
    assert_eq!(engine.eval::<i64>("fn add(a) { a + 2 } add(40)").unwrap(), 42);
    println!("ok");
}

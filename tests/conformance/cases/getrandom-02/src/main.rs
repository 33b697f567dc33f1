//! Random bytes.

fn main() {
    let (mut one, mut other) = ([0; 32], [0; 32]);
    getrandom::getrandom(&mut one).unwrap();
    getrandom::getrandom(&mut other).unwrap();
    assert!(one != other && one != [0; 32]);
    println!("ok");
}

//! Random bytes.

fn main() {
    let (mut one, mut other) = ([0; 32], [0; 32]);
    getrandom::fill(&mut one).unwrap();
    getrandom::fill(&mut other).unwrap();
    assert!(one != other && one != [0; 32]);
    println!("ok");
}

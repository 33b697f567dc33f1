use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::path::Path;
use std::time::Instant;

#[interface(version = "1")]
trait Refused {
    fn size(&self, size: usize);
    fn sizes(&self) -> Vec<isize>;
    fn instant(&self) -> std::time::Instant;
    fn path(&self, path: &Path);
    fn block(&self, block: [u8; 64]);
    fn fails(&self) -> Result<(), Box<dyn Error>>;
}

#[derive(Serialize, Deserialize, Schema)]
struct Tree {
    children: Vec<Tree>,
}

#[derive(Serialize, Deserialize, Schema)]
enum Expression {
    Number(f64),
    Sum(Box<Self>, Box<Expression>),
}

#[derive(Schema)]
struct Header {
    length: usize,
}

#[derive(Schema)]
struct Signed {
    signature: [u8; 64],
}

fn main() {}

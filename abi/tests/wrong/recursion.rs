use plugix_abi::{Schema, interface};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Schema)]
struct Folder {
    name: String,
    entries: Vec<Entry>,
}

#[derive(Serialize, Deserialize, Schema)]
enum Entry {
    File(String),
    Folder { mode: u32, folder: Box<Folder> },
}

#[interface(version = "1")]
trait Trees {
    fn root(&self) -> Option<Folder>;
}

fn main() {}

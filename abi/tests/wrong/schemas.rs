use plugix_abi::{Schema, interface};
use std::sync::Mutex;
use std::time::Instant;

#[interface(version = "1")]
trait Texts {
    fn shared(&self, text: Mutex<String>);
}

struct Unknown;

#[derive(Schema)]
struct Fields {
    since: Instant,
    unknown: Unknown,
}

fn main() {}

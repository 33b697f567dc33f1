use plugix_abi::{Schema, interface};

#[interface]
trait NoVersion {}

#[interface(version = "one")]
trait BadVersion {}

#[interface(version = "1", colour = "red")]
trait UnknownOption {}

#[interface(version = "1", name = "a b")]
trait BadName {}

#[interface(version = "1")]
trait Generic<T> {
    fn get(&self) -> u32;
}

#[interface(version = "1")]
trait Above: Send {
    fn get(&self) -> u32;
}

#[derive(Schema)]
struct Skips {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Schema)]
union Bits {
    float: f32,
    int: u32,
}

fn main() {}

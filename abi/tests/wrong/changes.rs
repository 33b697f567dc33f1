use plugix_abi::{Schema, interface};

#[derive(Schema)]
struct Misplaced {
    #[schema(other)]
    field: u8,
}

#[derive(Schema)]
struct Unnamed(#[schema(default)] u8);

#[derive(Schema)]
struct Unknown {
    #[schema(optional)]
    field: u8,
}

#[derive(Schema)]
struct NoLiteral {
    #[schema(default = LIMIT)]
    field: u8,
}

#[derive(Schema)]
enum Holds {
    #[schema(other)]
    Other(u8),
}

#[derive(Schema)]
enum Variant {
    #[schema(default)]
    First,
}

#[interface(version = "1.2")]
trait Later {
    #[since("1.3")]
    fn too_late(&self);
    #[since("0.9")]
    fn another_major(&self);
    #[since("soon")]
    fn no_version(&self);
    #[was("no name")]
    fn no_name(&self);
    #[was("reused")]
    fn renamed(&self);
    fn reused(&self);
}

fn main() {}

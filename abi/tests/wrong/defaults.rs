use plugix_abi::Schema;

#[derive(Schema)]
struct Defaults {
    #[schema(default = 1)]
    kind: bool,
    #[schema(default = 'a')]
    letter: u32,
}

fn main() {}

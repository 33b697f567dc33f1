//! Arguments.

use clap::Parser;

#[derive(Parser)]
struct Args {
    #[arg(short)]
    number: u32,
    name: String,
}

fn main() {
    let args = Args::parse_from(["program", "-n", "3", "name"]);
    assert_eq!((args.number, &*args.name), (3, "name"));
    println!("ok");
}

use plugix_abi::interface;

#[interface(version = "1")]
trait Streams {
    fn optional(&self, lines: Stream<String>) {}
}

fn main() {}

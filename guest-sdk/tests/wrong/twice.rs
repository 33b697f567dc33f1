use plugix_guest::{Plugin, plugin};
use std::error::Error;

struct One;

#[plugin(description = "The first")]
impl Plugin for One {
    type Config = ();

    fn new((): ()) -> Result<Self, Box<dyn Error>> {
        Ok(Self)
    }
}

mod elsewhere {
    use plugix_guest::{Plugin, plugin};
    use std::error::Error;

    struct Other;

    #[plugin(description = "Another")]
    impl Plugin for Other {
        type Config = ();

        fn new((): ()) -> Result<Self, Box<dyn Error>> {
            Ok(Self)
        }
    }
}

fn main() {}

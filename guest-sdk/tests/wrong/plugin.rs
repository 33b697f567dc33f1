use plugix_guest::{Plugin, plugin};

#[plugin]
struct NotAnImpl;

#[plugin(description = "Does nothing")]
impl NotAnImpl {}

#[plugin]
impl Plugin for NoDescription {}

#[plugin(description = "Does nothing", memory = "64")]
impl Plugin for NoUnit {}

#[plugin(description = "Does nothing", colour = "red")]
impl Plugin for UnknownOption {}

#[plugin(description = "Does nothing")]
impl Interface for OptionsOnAnInterface {}

#[plugin(description = "Does nothing")]
impl<T> Plugin for Generic<T> {}

fn main() {}

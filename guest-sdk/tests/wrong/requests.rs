use plugix_guest::{Plugin, plugin};

#[plugin(description = "Asks", requests = "../../../../guest-sdk/tests/wrong/requests/key.toml")]
impl Plugin for UnknownKey {}

#[plugin(description = "Asks", requests = "../../../../guest-sdk/tests/wrong/requests/path.toml")]
impl Plugin for NoPath {}

#[plugin(description = "Asks", requests = "../../../../guest-sdk/tests/wrong/requests/twice.toml")]
impl Plugin for Twice {}

#[plugin(description = "Asks", memory = "64 MiB", requests = "../../../../guest-sdk/tests/wrong/requests/less.toml")]
impl Plugin for NeedsMore {}

#[plugin(description = "Asks", requests = "../../../../guest-sdk/tests/wrong/requests/none.toml")]
impl Plugin for NoFile {}

fn main() {}

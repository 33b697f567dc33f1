//! What the application knows and plugins don't.

use my_plugin_interface::People;

use std::collections::BTreeMap;

/// People by their nicknames.
#[derive(Debug)]
pub struct Register(BTreeMap<String, String>);

impl<const N: usize> From<[(&str, &str); N]> for Register {
    fn from(people: [(&str, &str); N]) -> Self {
        Self(
            people
                .map(|(nickname, name)| (nickname.to_owned(), name.to_owned()))
                .into(),
        )
    }
}

// Threads of plugins call it at the same time.
impl People for Register {
    fn full_name(&self, nickname: &str) -> Option<String> {
        self.0.get(nickname).cloned()
    }
}

//! Subjects: where the calls of an interface go.
//!
//! | subject | who hears it |
//! |---|---|
//! | `plugix.<Interface>.v<major>.<method>` | one host that has any plugin with the interface |
//! | `plugix.<Interface>.v<major>.<method>.<plugin>` | one host that has this plugin |
//! | `plugix.<Interface>.v<major>.<method>.<plugin>.<host>` | this host |
//! | `plugix-forms.<Interface>.v<major>[.<plugin>[.<host>]]` | one of these hosts: which form the interface has there |
//! | `plugix-calls.<Interface>.v<major>` | all hosts that have the interface: which of them runs a call, and who shall end it |

use crate::error::Error;
use std::fmt;

/// The longest name that a subject may have in it. A subject is no longer than a few hundred bytes then.
const MAX_NAME: usize = 128;

/// The group of which one member hears a call. It is the one that NATS's micro services have.
pub(crate) const GROUP: &str = "q";

/// An interface with its major version, and the plugin and the host if they are named.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    interface: String,
    major: u32,
    plugin: Option<String>,
    /// Only with a plugin.
    host: Option<String>,
}

impl Address {
    /// # Errors
    /// [`Error::Name`] if a name can't stand in a subject.
    pub(crate) fn new(interface: &str, major: u32, plugin: Option<&str>) -> Result<Self, Error> {
        check("interface", interface)?;
        plugin.map_or(Ok(()), |plugin| check("plugin", plugin))?;
        Ok(Self { interface: interface.to_owned(), major, plugin: plugin.map(str::to_owned), host: None })
    }

    /// The same interface of this plugin on this host alone.
    ///
    /// # Errors
    /// [`Error::Name`] if a name can't stand in a subject.
    pub(crate) fn at(&self, plugin: &str, host: &str) -> Result<Self, Error> {
        check("host", host)?;
        let address = Self::new(&self.interface, self.major, Some(plugin))?;
        Ok(Self { host: Some(host.to_owned()), ..address })
    }

    /// The interface with its version, for people.
    pub(crate) fn interface_version(&self) -> String {
        format!("{} {}", self.interface, self.major)
    }

    pub(crate) fn plugin(&self) -> Option<&str> {
        self.plugin.as_deref()
    }

    /// Where the calls of a method go.
    pub(crate) fn method(&self, method: &str) -> String {
        self.within(format_args!("plugix.{}.v{}.{method}", self.interface, self.major))
    }

    /// What a host with the interface listens to: each method.
    pub(crate) fn methods(&self) -> String {
        self.method("*")
    }

    /// Where the form of the interface is asked for.
    pub(crate) fn forms(&self) -> String {
        self.within(format_args!("plugix-forms.{}.v{}", self.interface, self.major))
    }

    /// Where all hosts with the interface are asked about a call.
    pub(crate) fn calls(&self) -> String {
        format!("plugix-calls.{}.v{}", self.interface, self.major)
    }

    fn within(&self, subject: fmt::Arguments<'_>) -> String {
        let names = [&self.plugin, &self.host].into_iter().flatten();
        names.fold(subject.to_string(), |subject, name| format!("{subject}.{name}"))
    }
}

/// The method that a subject of [`Address::methods`] names.
pub(crate) fn method_of(subject: &str) -> Option<&str> {
    subject.split('.').nth(3)
}

/// Whether a name can stand in a subject: letters, digits, `_` and `-`.
pub(crate) fn check(what: &'static str, name: &str) -> Result<(), Error> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    match !name.is_empty() && name.len() <= MAX_NAME && name.bytes().all(fits) {
        true => Ok(()),
        false => Err(Error::Name { what, name: name.chars().take(MAX_NAME).collect() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_have_the_interface_the_version_and_the_method() {
        let any = Address::new("WordCount", 2, None).unwrap();
        assert_eq!(any.method("count"), "plugix.WordCount.v2.count");
        assert_eq!(any.methods(), "plugix.WordCount.v2.*");
        assert_eq!(any.forms(), "plugix-forms.WordCount.v2");
        let one = Address::new("WordCount", 2, Some("word-count")).unwrap();
        assert_eq!(one.method("count"), "plugix.WordCount.v2.count.word-count");
        assert_eq!(one.calls(), any.calls());
        let here = any.at("word-count", "host-1").unwrap();
        assert_eq!(here.method("count"), "plugix.WordCount.v2.count.word-count.host-1");
        assert_eq!(here.forms(), "plugix-forms.WordCount.v2.word-count.host-1");
        assert_eq!(method_of(&one.method("count")), Some("count"));
    }

    #[test]
    fn names_that_would_be_other_subjects_are_refused() {
        for name in ["", "a.b", "*", ">", "a b", "$SYS", "ü", "a\r\nPUB x 0", &"x".repeat(129)] {
            assert!(Address::new(name, 1, None).is_err(), "{name}");
            assert!(Address::new("WordCount", 1, Some(name)).is_err(), "{name}");
        }
    }
}

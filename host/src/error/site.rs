//! Where in a plugin something went wrong.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Where in a plugin something went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Site {
    /// The plugin's name.
    pub plugin: String,
    /// The method that the host had called. `None` if it happened in no call.
    pub method: Option<MethodName>,
    /// The host function that the plugin was calling. `None` if it was calling none.
    pub host_function: Option<MethodName>,
    /// The guest thread. `None` if it is not a thread that the plugin spawned.
    pub thread: Option<u32>,
}

/// A method and its interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MethodName {
    /// The interface. `None` if the method is an export of its own.
    pub interface: Option<String>,
    /// The method.
    pub method: String,
}

/// A method and its interface, borrowed. Handing this to a call costs nothing until something goes wrong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MethodRef<'a> {
    pub(crate) interface: Option<&'a str>,
    pub(crate) method: &'a str,
}

impl<'a> MethodRef<'a> {
    /// An export that belongs to no interface.
    pub(crate) const fn from_export(method: &'a str) -> Self {
        Self { interface: None, method }
    }

    /// Reads `method` or `interface/method`.
    pub(crate) fn from_path(path: &'a str) -> Self {
        match path.rsplit_once('/') {
            Some((interface, method)) => Self { interface: Some(interface), method },
            None => Self::from_export(path),
        }
    }

    #[cold]
    pub(crate) fn to_name(self) -> MethodName {
        MethodName { interface: self.interface.map(str::to_owned), method: self.method.to_owned() }
    }
}

impl Site {
    /// In a plugin, and in none of its calls.
    #[cold]
    pub(crate) fn new(plugin: &str) -> Self {
        Self { plugin: plugin.to_owned(), method: None, host_function: None, thread: None }
    }

    /// In a call of a method.
    pub(crate) fn with_method(self, method: &MethodRef<'_>) -> Self {
        Self { method: Some(method.to_name()), ..self }
    }

    /// In a spawned guest thread.
    pub(crate) fn with_thread(self, thread: u32) -> Self {
        Self { thread: Some(thread), ..self }
    }

    /// What the plugin did and where. An error's message begins with this.
    pub(super) fn tell(&self, did: &str) -> impl fmt::Display {
        fmt::from_fn(move |f| {
            write!(f, "the plugin `{}` {did}", self.plugin)?;
            if let Some(thread) = self.thread {
                write!(f, " in its thread {thread}")?;
            }
            if let Some(method) = &self.method {
                write!(f, " in `{method}`")?;
            }
            match &self.host_function {
                Some(function) => write!(f, " as it called the host's `{function}`"),
                None => Ok(()),
            }
        })
    }
}

impl fmt::Display for MethodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.interface {
            Some(interface) => write!(f, "{interface}/{}", self.method),
            None => f.write_str(&self.method),
        }
    }
}

//! An interface in an older and a newer form. Each form has four names: two for what a plugin implements in this form,
//! or a host in the other one, and two for what a host provides.

pub mod newer;
pub mod older;
pub mod words;

use plugix_abi::interface;

/// What the plugin does with the host's reports.
#[interface(version = "1.0")]
pub trait Driver {
    /// Asks the host's interface of the older form. Returns in words what came of each call.
    fn ask_aged(&self) -> Vec<String>;

    /// The same for the newer form.
    fn ask_fresh(&self) -> Vec<String>;
}

//! The rules of networks: a host and ports, or the path of a Unix socket.

mod address;
mod rule;
mod unix;

pub use address::{AddressRange, is_special};
pub use rule::{NetworkRuleError, Rule, Target, usual_form};
pub use unix::check_unix;

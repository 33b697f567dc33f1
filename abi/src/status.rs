//! How a call ended, as the called side states it.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Makes the enum and the conversion from one list. A new code stands in both.
macro_rules! statuses {
    ($(#[$attribute:meta])* pub enum Status { $($(#[$docs:meta])* $name:ident = $code:literal,)* }) => {
        $(#[$attribute])*
        pub enum Status {
            $($(#[$docs])* $name = $code,)*
        }

        impl Status {
            /// Every status, by its code.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }

        impl TryFrom<u32> for Status {
            type Error = UnknownStatus;

            fn try_from(code: u32) -> Result<Self, UnknownStatus> {
                match code {
                    $($code => Ok(Self::$name),)*
                    other => Err(UnknownStatus(other)),
                }
            }
        }
    };
}

statuses! {
    /// How a call ended, into a plugin or out of it. On the wire a status is a `u32`. A number that is not here breaks
    /// the protocol. Only the host gives the codes from [`Status::NotProvided`] on.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[repr(u32)]
    pub enum Status {
        /// The method returned; the payload is its value.
        Ok = 0,
        /// The method returned an error; the payload is that error.
        Error = 1,
        /// The method panicked; the payload is a postcard [`PanicReport`](crate::PanicReport). The plugin stays usable.
        Panic = 2,
        /// The called side could not decode the arguments; the payload is a message in UTF-8.
        BadArguments = 3,
        /// The host doesn't have this function; no payload. The plugin runs the method's default body, if it has one.
        NotProvided = 4,
        /// The host function would have to wait for its own caller; the payload is a message in UTF-8.
        Deadlock = 5,
        /// The host could not run the function or pass on its result; the payload is a message in UTF-8.
        Failed = 6,
    }
}

/// A status that this version of the ABI doesn't know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownStatus(pub u32);

impl fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown status code {}", self.0)
    }
}

impl core::error::Error for UnknownStatus {}

//! The signals that there are.

use crate::Errno;

/// A signal. Its number is Linux's, which WASIX has as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signal(u8);

/// What a signal does where there is no handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Default {
    Terminate,
    Ignore,
}

impl Signal {
    /// The terminal is gone.
    pub const HANGUP: Self = Self(1);
    /// Ctrl-C.
    pub const INTERRUPT: Self = Self(2);
    /// The plugin aborts itself.
    pub const ABORT: Self = Self(6);
    /// The end that no handler hears of.
    pub const KILL: Self = Self(9);
    /// For the plugin's own use.
    pub const USER_1: Self = Self(10);
    /// For the plugin's own use.
    pub const USER_2: Self = Self(12);
    /// Nobody reads the pipe.
    pub const PIPE: Self = Self(13);
    /// The polite request to end.
    pub const TERMINATE: Self = Self(15);
    /// The terminal has another size.
    pub const WINDOW_CHANGE: Self = Self(28);

    const CHILD: Self = Self(17);
    const CONTINUE: Self = Self(18);
    const STOP: Self = Self(19);
    const LAST_STOP: Self = Self(22);
    const URGENT: Self = Self(23);
    const LAST: u8 = 31;

    /// The signal of a number.
    ///
    /// # Errors
    /// [`Errno::Inval`] if there is none.
    pub fn new(number: u32) -> Result<Self, Errno> {
        match u8::try_from(number) {
            Ok(number @ 1..=Self::LAST) => Ok(Self(number)),
            _ => Err(Errno::Inval),
        }
    }

    /// Its number.
    pub fn number(self) -> u8 {
        self.0
    }

    /// Whether a handler can hear of it.
    pub(super) fn is_handled(self) -> bool {
        self != Self::KILL && self != Self::STOP
    }

    /// What it does without a handler. Those that stop a process are ignored: a plugin's host stops plugins.
    pub(super) fn default_action(self) -> Default {
        match self {
            Self::CHILD | Self::CONTINUE | Self::URGENT | Self::WINDOW_CHANGE => Default::Ignore,
            Self(number) if (Self::STOP.0..=Self::LAST_STOP.0).contains(&number) => Default::Ignore,
            _ => Default::Terminate,
        }
    }

    pub(super) fn bit(self) -> u32 {
        1 << self.0
    }

    /// The lowest of a set.
    pub(super) fn first_of(set: u32) -> Option<Self> {
        (set != 0).then(|| Self(set.trailing_zeros() as u8))
    }
}

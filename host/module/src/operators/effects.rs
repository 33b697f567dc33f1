//! What an operator can do.

use std::fmt;

/// A set of things that an operator does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effects(u16);

macro_rules! effects {
    ($($(#[$docs:meta])* $name:ident = $bit:literal,)*) => {
        impl Effects {
            $($(#[$docs])* pub(crate) const $name: Self = Self(1 << $bit);)*
            const NAMES: &[(Self, &str)] = &[$((Self::$name, stringify!($name))),*];
        }
    };
}

effects! {
    /// Goes on somewhere else in the function, or leaves it.
    JUMPS = 0,
    /// Opens a block.
    NESTS = 1,
    /// Ends a block, or begins its next part.
    ENDS = 2,
    /// Runs another function.
    CALLS = 3,
    /// Takes as long as its operands say.
    LONG = 4,
    /// Runs native code of the engine's: a builtin function, on the guest's stack unless the engine switches. A probe comes
    /// before it (`stoppable::probe`).
    NATIVE = 5,
    /// Throws an exception.
    THROWS = 6,
    /// Takes memory of the host's.
    ALLOCATES = 7,
    /// Changes what a table has.
    CHANGES_TABLE = 8,
    /// May change anything, as the compiler takes it: memory, globals, and the instance's own data.
    CHANGES_ALL = 9,
    /// Is atomic, or orders what is.
    ATOMIC = 10,
}

impl Effects {
    /// It only computes, and reads or writes what its operands name.
    pub(crate) const NONE: Self = Self(0);

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of them is among these.
    pub(crate) const fn any(self, of: Self) -> bool {
        self.0 & of.0 != 0
    }
}

impl fmt::Debug for Effects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Self::NAMES.iter().filter(|(effect, _)| self.any(*effect)).map(|(_, name)| name);
        f.debug_set().entries(names).finish()
    }
}

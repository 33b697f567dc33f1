//! Numbers that cross into the host in registers.

/// How many arguments a method can take in registers. A method with more takes all of them in memory.
pub const MAX_REGISTERS: usize = 4;

/// The arguments of a call in registers. Those that the method doesn't have are 0.
pub type Registers = [u64; MAX_REGISTERS];

/// A number of at most 64 bits. Signed ones are sign-extended, floats travel by their bits.
pub trait Scalar: Copy {
    /// The value in a register.
    fn to_bits(self) -> u64;

    /// The value of a register; `None` if no value of this type has these bits.
    fn from_bits(bits: u64) -> Option<Self>;
}

macro_rules! integers {
    ($($ty:ty as $wide:ty),*) => { $(
        impl Scalar for $ty {
            #[inline]
            fn to_bits(self) -> u64 {
                self as $wide as u64
            }

            #[inline]
            fn from_bits(bits: u64) -> Option<Self> {
                Self::try_from(bits as $wide).ok()
            }
        }
    )* };
}

integers!(u8 as u64, u16 as u64, u32 as u64, u64 as u64, i8 as i64, i16 as i64, i32 as i64, i64 as i64);

impl Scalar for () {
    #[inline]
    fn to_bits(self) -> u64 {
        0
    }

    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        (bits == 0).then_some(())
    }
}

impl Scalar for bool {
    #[inline]
    fn to_bits(self) -> u64 {
        self.into()
    }

    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        (bits <= 1).then_some(bits == 1)
    }
}

impl Scalar for f32 {
    #[inline]
    fn to_bits(self) -> u64 {
        f32::to_bits(self).into()
    }

    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        u32::try_from(bits).ok().map(f32::from_bits)
    }
}

impl Scalar for f64 {
    #[inline]
    fn to_bits(self) -> u64 {
        f64::to_bits(self)
    }

    #[inline]
    fn from_bits(bits: u64) -> Option<Self> {
        Some(f64::from_bits(bits))
    }
}

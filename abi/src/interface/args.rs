//! Arguments: the caller writes them one after the other, and the method reads them in the same order.

use super::encoder::{write_len, write_postcard};
use super::limited::{Bounds, Limit};
use super::{BadArguments, DecodeError, EncodeError, Item, Output, PodSlice, Produce, Registers, Scalar, Sink, Stream};
use alloc::boxed::Box;
use bytemuck::Pod;
use core::cell::{Cell, RefCell};
use serde::{Deserialize, Serialize};

/// One argument, on the caller's side.
pub trait EncodeArg {
    /// Writes the argument.
    ///
    /// # Errors
    /// When the sink is full, or when the type can't be encoded.
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError>;

    /// The argument in a register. Only methods whose arguments are all scalars ask for it.
    #[inline]
    fn bits(&self) -> u64 {
        0
    }
}

/// All arguments of a call: `(first, (second, (third, ())))`.
pub trait EncodeArgs {
    /// Writes the arguments in order.
    ///
    /// # Errors
    /// When the sink is full, or when a type can't be encoded.
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError>;

    /// Puts the arguments into registers, from `at` on, if all are scalars. Other arguments are left out, and so are
    /// arguments without a register.
    fn bits(&self, registers: &mut Registers, at: usize);
}

impl EncodeArgs for () {
    #[inline]
    fn encode(&self, _: &mut impl Sink) -> Result<(), EncodeError> {
        Ok(())
    }

    #[inline]
    fn bits(&self, _: &mut Registers, _: usize) {}
}

impl<First: EncodeArg, Rest: EncodeArgs> EncodeArgs for (First, Rest) {
    #[inline]
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        self.0.encode(sink)?;
        self.1.encode(sink)
    }

    #[inline]
    fn bits(&self, registers: &mut Registers, at: usize) {
        if let Some(register) = registers.get_mut(at) {
            *register = self.0.bits();
            self.1.bits(registers, at + 1);
        }
    }
}

/// An argument of any serde type.
#[derive(Debug)]
pub struct Value<'a, T: ?Sized>(pub &'a T);

impl<T: Serialize + ?Sized> EncodeArg for Value<'_, T> {
    #[inline]
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        write_postcard(sink, self.0)
    }
}

/// A `&[u8]` or `Vec<u8>` argument: encoded as serde would, but in one copy.
#[derive(Debug)]
pub struct Bytes<'a>(pub &'a [u8]);

impl EncodeArg for Bytes<'_> {
    #[inline]
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        write_len(sink, self.0.len())?;
        Ok(sink.write(self.0)?)
    }
}

/// An argument that fits a register.
#[derive(Debug)]
pub struct ScalarArg<T>(pub T);

impl<T: Scalar + Serialize> EncodeArg for ScalarArg<T> {
    #[inline]
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        write_postcard(sink, &self.0)
    }

    #[inline]
    fn bits(&self) -> u64 {
        self.0.to_bits()
    }
}

impl<T: Pod> EncodeArg for PodSlice<'_, T> {
    #[inline]
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        const { Self::CHECKED };
        write_len(sink, self.len())?;
        let padding = sink.position().next_multiple_of(align_of::<T>()) - sink.position();
        sink.write(&[0; 16][..padding])?;
        Ok(sink.write(bytemuck::cast_slice(self))?)
    }
}

/// A stream as an argument. It stays on the caller's side, and the method gets a handle.
pub struct StreamArg {
    items: RefCell<Option<Box<dyn Produce>>>,
    handle: Cell<Option<u32>>,
}

impl StreamArg {
    /// Offers the items to the method.
    pub fn new<T: Item>(items: Stream<T>) -> Self {
        Self { items: RefCell::new(Some(items.into_produce())), handle: Cell::new(None) }
    }
}

impl EncodeArg for StreamArg {
    fn encode(&self, sink: &mut impl Sink) -> Result<(), EncodeError> {
        let handle = match self.handle.get() {
            Some(handle) => handle,
            None => {
                let mut items = self.items.borrow_mut();
                let handle = sink.offer(&mut items)?;
                // A sink that only measures leaves the items.
                if items.is_none() {
                    self.handle.set(Some(handle));
                }
                handle
            }
        };
        Ok(sink.write(&handle.to_le_bytes())?)
    }
}

/// Arguments of a call, on the method's side.
///
/// Most arguments are postcard of their type. Three kinds are quicker: `Vec<u8>` and `&[u8]` are postcard's own form, a
/// length and the bytes, in one copy or none. A [`PodSlice`] is a length, zeroes up to a multiple of the element's
/// alignment, counted from the first argument, and the elements' memory. A [`Stream`] is a handle of four bytes.
#[derive(Debug)]
pub struct Args<'a> {
    bytes: &'a [u8],
    position: usize,
    limit: Limit,
}

impl<'a> Args<'a> {
    /// Reads arguments from `bytes`. [`Args::pod`] succeeds only if `bytes` begins at a multiple of 16.
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::bounded(bytes, Bounds::NONE)
    }

    /// The same, for arguments that are decoded as far as [`Output::bounds`] says.
    #[inline]
    pub fn bounded(bytes: &'a [u8], bounds: Bounds) -> Self {
        Self { bytes, position: 0, limit: Limit::new(bounds) }
    }

    /// Reads an argument of any serde type.
    ///
    /// # Errors
    /// When the bytes are no such value.
    #[inline]
    pub fn value<T: Deserialize<'a>>(&mut self, name: &'static str) -> Result<T, BadArguments> {
        self.postcard().map_err(|problem| BadArguments { argument: name, problem })
    }

    /// Reads bytes without copying them.
    ///
    /// # Errors
    /// When there are fewer than the stated length.
    #[inline]
    pub fn bytes(&mut self, name: &'static str) -> Result<&'a [u8], BadArguments> {
        self.value(name)
    }

    /// Reads elements without copying them.
    ///
    /// # Errors
    /// When there are fewer than the stated number, or when they are not aligned.
    #[inline]
    pub fn pod<T: Pod>(&mut self, name: &'static str) -> Result<PodSlice<'a, T>, BadArguments> {
        const { PodSlice::<T>::CHECKED };
        self.elements().map_err(|problem| BadArguments { argument: name, problem })
    }

    /// Reads a stream's handle. The items are pulled later, when somebody asks for them.
    ///
    /// # Errors
    /// When the bytes end, or streams can't be had here.
    pub fn stream<T: Item, O: Output>(&mut self, name: &'static str, output: &O) -> Result<Stream<T>, BadArguments> {
        let mut open = || {
            let handle = self.bytes[self.position..].first_chunk().ok_or(DecodeError::Truncated)?;
            self.position += handle.len();
            output.open(u32::from_le_bytes(*handle)).map(Stream::pulled).ok_or(DecodeError::NoStreams)
        };
        open().map_err(|problem| BadArguments { argument: name, problem })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// When there are bytes left.
    #[inline]
    pub fn end(self) -> Result<(), BadArguments> {
        match self.bytes.len() - self.position {
            0 => Ok(()),
            left => Err(BadArguments { argument: "…", problem: DecodeError::Trailing(left) }),
        }
    }

    #[inline]
    fn postcard<T: Deserialize<'a>>(&mut self) -> Result<T, DecodeError> {
        let (value, rest) = self.limit.decode(&self.bytes[self.position..])?;
        self.position = self.bytes.len() - rest.len();
        Ok(value)
    }

    #[inline]
    fn elements<T: Pod>(&mut self) -> Result<PodSlice<'a, T>, DecodeError> {
        let count: usize = self.postcard()?;
        let start = self.position.next_multiple_of(align_of::<T>());
        let padding = self.bytes.get(self.position..start).ok_or(DecodeError::Truncated)?;
        if padding.iter().any(|&byte| byte != 0) {
            return Err(DecodeError::Misaligned);
        }
        let len = count.checked_mul(size_of::<T>()).ok_or(DecodeError::Truncated)?;
        let elements = self.bytes[start..].get(..len).ok_or(DecodeError::Truncated)?;
        self.position = start + len;
        // `len` is a multiple of the element's size: only the alignment can be wrong.
        bytemuck::try_cast_slice(elements).map(PodSlice::new).map_err(|_| DecodeError::Misaligned)
    }
}

//! Encodes arguments among which there may be streams.

use plugix_abi::interface::{EncodeError, Full, Produce, Sink};

/// A sink whose reader is the host.
pub(crate) struct Offering<S>(pub(crate) S);

impl<S: Sink> Sink for Offering<S> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.0.write(bytes)
    }

    #[inline]
    fn write_few(&mut self, bytes: u64, len: usize) -> Result<(), Full> {
        self.0.write_few(bytes, len)
    }

    #[inline]
    fn position(&self) -> usize {
        self.0.position()
    }

    fn offer(&mut self, items: &mut Option<Box<dyn Produce>>) -> Result<u32, EncodeError> {
        Ok(items.take().map_or(0, super::offer))
    }
}

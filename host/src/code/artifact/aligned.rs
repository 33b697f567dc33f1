//! Bytes at an address where wasmer can read an archive in place.

use bytes::Bytes;

/// The alignment of an artifact and of its code, in bytes. wasmer's `MetadataHeader` needs this much.
pub(super) const ALIGNMENT: usize = size_of::<u128>();

/// Bytes that begin at a multiple of [`ALIGNMENT`].
pub(super) struct Aligned {
    words: Vec<u128>,
    len: usize,
}

impl Aligned {
    pub(super) fn zeroed(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(ALIGNMENT)], len }
    }

    pub(super) fn copy_of(bytes: &[u8]) -> Self {
        let mut aligned = Self::zeroed(bytes.len());
        aligned.as_mut().copy_from_slice(bytes);
        aligned
    }
}

impl AsRef<[u8]> for Aligned {
    fn as_ref(&self) -> &[u8] {
        &bytemuck::cast_slice(&self.words)[..self.len]
    }
}

impl AsMut<[u8]> for Aligned {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut bytemuck::cast_slice_mut(&mut self.words)[..self.len]
    }
}

impl From<Aligned> for Bytes {
    fn from(aligned: Aligned) -> Self {
        Self::from_owner(aligned)
    }
}

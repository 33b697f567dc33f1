//! Plain memory: elements that are copied, never serialized.

use alloc::vec::Vec;
use bytemuck::Pod;
use core::ops::{Deref, DerefMut};

/// Elements as an argument. The method reads them in place.
///
/// The element derives [`Schema`](crate::Schema) too, so that a change of its fields is noticed. Its layout is the same
/// on 32 and 64 bits. A crate that doesn't depend on bytemuck itself names ours:
///
/// ```
/// use plugix_abi::{Pod, PodSlice, Schema, Zeroable};
///
/// #[derive(Clone, Copy, Pod, Zeroable, Schema)]
/// #[bytemuck(crate = "plugix_abi::bytemuck")]
/// #[repr(C)]
/// struct Rgba([u8; 4]);
///
/// let pixels = [Rgba([0, 0, 0, 255])];
/// assert_eq!(PodSlice::from(&pixels[..]).as_slice().len(), 1);
/// ```
#[derive(Debug, PartialEq, Eq)]
pub struct PodSlice<'a, T>(&'a [T]);

impl<'a, T: Pod> PodSlice<'a, T> {
    /// Fails to compile for elements that can't be passed.
    pub(super) const CHECKED: () = check::<T>();

    /// Passes these elements.
    #[inline]
    pub const fn new(elements: &'a [T]) -> Self {
        Self(elements)
    }

    /// The elements, for as long as the call runs.
    #[inline]
    pub const fn as_slice(self) -> &'a [T] {
        self.0
    }
}

impl<T> Clone for PodSlice<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for PodSlice<'_, T> {}

impl<T> Deref for PodSlice<'_, T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.0
    }
}

impl<'a, T: Pod> From<&'a [T]> for PodSlice<'a, T> {
    fn from(elements: &'a [T]) -> Self {
        Self(elements)
    }
}

impl<'a, T: Pod> From<&'a Vec<T>> for PodSlice<'a, T> {
    fn from(elements: &'a Vec<T>) -> Self {
        Self(elements)
    }
}

/// Elements as a result. The caller copies them straight out of the method's own `Vec`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodVec<T>(Vec<T>);

impl<T: Pod> PodVec<T> {
    /// Fails to compile for elements that can't be passed.
    pub(super) const CHECKED: () = check::<T>();

    /// The elements.
    #[inline]
    pub fn into_vec(self) -> Vec<T> {
        self.0
    }
}

impl<T> Deref for PodVec<T> {
    type Target = Vec<T>;

    #[inline]
    fn deref(&self) -> &Vec<T> {
        &self.0
    }
}

impl<T> DerefMut for PodVec<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.0
    }
}

impl<T: Pod> From<Vec<T>> for PodVec<T> {
    #[inline]
    fn from(elements: Vec<T>) -> Self {
        Self(elements)
    }
}

impl<T: Pod> From<PodVec<T>> for Vec<T> {
    #[inline]
    fn from(elements: PodVec<T>) -> Self {
        elements.0
    }
}

impl<T: Pod> FromIterator<T> for PodVec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self(elements.into_iter().collect())
    }
}

const fn check<T>() {
    assert!(size_of::<T>() > 0, "elements of a `PodSlice` or `PodVec` have a size");
    assert!(align_of::<T>() <= 16, "elements of a `PodSlice` or `PodVec` are aligned to at most 16 bytes");
}

//! Lets the host read these structs through `WasmPtr`.

use crate::{AbiVersion, CallHeader, GuestSlice, PluginMetadata, ResultHeader};
use core::mem::MaybeUninit;
use wasmer_types::ValueType;

macro_rules! value_types {
    ($($ty:ty),* $(,)?) => { $(
        // SAFETY: the type is `Pod` (asserted by `assert_pod`): it has no padding, so there is no byte to zero, and
        // every bit pattern that is read from a guest is a value of it.
        unsafe impl ValueType for $ty {
            fn zero_padding_bytes(&self, _bytes: &mut [MaybeUninit<u8>]) {
                assert_pod::<Self>();
            }
        }
    )* };
}

const fn assert_pod<T: bytemuck::Pod>() {}

value_types!(AbiVersion, CallHeader, GuestSlice, PluginMetadata, ResultHeader);

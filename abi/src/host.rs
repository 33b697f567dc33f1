//! Lets the host read these structs through `WasmPtr`.

use crate::{AbiVersion, CallHeader, GuestSlice, PluginMetadata, ResultHeader};
use core::mem::MaybeUninit;
use wasmer_types::ValueType;

macro_rules! value_types {
    ($($ty:ty),* $(,)?) => { $(
        // SAFETY: the type is `Pod` (asserted by `assert_pod`). It has no padding, so there is no byte to zero. Every
        // bit pattern that a guest may have written is a value of the type.
        unsafe impl ValueType for $ty {
            fn zero_padding_bytes(&self, _bytes: &mut [MaybeUninit<u8>]) {
                assert_pod::<Self>();
            }
        }
    )* };
}

const fn assert_pod<T: bytemuck::Pod>() {}

value_types!(AbiVersion, CallHeader, GuestSlice, PluginMetadata, ResultHeader);

//! Tuples of numbers as the arguments of a raw function.

use crate::running::contain::contain;
use wasmer::{FromToNativeWasmType, RuntimeError, Store, TypedFunction, WasmTypeList};

/// The arguments of a raw function: a tuple of up to eight numbers.
pub trait RawArgs: Sized {
    /// The same tuple, as the engine writes it.
    type Types: WasmTypeList;

    /// Calls `function` with these arguments.
    ///
    /// # Errors
    /// What ended the function, if it did not return.
    fn call<R: WasmTypeList>(
        self,
        function: &TypedFunction<Self::Types, R>,
        store: &mut Store,
    ) -> Result<R, RuntimeError>;
}

macro_rules! raw_args {
    ($( ($($name:ident)*) => $types:ty ),* $(,)?) => { $(
        impl<$($name: FromToNativeWasmType),*> RawArgs for ($($name,)*) {
            type Types = $types;

            #[allow(non_snake_case, reason = "the type parameters also name the values")]
            fn call<R: WasmTypeList>(
                self,
                function: &TypedFunction<Self::Types, R>,
                store: &mut Store,
            ) -> Result<R, RuntimeError> {
                let ($($name,)*) = self;
                contain(|| function.call(store, $($name),*))
            }
        }
    )* };
}

raw_args! {
    () => (),
    (A) => A,
    (A B) => (A, B),
    (A B C) => (A, B, C),
    (A B C D) => (A, B, C, D),
    (A B C D E) => (A, B, C, D, E),
    (A B C D E F) => (A, B, C, D, E, F),
    (A B C D E F G) => (A, B, C, D, E, F, G),
    (A B C D E F G H) => (A, B, C, D, E, F, G, H),
}

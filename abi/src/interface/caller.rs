//! Who carries calls, and what it can know of the interface.

use super::{EncodeArgs, InterfaceInfo, MethodInfo, Output, Return, Version};
use crate::Status;
use core::fmt;

/// The `dyn` type of a trait that has `#[interface]`.
///
/// Implemented by the macro only.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no interface",
    note = "write `dyn Trait`, where `Trait` has the attribute `#[plugix_abi::interface]`"
)]
pub trait Interface: 'static {
    /// All that is known of the interface.
    const INFO: &'static InterfaceInfo;
    /// The interface's name.
    const NAME: &'static str = Self::INFO.name;
    /// The interface's version.
    const VERSION: Version = Self::INFO.version;
    /// The methods, in the order in which they stand in the trait; a method's place is its index.
    const METHODS: &'static [MethodInfo] = Self::INFO.methods;
    /// [`Interface::INFO`] as it stands in a plugin's custom section, with its length in front.
    const DESCRIPTOR: &'static [u8];

    /// Has the trait's methods; each passes through a [`Caller`].
    type Client<C: Caller>;

    /// Makes a client.
    fn client<C: Caller>(caller: C) -> Self::Client<C>;

    /// The function that runs a method whose arguments and result stand in memory; `None` if there is no such method.
    ///
    /// The arguments begin at a multiple of 16. A panic of the method's passes through.
    fn frame_fn<O: Output>(method: usize) -> Option<FrameFn<Self, O>>;

    /// The function that runs a method of [`ImportKind::Scalar`](super::ImportKind::Scalar); `None` for all others.
    fn scalar_fn(method: usize) -> Option<ScalarFn<Self>>;
}

/// Runs a method whose arguments and result stand in memory.
pub type FrameFn<I, O> = fn(&I, &[u8], &mut O) -> Status;

/// Runs a method whose arguments and result stand in registers; `None` if an argument is out of its type's range.
///
/// The registers, [`MAX_REGISTERS`](super::MAX_REGISTERS) of them, are single parameters because an array would pass
/// through memory.
pub type ScalarFn<I> = fn(&I, u64, u64, u64, u64) -> Option<u32>;

/// What is known of the method at an index of an [`Interface`]. Implemented by the macro only.
pub trait Method<const INDEX: usize>: Interface {
    /// How the method's return type travels.
    type Return: Return;

    /// The function that a plugin imports when the host implements the interface.
    #[cfg(target_family = "wasm")]
    const IMPORT: Import;

    /// Runs the method; see [`Interface::frame_fn`].
    fn dispatch<O: Output>(&self, args: &[u8], output: &mut O) -> Status;
}

/// A function that a plugin imports from the module `plugix:` + interface by the method's name.
///
/// All return `status << 32 | rest`: the scalar ones with the value as the rest, the others with the result's length.
#[derive(Clone, Copy, Debug)]
pub enum Import {
    /// No arguments.
    Scalar0(unsafe extern "C" fn() -> u64),
    /// One argument.
    Scalar1(unsafe extern "C" fn(u64) -> u64),
    /// Two arguments.
    Scalar2(unsafe extern "C" fn(u64, u64) -> u64),
    /// Three arguments.
    Scalar3(unsafe extern "C" fn(u64, u64, u64) -> u64),
    /// Four arguments.
    Scalar4(unsafe extern "C" fn(u64, u64, u64, u64) -> u64),
    /// `(args_ptr, args_len, out_ptr, out_cap)`: arguments in memory, and room for the result.
    Frame(unsafe extern "C" fn(u32, u32, u32, u32) -> u64),
}

/// How the method's return type travels.
pub type ReturnOf<I, const METHOD: usize> = <I as Method<METHOD>>::Return;
/// What the client's method returns when all went well.
pub type ValueOf<I, const METHOD: usize> = <ReturnOf<I, METHOD> as Return>::Value;
/// What it returns else, when the call itself fails with `F`.
pub type FailureOf<I, const METHOD: usize, F> = <ReturnOf<I, METHOD> as Return>::Failure<F>;

/// Carries calls to an implementation on the other side.
pub trait Caller {
    /// Why a call failed that the method itself didn't fail.
    type Error: fmt::Display;

    /// Calls one method of an interface.
    ///
    /// # Errors
    /// The method's own error, or the reason for which there is no answer.
    fn call<I, const METHOD: usize, A>(
        &self,
        args: &A,
    ) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, Self::Error>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs;

    /// Whether the call failed because the other side, which is older, doesn't have the method. The client then runs
    /// the method's default body, if the trait has one, on this side.
    fn is_not_provided(error: &Self::Error) -> bool;
}

/// Why a call to a method that returns a `Result<_, E>` has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError<E, F> {
    /// The method returned this error.
    Returned(E),
    /// The call failed.
    Failed(F),
}

impl<E, F> From<F> for CallError<E, F> {
    fn from(failure: F) -> Self {
        Self::Failed(failure)
    }
}

impl<E: fmt::Display, F: fmt::Display> fmt::Display for CallError<E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(error) => error.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl<E: core::error::Error, F: core::error::Error> core::error::Error for CallError<E, F> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Returned(error) => error.source(),
            Self::Failed(failure) => failure.source(),
        }
    }
}

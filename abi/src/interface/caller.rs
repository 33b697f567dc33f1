//! Who carries calls, and what a caller can know of the interface.

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
    /// The methods, in the trait's order. A method's place is its index.
    const METHODS: &'static [MethodInfo] = Self::INFO.methods;
    /// [`Interface::INFO`] as it stands in a plugin's custom section, with its length in front.
    const DESCRIPTOR: &'static [u8];

    /// Has the trait's methods. Each of them calls through a [`Caller`].
    type Client<C: Caller>;

    /// Makes a client.
    fn client<C: Caller>(caller: C) -> Self::Client<C>;

    /// The function that runs a method over arguments in memory; `None` if there is no such method.
    ///
    /// The arguments begin at a multiple of 16. A panic in the method passes through.
    fn frame_fn<O: Output>(method: usize) -> Option<FrameFn<Self, O>>;

    /// The function that runs a method of [`ImportKind::Scalar`](super::ImportKind::Scalar); `None` for all other
    /// methods.
    fn scalar_fn(method: usize) -> Option<ScalarFn<Self>>;
}

/// Runs a method. Its arguments and its result stand in memory.
pub type FrameFn<I, O> = fn(&I, &[u8], &mut O) -> Status;

/// Runs a method. Its arguments and its result stand in registers. `None` if an argument is out of its type's range.
///
/// There are [`MAX_REGISTERS`](super::MAX_REGISTERS) registers. Each is a parameter of its own, because an array would
/// pass through memory.
pub type ScalarFn<I> = fn(&I, u64, u64, u64, u64) -> Option<u32>;

/// What is known of one method of an [`Interface`]. Only the macro implements it.
pub trait Method<const INDEX: usize>: Interface {
    /// How the method's return type travels.
    type Return: Return;

    /// The function that a plugin imports when the host implements the interface.
    #[cfg(target_family = "wasm")]
    const IMPORT: Import;

    /// Runs the method; see [`Interface::frame_fn`].
    fn dispatch<O: Output>(&self, args: &[u8], output: &mut O) -> Status;
}

/// A function that a plugin imports by the method's name, from the module `plugix:` + interface.
///
/// All return `status << 32 | rest`. For the scalar ones the rest is the value, for the others it is the result's
/// length.
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
/// What the client's method returns else. The call itself fails with `F`.
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

    /// Whether the other side has a method, by its place in the trait. A side of an earlier version may lack it.
    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool;

    /// Whether the call failed because the other side is older and lacks the method. The client then runs the method's
    /// default body on this side, if the trait has one.
    fn is_not_provided(error: &Self::Error) -> bool;
}

/// Why a call has no value. The method returns a `Result<_, E>`.
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

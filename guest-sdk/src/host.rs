//! Calls into the host.

mod error;
#[cfg(target_family = "wasm")]
mod import;
#[cfg(target_family = "wasm")]
pub(crate) mod result;

pub use error::HostError;

use plugix_abi::Interface;
use plugix_abi::interface::{Caller, EncodeArgs, FailureOf, Method, ValueOf};

/// A client for an interface that the host implements; see also [`uses!`](crate::uses). Any thread may call it.
///
/// ```
/// use plugix_guest::HostError;
///
/// #[plugix_abi::interface(version = "1.0")]
/// pub trait HostApi {
///     fn ask(&self, question: &str) -> String;
/// }
///
/// fn answer() -> Result<String, HostError> {
///     plugix_guest::host::<dyn HostApi>().ask("Which folder?")
/// }
///
/// fn main() {
///     // Here is no host.
///     assert_eq!(answer(), Err(HostError::NotProvided { since: None }));
/// }
/// ```
#[inline]
pub fn host<I: Interface + ?Sized>() -> I::Client<HostCaller> {
    I::client(HostCaller(()))
}

/// Carries calls to the host. Outside of a plugin, as in its unit tests, that is the installed
/// [`testing::Host`](crate::testing::Host), or else nothing.
#[derive(Clone, Copy, Debug)]
pub struct HostCaller(());

impl Caller for HostCaller {
    type Error = HostError;

    #[inline]
    fn call<I, const METHOD: usize, A>(&self, args: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, HostError>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        #[cfg(target_family = "wasm")]
        return import::call::<I::Return, A>(I::IMPORT, args, const { I::METHODS[METHOD].since });
        #[cfg(not(target_family = "wasm"))]
        crate::testing::call::<I, METHOD, A>(args)
    }

    fn provides<I: Interface + ?Sized>(&self, method: usize) -> bool {
        #[cfg(target_family = "wasm")]
        return import::provides(I::NAME, I::METHODS[method].name);
        #[cfg(not(target_family = "wasm"))]
        crate::testing::provides::<I>(method)
    }

    #[inline]
    fn is_not_provided(error: &HostError) -> bool {
        matches!(error, HostError::NotProvided { .. })
    }
}

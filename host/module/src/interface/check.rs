//! Whether a plugin fits a contract, before it runs.

use super::{InterfaceError, find};
use plugix_abi::interface::descriptor::Descriptor;
use plugix_abi::interface::{Bind, Caller, Contract, EncodeArgs, FailureOf, Interface, Method, ValueOf};

/// Checks that a plugin with these interfaces fits a contract.
///
/// # Errors
/// As for [`find`].
pub fn check<I: Contract + ?Sized>(implemented: &[Descriptor]) -> Result<(), InterfaceError> {
    I::bind(&Implemented(implemented)).map(drop)
}

/// Interfaces of a plugin that doesn't run.
struct Implemented<'a>(&'a [Descriptor]);

impl Bind for Implemented<'_> {
    type Caller = Nobody;
    type Error = InterfaceError;

    fn bind<I: Interface + ?Sized>(&self) -> Result<Nobody, InterfaceError> {
        find::<I>(self.0).map(|_| Nobody)
    }

    fn is_other_version(error: &InterfaceError) -> bool {
        error.is_other_version()
    }
}

/// Carries no calls: nobody has a client with it.
struct Nobody;

impl Caller for Nobody {
    type Error = &'static str;

    fn call<I, const METHOD: usize, A>(&self, _: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, &'static str>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        Err("the plugin doesn't run".into())
    }

    fn provides<I: Interface + ?Sized>(&self, _: usize) -> bool {
        false
    }

    fn is_not_provided(_: &&'static str) -> bool {
        false
    }
}

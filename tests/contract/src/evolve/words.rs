//! Two major versions of an interface. The plugin has the first.

use plugix_abi::interface::{Bind, CallError, Caller, Contract, Either};

/// The first major version.
pub mod v1 {
    /// Counts words.
    #[plugix_abi::interface(version = "1.3")]
    pub trait Words {
        /// How many words a text has.
        fn count(&self, text: &str) -> u32;
    }
}

/// The second one.
pub mod v2 {
    /// Counts words.
    #[plugix_abi::interface(version = "2.0")]
    pub trait Words {
        /// How many words a text has, or how many are too many.
        fn count(&self, text: &str, most: u64) -> Result<u64, u64>;
    }
}

/// The third one.
pub mod v3 {
    /// Counts words.
    #[plugix_abi::interface(version = "3.0")]
    pub trait Words {
        /// How many words texts have.
        fn count(&self, texts: &[&str]) -> u64;
    }
}

/// A plugin of version 1, as one of version 2.
#[derive(Clone, Copy, Debug)]
pub struct FromV1<C>(v1::WordsClient<C>);

impl<C: Caller> v2::WordsCalls for FromV1<C> {
    type Error = C::Error;

    fn count(&self, text: &str, most: u64) -> Result<u64, CallError<u64, C::Error>> {
        match self.0.count(text)?.into() {
            count if count <= most => Ok(count),
            count => Err(CallError::Returned(count)),
        }
    }
}

/// A plugin of version 3, as one of version 2.
#[derive(Clone, Copy, Debug)]
pub struct FromV3<C>(v3::WordsClient<C>);

impl<C: Caller> v2::WordsCalls for FromV3<C> {
    type Error = C::Error;

    fn count(&self, text: &str, _: u64) -> Result<u64, CallError<u64, C::Error>> {
        Ok(self.0.count(&[text])?)
    }
}

/// Version 2, or else version 1.
pub struct Words;

impl Contract for Words {
    type Client<C: Caller> = Either<v2::WordsClient<C>, FromV1<C>>;

    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
        bind.either::<dyn v2::Words, dyn v1::Words, _>(FromV1)
    }
}

/// Version 3 or 2, but not 1.
pub struct LaterWords;

impl Contract for LaterWords {
    type Client<C: Caller> = Either<v2::WordsClient<C>, FromV3<C>>;

    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
        bind.either::<dyn v2::Words, dyn v3::Words, _>(FromV3)
    }
}

/// Version 1, and its own methods.
pub struct FirstWords;

/// A plugin of version 2, as one of version 1.
#[derive(Clone, Copy, Debug)]
pub struct FromV2<C>(v2::WordsClient<C>);

impl<C: Caller> v1::WordsCalls for FromV2<C> {
    type Error = C::Error;

    fn count(&self, text: &str) -> Result<u32, C::Error> {
        match self.0.count(text, u64::MAX) {
            Ok(count) | Err(CallError::Returned(count)) => Ok(count.try_into().unwrap_or(u32::MAX)),
            Err(CallError::Failed(error)) => Err(error),
        }
    }
}

impl Contract for FirstWords {
    type Client<C: Caller> = Either<v1::WordsClient<C>, FromV2<C>>;

    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
        bind.either::<dyn v1::Words, dyn v2::Words, _>(FromV2)
    }
}

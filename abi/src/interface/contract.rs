//! What a host asks of a plugin: an interface, or one of several versions of it.

use super::{Caller, Interface};

/// What a host binds: `dyn Trait`, or one of several major versions of it.
///
/// Every interface is a contract. A host that takes plugins of two major versions has one of its own. The author writes
/// an adapter once, which gives the client of the older version the methods of the newer one. Callers know the newer one
/// alone:
///
/// ```
/// use plugix_abi::interface::{Bind, Caller, Contract, Either};
///
/// mod v1 {
///     #[plugix_abi::interface(version = "1.3", name = "Words")]
///     pub trait Words {
///         fn count(&self, text: &str) -> u32;
///     }
/// }
///
/// mod v2 {
///     #[plugix_abi::interface(version = "2.0", name = "Words")]
///     pub trait Words {
///         /// Words of fewer letters don't count.
///         fn count(&self, text: &str, shortest: u32) -> u64;
///     }
/// }
///
/// /// A plugin of version 1, as one of version 2.
/// pub struct Old<C>(v1::WordsClient<C>);
///
/// impl<C: Caller> v2::WordsCalls for Old<C> {
///     type Error = C::Error;
///
///     fn count(&self, text: &str, _shortest: u32) -> Result<u64, C::Error> {
///         self.0.count(text).map(u64::from)
///     }
/// }
///
/// pub struct Words;
///
/// impl Contract for Words {
///     type Client<C: Caller> = Either<v2::WordsClient<C>, Old<C>>;
///
///     fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
///         bind.either::<dyn v2::Words, dyn v1::Words, _>(Old)
///     }
/// }
///
/// // With `use v2::WordsCalls`, the same for both: `plugin.bind::<Words>()?.count(text, 3)?`
/// fn count<W: v2::WordsCalls>(words: &W, text: &str) -> Result<u64, W::Error> {
///     words.count(text, 3)
/// }
/// # fn main() {}
/// ```
pub trait Contract: 'static {
    /// Has the methods that callers call.
    type Client<C: Caller>;

    /// Makes a client.
    ///
    /// # Errors
    /// The errors of [`Bind::bind`].
    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error>;
}

impl<I: Interface + ?Sized> Contract for I {
    type Client<C: Caller> = <I as Interface>::Client<C>;

    fn bind<B: Bind>(bind: &B) -> Result<Self::Client<B::Caller>, B::Error> {
        bind.bind::<I>().map(I::client)
    }
}

/// A plugin that interfaces can be asked of. The host implements it.
pub trait Bind {
    /// Carries calls to the plugin.
    type Caller: Caller;
    /// Why the plugin and an interface don't fit.
    type Error;

    /// Finds an interface in the plugin.
    ///
    /// # Errors
    /// When the plugin doesn't have the interface, or doesn't fit it.
    fn bind<I: Interface + ?Sized>(&self) -> Result<Self::Caller, Self::Error>;

    /// Whether the plugin doesn't have the interface in this major version, so that another one may fit.
    fn is_other_version(error: &Self::Error) -> bool;

    /// Finds the newer of two contracts, or else the older one, which gets an adapter.
    ///
    /// # Errors
    /// When the plugin has neither, or doesn't fit the one that it has.
    fn either<New, Old, A>(
        &self,
        adapt: impl FnOnce(Old::Client<Self::Caller>) -> A,
    ) -> Result<EitherOf<New, Self::Caller, A>, Self::Error>
    where
        Self: Sized,
        New: Contract + ?Sized,
        Old: Contract + ?Sized,
    {
        let error = match New::bind(self) {
            Ok(client) => return Ok(Either::New(client)),
            Err(error) if Self::is_other_version(&error) => error,
            Err(error) => return Err(error),
        };
        match Old::bind(self) {
            Ok(client) => Ok(Either::Old(adapt(client))),
            Err(old) if Self::is_other_version(&old) => Err(error),
            Err(old) => Err(old),
        }
    }
}

/// A client of a contract, or an adapter.
pub type EitherOf<New, C, A> = Either<<New as Contract>::Client<C>, A>;

/// A client of one of two versions. It has the methods of the newer one, by the trait that `#[interface]` makes beside the
/// client (`WordCountCalls` for `WordCount`).
#[derive(Clone, Copy, Debug)]
pub enum Either<New, Old> {
    /// The plugin has the newer version.
    New(New),
    /// The plugin has the older version: an adapter around its client.
    Old(Old),
}

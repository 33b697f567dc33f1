//! Which types can cross: the trait of those that say what they hold.

mod depth;

pub use depth::{At, Depth};

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use alloc::rc::Rc;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::{
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64,
    NonZeroU128, Saturating, Wrapping,
};
use core::ops::{Range, RangeFrom, RangeInclusive, RangeTo};
use core::time::Duration;
use postcard_schema::schema::{DataModelType, DataModelVariant, NamedType, NamedValue, NamedVariant};
#[cfg(feature = "std")]
use std::collections::{HashMap, HashSet};

/// A type that says which parts it has, so that both sides can compare it, and JSON can be made of it.
///
/// [`#[derive(Schema)]`](macro@crate::Schema) implements it, for types that serde encodes. By hand it is implemented for
/// each depth, `impl<D: Depth> Schema<D> for …`, so that types with a derive can hold the type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't cross between a host and a plugin",
    label = "no `Schema` says what is in it",
    note = "a type of your own can: `#[derive(Serialize, Deserialize, Schema)]`",
    note = "`usize` and `isize` have another size in a plugin: write `u32` or `u64`",
    note = "an `Instant` means nothing elsewhere: pass a `Duration` or a `SystemTime`",
    note = "instead of `&Path` write `&str` or `PathBuf`",
    note = "instead of `Box<dyn Error>` write `String`, or an enum of your own",
    note = "of a type from another crate, such as a date, pass what it is made of: a number, a text, a struct of your own"
)]
pub trait Schema<D: Depth = At<0>> {
    /// The parts.
    const SCHEMA: &'static NamedType;

    /// Evaluated before the parts: fails where they have no end.
    #[doc(hidden)]
    const FINITE: () = ();
}

/// Types without parameters, of which the schema is known.
macro_rules! known {
    ($($ty:ty),* $(,)?) => { $(
        impl<D: Depth> Schema<D> for $ty {
            const SCHEMA: &'static NamedType = <$ty as postcard_schema::Schema>::SCHEMA;
        }
    )* };
}

known!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64, bool, char, str, String, ());
known!(NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128);
known!(NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128);
known!(Duration);

#[cfg(feature = "std")]
known!(std::path::PathBuf);

/// Types that look like one of their parts.
macro_rules! same_as {
    ($($(#[$attribute:meta])* [$($generics:tt)*] $ty:ty = $inner:ty;)*) => { $(
        $(#[$attribute])*
        impl<D: Depth, $($generics)*> Schema<D> for $ty {
            const SCHEMA: &'static NamedType = <$inner as Schema<D>>::SCHEMA;
            const FINITE: () = <$inner as Schema<D>>::FINITE;
        }
    )* };
}

same_as! {
    [T: Schema<D> + ?Sized] &T = T;
    [T: Schema<D> + ?Sized] Box<T> = T;
    [T: Schema<D> + ?Sized] Arc<T> = T;
    [T: Schema<D> + ?Sized] Rc<T> = T;
    [T: Schema<D> + ToOwned + ?Sized] Cow<'_, T> = T;
    [T: Schema<D>] Wrapping<T> = T;
    [T: Schema<D>] Saturating<T> = T;
    [] Ipv4Addr = [u8; 4];
    [] Ipv6Addr = [u8; 16];
    [] SocketAddrV4 = (Ipv4Addr, u16);
    [] SocketAddrV6 = (Ipv6Addr, u16);
    [T: Schema<D>] Vec<T> = [T];
    [T: Schema<D>] VecDeque<T> = [T];
    [T: Schema<D>] LinkedList<T> = [T];
    [T: Schema<D>] BinaryHeap<T> = [T];
    [T: Schema<D>] BTreeSet<T> = [T];
    #[cfg(feature = "std")]
    [T: Schema<D>, S] HashSet<T, S> = [T];
    #[cfg(feature = "std")]
    [K: Schema<D>, V: Schema<D>, S] HashMap<K, V, S> = BTreeMap<K, V>;
}

/// Types with parts of their own.
macro_rules! made_of {
    ($($(#[$attribute:meta])* [$($generics:tt)*] $ty:ty, of($($part:ty),*) = $model:expr;)*) => { $(
        $(#[$attribute])*
        impl<D: Depth, $($generics)*> Schema<D> for $ty {
            const SCHEMA: &'static NamedType = &NamedType { name: stringify!($ty), ty: &$model };
            const FINITE: () = { $(let () = <$part as Schema<D>>::FINITE;)* };
        }
    )* };
}

made_of! {
    [T: Schema<D>] [T], of(T) = DataModelType::Seq(T::SCHEMA);
    [T: Schema<D>, const N: usize] [T; N], of(T) = DataModelType::Tuple(&[T::SCHEMA; N]);
    [T: Schema<D>] Option<T>, of(T) = DataModelType::Option(T::SCHEMA);
    [K: Schema<D>, V: Schema<D>] BTreeMap<K, V>, of(K, V) = DataModelType::Map { key: K::SCHEMA, val: V::SCHEMA };
    [T: ?Sized] PhantomData<T>, of() = DataModelType::UnitStruct;
    [T: Schema<D>] Range<T>, of(T) = DataModelType::Struct(&[&field::<D, T>("start"), &field::<D, T>("end")]);
    [T: Schema<D>] RangeInclusive<T>, of(T) = DataModelType::Struct(&[&field::<D, T>("start"), &field::<D, T>("end")]);
    [T: Schema<D>] RangeFrom<T>, of(T) = DataModelType::Struct(&[&field::<D, T>("start")]);
    [T: Schema<D>] RangeTo<T>, of(T) = DataModelType::Struct(&[&field::<D, T>("end")]);
    [T: Schema<D>, E: Schema<D>] Result<T, E>, of(T, E) = DataModelType::Enum(&[&variant::<D, T>("Ok"), &variant::<D, E>("Err")]);
    [] IpAddr, of() = DataModelType::Enum(&[&variant::<D, Ipv4Addr>("V4"), &variant::<D, Ipv6Addr>("V6")]);
    [] SocketAddr, of() = DataModelType::Enum(&[&variant::<D, SocketAddrV4>("V4"), &variant::<D, SocketAddrV6>("V6")]);
    #[cfg(feature = "std")]
    [] std::time::SystemTime, of() =
        DataModelType::Struct(&[&field::<D, u64>("secs_since_epoch"), &field::<D, u32>("nanos_since_epoch")]);
}

const fn field<D: Depth, T: Schema<D>>(name: &'static str) -> NamedValue {
    NamedValue { name, ty: T::SCHEMA }
}

const fn variant<D: Depth, T: Schema<D>>(name: &'static str) -> NamedVariant {
    NamedVariant { name, ty: const { &DataModelVariant::NewtypeVariant(T::SCHEMA) } }
}

macro_rules! tuples {
    ($($name:ident)*) => { tuples!(@ [] $($name)*); };
    (@ [$($done:ident)*]) => {};
    (@ [$($done:ident)*] $next:ident $($rest:ident)*) => {
        impl<D: Depth, $($done: Schema<D>,)* $next: Schema<D>> Schema<D> for ($($done,)* $next,) {
            const SCHEMA: &'static NamedType =
                &NamedType { name: "tuple", ty: &DataModelType::Tuple(&[$($done::SCHEMA,)* $next::SCHEMA]) };
            const FINITE: () = {
                $(let () = $done::FINITE;)*
                $next::FINITE
            };
        }
        tuples!(@ [$($done)* $next] $($rest)*);
    };
}

tuples!(T0 T1 T2 T3 T4 T5 T6 T7 T8 T9 T10 T11);

//! Which types can cross: the trait of those that say what they hold.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, BinaryHeap, LinkedList, VecDeque};
use alloc::string::String;
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
/// [`#[derive(Schema)]`](macro@crate::Schema) implements it, for types that serde encodes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't cross between a host and a plugin",
    label = "no `Schema` says what is in it",
    note = "a type of your own can: `#[derive(Serialize, Deserialize, Schema)]`",
    note = "`usize` and `isize` have another size in a plugin: write `u32` or `u64`",
    note = "an `Instant` means nothing elsewhere: pass a `Duration` or a `SystemTime`",
    note = "instead of `Arc<T>` and `Rc<T>` write `T` or `Box<T>`, instead of `&Path` write `&str` or `PathBuf`",
    note = "instead of `Box<dyn Error>` write `String`, or an enum of your own",
    note = "of a type from another crate, such as a date, pass what it is made of: a number, a text, a struct of your own"
)]
pub trait Schema {
    /// The parts.
    const SCHEMA: &'static NamedType;
}

/// Types without parameters, of which the schema is known.
macro_rules! known {
    ($($ty:ty),* $(,)?) => { $(
        impl Schema for $ty {
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
        impl<$($generics)*> Schema for $ty {
            const SCHEMA: &'static NamedType = <$inner as Schema>::SCHEMA;
        }
    )* };
}

same_as! {
    [T: Schema + ?Sized] &T = T;
    [T: Schema + ?Sized] Box<T> = T;
    [T: Schema + ToOwned + ?Sized] Cow<'_, T> = T;
    [T: Schema] Wrapping<T> = T;
    [T: Schema] Saturating<T> = T;
    [] Ipv4Addr = [u8; 4];
    [] Ipv6Addr = [u8; 16];
    [] SocketAddrV4 = (Ipv4Addr, u16);
    [] SocketAddrV6 = (Ipv6Addr, u16);
    [T: Schema] Vec<T> = [T];
    [T: Schema] VecDeque<T> = [T];
    [T: Schema] LinkedList<T> = [T];
    [T: Schema] BinaryHeap<T> = [T];
    [T: Schema] BTreeSet<T> = [T];
    #[cfg(feature = "std")]
    [T: Schema, S] HashSet<T, S> = [T];
    #[cfg(feature = "std")]
    [K: Schema, V: Schema, S] HashMap<K, V, S> = BTreeMap<K, V>;
}

/// Types with parts of their own.
macro_rules! made_of {
    ($($(#[$attribute:meta])* [$($generics:tt)*] $ty:ty = $model:expr;)*) => { $(
        $(#[$attribute])*
        impl<$($generics)*> Schema for $ty {
            const SCHEMA: &'static NamedType = &NamedType { name: stringify!($ty), ty: &$model };
        }
    )* };
}

made_of! {
    [T: Schema] [T] = DataModelType::Seq(T::SCHEMA);
    [T: Schema, const N: usize] [T; N] = DataModelType::Tuple(&[T::SCHEMA; N]);
    [T: Schema] Option<T> = DataModelType::Option(T::SCHEMA);
    [K: Schema, V: Schema] BTreeMap<K, V> = DataModelType::Map { key: K::SCHEMA, val: V::SCHEMA };
    [T: ?Sized] PhantomData<T> = DataModelType::UnitStruct;
    [T: Schema] Range<T> = DataModelType::Struct(&[&field::<T>("start"), &field::<T>("end")]);
    [T: Schema] RangeInclusive<T> = DataModelType::Struct(&[&field::<T>("start"), &field::<T>("end")]);
    [T: Schema] RangeFrom<T> = DataModelType::Struct(&[&field::<T>("start")]);
    [T: Schema] RangeTo<T> = DataModelType::Struct(&[&field::<T>("end")]);
    [T: Schema, E: Schema] Result<T, E> = DataModelType::Enum(&[&variant::<T>("Ok"), &variant::<E>("Err")]);
    [] IpAddr = DataModelType::Enum(&[&variant::<Ipv4Addr>("V4"), &variant::<Ipv6Addr>("V6")]);
    [] SocketAddr = DataModelType::Enum(&[&variant::<SocketAddrV4>("V4"), &variant::<SocketAddrV6>("V6")]);
    #[cfg(feature = "std")]
    [] std::time::SystemTime =
        DataModelType::Struct(&[&field::<u64>("secs_since_epoch"), &field::<u32>("nanos_since_epoch")]);
}

const fn field<T: Schema>(name: &'static str) -> NamedValue {
    NamedValue { name, ty: T::SCHEMA }
}

const fn variant<T: Schema>(name: &'static str) -> NamedVariant {
    NamedVariant { name, ty: const { &DataModelVariant::NewtypeVariant(T::SCHEMA) } }
}

macro_rules! tuples {
    ($($name:ident)*) => { tuples!(@ [] $($name)*); };
    (@ [$($done:ident)*]) => {};
    (@ [$($done:ident)*] $next:ident $($rest:ident)*) => {
        impl<$($done: Schema,)* $next: Schema> Schema for ($($done,)* $next,) {
            const SCHEMA: &'static NamedType =
                &NamedType { name: "tuple", ty: &DataModelType::Tuple(&[$($done::SCHEMA,)* $next::SCHEMA]) };
        }
        tuples!(@ [$($done)* $next] $($rest)*);
    };
}

tuples!(A B C D E F G H I J K L);

//! What an author says of changes: marks of fields, variants and methods, as they stand in descriptors.

mod loopback;

use loopback::{Failure, Loopback};
use plugix_abi::interface::descriptor::{Field, Type, read_interfaces};
use plugix_abi::interface::{Shape, Version};
use plugix_abi::{Interface, Schema, interface};
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Inner {
    #[schema(default = 5)]
    five: u16,
    zero: i64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
enum Choice {
    #[default]
    First,
    #[schema(other)]
    Unknown,
    Second(u8),
}

macro_rules! defaults {
    ($($name:ident: $ty:ty = ($($literal:tt)*), $value:expr;)*) => {
        #[derive(Serialize, Deserialize, Schema)]
        struct Marked {
            required: u8,
            $(#[schema($($literal)*)] $name: $ty,)*
        }

        #[test]
        fn defaults_are_in_postcard() {
            let fields = fields();
            assert_eq!(fields[0].default, None);
            let mut fields = fields[1..].iter();
            $(
                let field = fields.next().expect("the field is there");
                let value: $ty = $value;
                assert_eq!(field.default, Some(postcard::to_allocvec(&value).unwrap()), "{}", field.name);
            )*
        }
    };
}

defaults! {
    option: Option<String> = (default), None;
    list: Vec<u32> = (default), vec![];
    number: u32 = (default), 0;
    float: f64 = (default), 0.0;
    letter: char = (default), '\0';
    tuple: (bool, [u8; 3]) = (default), (false, [0; 3]);
    inner: Inner = (default), Inner { five: 5, zero: 0 };
    choice: Choice = (default), Choice::First;
    unit: () = (default), ();
    truth: bool = (default = true), true;
    byte: u8 = (default = 255), 255;
    signed_byte: i8 = (default = -128), -128;
    short: i16 = (default = -300), -300;
    word: i32 = (default = -2147483648), i32::MIN;
    long: i64 = (default = -9223372036854775808), i64::MIN;
    large: u64 = (default = 0xffff_ffff_ffff_ffff), u64::MAX;
    half: f32 = (default = -0.5), -0.5;
    exact: f64 = (default = 1e300), 1e300;
    text: String = (default = "ß"), "ß".to_owned();
    sign: char = (default = 'ß'), 'ß';
}

/// Has methods of three versions.
#[interface(version = "1.4")]
trait Grows {
    fn marked(&self, value: Marked) -> Choice;
    #[was("total")]
    #[was("count")]
    fn sum(&self) -> u32;
    #[since("1.4")]
    fn later(&self, number: u32) -> u32;
}

fn fields() -> Vec<Field> {
    let method = read_interfaces(<dyn Grows>::DESCRIPTOR).unwrap().remove(0).methods.remove(0);
    match &method.args[0].shape {
        Shape::Value(Type::Struct(fields)) => fields.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn variants_for_unknown_ones() {
    let method = read_interfaces(<dyn Grows>::DESCRIPTOR).unwrap().remove(0).methods.remove(0);
    let Shape::Value(Type::Enum(variants)) = method.returns.value else { panic!("an enum") };
    let others: Vec<_> = variants.iter().map(|variant| (&*variant.name, variant.other)).collect();
    assert_eq!(others, [("First", false), ("Unknown", true), ("Second", false)]);
}

#[test]
fn methods_have_their_history() {
    let methods = read_interfaces(<dyn Grows>::DESCRIPTOR).unwrap().remove(0).methods;
    assert_eq!((methods[1].since, &methods[1].was[..]), (None, &["total".to_owned(), "count".to_owned()][..]));
    assert_eq!((methods[2].since, methods[2].was.len()), (Some(Version { major: 1, minor: 4, patch: 0 }), 0));
}

struct Grown;

impl Grows for Grown {
    fn marked(&self, value: Marked) -> Choice {
        Choice::Second(value.required)
    }
    fn sum(&self) -> u32 {
        1
    }
    fn later(&self, number: u32) -> u32 {
        number
    }
}

#[test]
fn a_client_says_ahead_what_the_other_side_has() {
    let client = <dyn Grows>::client(Loopback::<dyn Grows>::new(&Grown));
    let older = <dyn Grows>::client(Loopback::<dyn Grows> { implementation: &Grown, methods: 2 });
    assert!(client.has_later() && !older.has_later());
    assert_eq!((client.later(1), older.later(1)), (Ok(1), Err(Failure::NotProvided)));
    assert_eq!(client.sum(), Ok(1));
}

#[interface(version = "1.0")]
trait Ledger {
    /// What an account has.
    #[repeatable]
    fn balance(&self, account: &str) -> i64;
    /// Moves money.
    fn transfer(&self, from: &str, to: &str, amount: i64) -> bool;
}

/// What may run twice is said by each side for itself: it changes nothing of the form.
#[test]
fn repeatable_methods_say_so() {
    let repeatable: Vec<_> = <dyn Ledger>::METHODS.iter().map(|method| method.repeatable).collect();
    assert_eq!(repeatable, [true, false]);
    let read = read_interfaces(<dyn Ledger>::DESCRIPTOR).unwrap();
    assert_eq!(read[0].methods[0].signature, "balance(account: &str) -> i64");
}

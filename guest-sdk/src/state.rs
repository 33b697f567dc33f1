//! What a plugin keeps when another version of it takes its place.

use crate::plugin::{instance, with_sources};
use crate::{Output, Plugin, call};
use plugix_abi::export::STATE;
use plugix_abi::interface::{
    ArgInfo, Args, BadArguments, ImportKind, InterfaceInfo, MethodInfo, Output as _, ReturnInfo, Shape, Version,
};
use plugix_abi::{Schema, Status};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::marker::PhantomData;

/// A plugin with a state that outlives it: the host takes the state out of one instance, and gives it to the next one.
/// `#[plugix_guest::plugin]` on the implementation exports it.
///
/// The next instance may be of a later version of the plugin. The state's type may change as [`Schema`](crate::abi::Schema)
/// says: fields are found by their names, and a field with `#[schema(default)]` may be missing. The host compares the two
/// types before it takes a call away from the old instance.
///
/// ```
/// use plugix_guest::abi::Schema;
/// use plugix_guest::{Plugin, Stateful, plugin};
/// use serde::{Deserialize, Serialize};
/// use std::error::Error;
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// struct Counter {
///     count: AtomicU64,
/// }
///
/// #[plugin(description = "Counts")]
/// impl Plugin for Counter {
///     type Config = ();
///
///     fn new((): ()) -> Result<Self, Box<dyn Error>> {
///         Ok(Self { count: AtomicU64::new(0) })
///     }
/// }
///
/// #[derive(Serialize, Deserialize, Schema)]
/// #[schema(crate = plugix_guest::abi)]
/// struct Counted {
///     count: u64,
/// }
///
/// #[plugin]
/// impl Stateful for Counter {
///     type State = Counted;
///
///     fn save(&self) -> Result<Counted, Box<dyn Error>> {
///         Ok(Counted { count: self.count.load(Ordering::Relaxed) })
///     }
///
///     fn restore(&self, state: Counted) -> Result<(), Box<dyn Error>> {
///         self.count.store(state.count, Ordering::Relaxed);
///         Ok(())
///     }
/// }
/// # fn main() {}
/// ```
pub trait Stateful: Plugin {
    /// What is kept.
    type State: Serialize + DeserializeOwned + Schema;

    /// Returns what the next instance has to know. No other call of the host's runs meanwhile. The instance may be called
    /// again afterwards: if the next one doesn't start, this one goes on.
    ///
    /// # Errors
    /// When there is no state that another instance could go on with. The host keeps this instance then.
    fn save(&self) -> Result<Self::State, Box<dyn Error>>;

    /// Takes what an earlier instance has saved. This comes after [`Plugin::new`], and before any other call.
    ///
    /// # Errors
    /// When the instance can't go on with this state. The host then keeps the earlier instance.
    fn restore(&self, state: Self::State) -> Result<(), Box<dyn Error>>;
}

/// The interface that stands for [`Stateful`] in a module.
#[derive(Debug)]
pub struct StateOf<P>(PhantomData<P>);

impl<P: Stateful> StateOf<P> {
    /// What the module says of it.
    pub const INFO: &'static InterfaceInfo = &InterfaceInfo {
        name: STATE,
        version: Version { major: 1, minor: 0, patch: 0 },
        docs: "What the plugin keeps when another version takes its place.",
        methods: &[
            method("save", "save() -> Result<State, String>", &[], Self::STATE),
            method(
                "restore",
                "restore(state: State) -> Result<(), String>",
                &[ArgInfo { name: "state", shape: Self::STATE }],
                Shape::Value(<() as Schema>::SCHEMA),
            ),
        ],
    };

    const STATE: Shape<&'static plugix_abi::__private::postcard_schema::schema::NamedType> =
        Shape::Value(<P::State as Schema>::SCHEMA);
}

const fn method(
    name: &'static str,
    signature: &'static str,
    args: &'static [ArgInfo],
    value: Shape<&'static plugix_abi::__private::postcard_schema::schema::NamedType>,
) -> MethodInfo {
    MethodInfo {
        name,
        docs: "",
        signature,
        optional: false,
        since: None,
        was: &[],
        repeatable: false,
        import: ImportKind::Frame,
        args,
        returns: ReturnInfo { value, error: Some(<String as Schema>::SCHEMA) },
    }
}

/// Exports [`Stateful`].
#[doc(hidden)]
#[macro_export]
macro_rules! __stateful {
    ($plugin:ty) => {
        const _: () = {
            // Elsewhere nobody calls them, and linkers take no such names.
            #[cfg_attr(target_family = "wasm", unsafe(export_name = "plugix:plugix.State/save"))]
            #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
            extern "C" fn save(frame: u32) -> u32 {
                // SAFETY: the host calls this export with a frame that it has from `plugix_frame_new`.
                unsafe { $crate::__private::save::<$plugin>(frame) }
            }

            #[cfg_attr(target_family = "wasm", unsafe(export_name = "plugix:plugix.State/restore"))]
            #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
            extern "C" fn restore(frame: u32) -> u32 {
                // SAFETY: as for `save`.
                unsafe { $crate::__private::restore::<$plugin>(frame) }
            }
        };
        const _: () = {
            const INFO: &$crate::abi::interface::InterfaceInfo = $crate::__private::StateOf::<$plugin>::INFO;
            const LEN: usize = $crate::abi::__private::write_interface::<0>(INFO).len();
            const STATEFUL: [u8; LEN] = $crate::abi::__private::write_interface::<LEN>(INFO).bytes();
            $crate::__section!("plugix.implements", &STATEFUL);
        };
    };
}

/// [`Stateful::save`].
///
/// # Safety
/// As for [`call`].
pub unsafe fn save<P: Stateful + crate::__private::Instance>(frame: u32) -> u32 {
    let save = |args: &[u8], output: &mut Output<'_>| {
        if let Err(error) = Args::new(args).end() {
            return output.bad_arguments(&error);
        }
        match instance::<P>().save() {
            Ok(state) => output.encode(&state),
            Err(error) => return refuse(output, &*error),
        }
        Status::Ok
    };
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, save) }
}

/// [`Stateful::restore`].
///
/// # Safety
/// As for [`call`].
pub unsafe fn restore<P: Stateful + crate::__private::Instance>(frame: u32) -> u32 {
    let restore = |args: &[u8], output: &mut Output<'_>| match read::<P::State>(args) {
        Ok(state) => match instance::<P>().restore(state) {
            Ok(()) => {
                output.encode(&());
                Status::Ok
            }
            Err(error) => refuse(output, &*error),
        },
        Err(error) => output.bad_arguments(&error),
    };
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, restore) }
}

fn read<S: DeserializeOwned>(args: &[u8]) -> Result<S, BadArguments> {
    let mut args = Args::new(args);
    let state = args.value("state")?;
    args.end()?;
    Ok(state)
}

fn refuse(output: &mut Output<'_>, error: &dyn Error) -> Status {
    output.encode(&with_sources(error));
    Status::Error
}

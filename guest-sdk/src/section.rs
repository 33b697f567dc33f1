//! Writes records into the plugin's custom sections, which the host reads before it compiles anything.

/// Declares the interfaces of the host's that the plugin calls. A host that provides others refuses the plugin, and so
/// does a host whose interfaces have other methods. The message shows both sides.
///
/// ```
/// // In a crate of its own, which the host depends on too.
/// #[plugix_abi::interface(version = "1.0")]
/// pub trait HostApi {
///     fn ask(&self, question: &str) -> String;
/// }
///
/// // In the plugin.
/// plugix_guest::uses!(HostApi, plugix_abi::services::Services);
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! uses {
    ($($interface:path),+ $(,)?) => { $(
        $crate::__section!("plugix.uses", <dyn $interface as $crate::abi::Interface>::DESCRIPTOR);
    )+ };
}

/// Exports the methods of an interface. The macro with the interface's name calls it.
#[doc(hidden)]
#[macro_export]
macro_rules! __implement {
    (
        ($plugin:ty) ($interface:path)
        $(($index:literal $export:literal $({ $scalar:literal ($($register:ident)*) ($($registers:tt)*) })?))*
    ) => {
        $(
            const _: () = {
                // Elsewhere nobody calls it, and linkers take no such names.
                #[cfg_attr(target_family = "wasm", unsafe(export_name = $export))]
                #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
                extern "C" fn export(frame: u32) -> u32 {
                    let method = |args: &[u8], output: &mut $crate::Output<'_>| {
                        let plugin: &(dyn $interface + 'static) = $crate::__private::instance::<$plugin>();
                        <dyn $interface as $crate::abi::interface::Method<$index>>::dispatch(plugin, args, output)
                    };
                    // SAFETY: the host calls this export with a frame that it has from `plugix_frame_new`.
                    unsafe { $crate::call(frame, method) }
                }

                $(
                    #[cfg_attr(target_family = "wasm", unsafe(export_name = $scalar))]
                    #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
                    extern "C" fn scalar($($register: u64),*) -> u64 {
                        $crate::__private::call_scalar(|plugin: &'static $plugin| {
                            let method = <dyn $interface as $crate::abi::Interface>::scalar_fn($index);
                            method.expect("the method takes registers")(plugin, $($registers)*)
                        })
                    }
                )?
            };
        )*
        $crate::__section!("plugix.implements", <dyn $interface as $crate::abi::Interface>::DESCRIPTOR);
    };
}

/// Describes the plugin itself.
#[doc(hidden)]
#[macro_export]
macro_rules! __plugin_section {
    ($plugin:ty, $threads:literal, $memory:literal) => {
        const _: () = {
            use $crate::abi::__private::{schema_of, write_plugin};
            use $crate::abi::interface::descriptor::Needs;

            const NEEDS: Needs = Needs { threads: $threads, memory: $memory };
            const CONFIG: &$crate::abi::__private::postcard_schema::schema::NamedType =
                schema_of::<<$plugin as $crate::Plugin>::Config>();
            const LEN: usize = write_plugin::<0>($crate::SDK_VERSION, NEEDS, CONFIG).len();
            const PLUGIN: [u8; LEN] = write_plugin::<LEN>($crate::SDK_VERSION, NEEDS, CONFIG).bytes();
            $crate::__section!("plugix.plugin", &PLUGIN);
        };
    };
}

/// Appends bytes to a custom section.
#[doc(hidden)]
#[macro_export]
macro_rules! __section {
    ($name:literal, $bytes:expr) => {
        const _: () = {
            // The caller's expression is evaluated in here: the names are none that a caller has.
            const __BYTES: &[u8] = $bytes;
            #[cfg(target_family = "wasm")]
            #[used]
            #[unsafe(link_section = $name)]
            static __RECORD: [u8; __BYTES.len()] = $crate::__private::array(__BYTES);
            // Elsewhere the bytes are made too: making them may give errors.
            #[cfg(not(target_family = "wasm"))]
            let _ = __BYTES;
        };
    };
}

/// The bytes as an array of their own length.
///
/// # Panics
/// When the length is another.
pub const fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    match bytes.first_chunk() {
        Some(array) if bytes.len() == N => *array,
        _ => panic!("the array has another length"),
    }
}

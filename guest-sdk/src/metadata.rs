//! Says who the plugin is.

/// Registers the plugin. Its name and version are those of its Cargo package; the description is given here.
///
/// Exports one constant struct, [`PluginMetadata`](crate::abi::PluginMetadata). The host reads it before it runs any of
/// the plugin's code. Use the macro exactly once in a plugin.
///
/// ```
/// plugix_guest::metadata!("Counts the words of a folder");
/// ```
#[macro_export]
macro_rules! metadata {
    ($description:expr $(,)?) => {
        const _: () = {
            #[used]
            #[unsafe(export_name = "plugix_metadata")]
            static METADATA: $crate::abi::PluginMetadata<*const u8> = $crate::abi::PluginMetadata::new(
                env!("CARGO_PKG_NAME"),
                env!("CARGO_PKG_VERSION"),
                $description,
                $crate::SDK_VERSION,
            );
        };

        // The same for those who only look at the module.
        const _: () = {
            use $crate::abi::__private::write_about;

            const WORDS: (&str, &str, &str) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"), $description);
            const LEN: usize = write_about::<0>(WORDS.0, WORDS.1, WORDS.2).len();
            const ABOUT: [u8; LEN] = write_about::<LEN>(WORDS.0, WORDS.1, WORDS.2).bytes();
            $crate::__section!("plugix.about", &ABOUT);
        };
    };
}

/// The version of this crate, which every plugin's metadata names.
pub const SDK_VERSION: &str = env!("CARGO_PKG_VERSION");

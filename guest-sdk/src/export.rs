//! Exports functions to the host.

/// Exports functions that take bytes and return something that is a [`Reply`](crate::Reply).
///
/// Each becomes a method that the host calls by its name. A panic inside is caught and reported.
///
/// ```
/// plugix_guest::export! {
///     /// Fails unless it is given UTF-8.
///     fn length(text: &[u8]) -> Result<Vec<u8>, String> {
///         let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
///         Ok(text.chars().count().to_string().into_bytes())
///     }
/// }
/// ```
#[macro_export]
macro_rules! export {
    ($( $(#[$attribute:meta])* fn $name:ident($args:ident: &[u8]) $(-> $reply:ty)? $body:block )*) => { $(
        const _: () = {
            $(#[$attribute])*
            fn $name($args: &[u8]) $(-> $reply)? $body

            // Elsewhere nobody calls it, and linkers take no such names.
            #[cfg_attr(target_family = "wasm", unsafe(export_name = concat!("plugix:", stringify!($name))))]
            #[cfg_attr(not(target_family = "wasm"), allow(dead_code))]
            extern "C" fn export(frame: u32) -> u32 {
                // SAFETY: the host calls this export with a frame that it has from `plugix_frame_new`.
                unsafe { $crate::call(frame, |args, output| $crate::Reply::reply($name(args), output)) }
            }
        };
    )* };
}

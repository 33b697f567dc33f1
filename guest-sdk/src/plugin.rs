//! The plugin's instance. It is made once from its configuration, and any thread calls it.

use crate::{Output, call, services};
use plugix_abi::interface::{Args, BadArguments, Output as _};
use plugix_abi::{Schema, Status};
use serde::de::DeserializeOwned;
use std::error::Error;
use std::io::Write as _;
use std::sync::OnceLock;

/// The plugin itself. `#[plugix_guest::plugin(description = "…")]` on the implementation registers it.
///
/// Several threads may call it at the same time. What changes stands behind locks or atomics.
pub trait Plugin: Send + Sync + Sized + 'static {
    /// What the host configures the plugin with; `()` if there is nothing.
    type Config: DeserializeOwned + Schema;

    /// Makes the instance, before anything else is called.
    ///
    /// # Errors
    /// When the plugin can't run with this configuration. The host shows the message.
    fn new(config: Self::Config) -> Result<Self, Box<dyn Error>>;

    /// Called once, after the plugin's last call and before the plugin is unloaded. A plugin that was stopped isn't
    /// asked.
    fn unload(&self) {}
}

/// A [`Plugin`] that is registered.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not registered as the plugin",
    note = "write `#[plugix_guest::plugin(description = \"…\")]` on `impl Plugin for {Self}`"
)]
pub trait Instance: Plugin {
    /// Where the instance is.
    fn slot() -> &'static OnceLock<Self>;
}

/// The instance.
///
/// # Panics
/// When the host calls a method before it has started the plugin.
#[inline]
pub fn instance<P: Instance>() -> &'static P {
    P::slot().get().expect("a plugin is started before it is called")
}

/// [`plugix_abi::export::START`].
///
/// # Safety
/// As for [`call`].
pub unsafe fn start<P: Instance>(frame: u32) -> u32 {
    // SAFETY: the caller's promise is the same.
    unsafe { call(frame, start_with::<P>) }
}

fn start_with<P: Instance>(args: &[u8], output: &mut Output<'_>) -> Status {
    let result = match config(args) {
        Ok(config) => {
            services::install();
            P::new(config)
        }
        Err(error) => return output.bad_arguments(&error),
    };
    let message = match result {
        Ok(instance) => match P::slot().set(instance) {
            Ok(()) => return Status::Ok,
            Err(_) => "the plugin is started already".to_owned(),
        },
        Err(error) => with_sources(&*error),
    };
    output.give(message.into_bytes());
    Status::Error
}

pub(crate) fn config<C: DeserializeOwned>(args: &[u8]) -> Result<C, BadArguments> {
    let mut args = Args::new(args);
    let config = args.value("config")?;
    args.end()?;
    Ok(config)
}

/// An error and what led to it, in one line.
pub(crate) fn with_sources(error: &dyn Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        message.push_str(": ");
        message.push_str(&error.to_string());
        source = error.source();
    }
    message
}

/// [`plugix_abi::export::UNLOAD`].
///
/// # Safety
/// As for [`call`].
pub unsafe fn unload<P: Instance>(frame: u32) -> u32 {
    // SAFETY: the caller's promise is the same.
    unsafe {
        call(frame, |_, _| {
            instance::<P>().unload();
            // `std` keeps what has no end of a line, and nothing else writes it: a plugin doesn't return from a `main`. If
            // it can't be written, nobody can be told.
            let _ = std::io::stdout().flush();
            Status::Ok
        })
    }
}

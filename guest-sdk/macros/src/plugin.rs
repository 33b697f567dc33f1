//! `#[plugin]`: the exports of a plugin and of the interfaces that it implements.

use crate::options::Options;
use crate::requests;
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::spanned::Spanned;
use syn::{Error, ItemImpl, Path, Result, Type};

pub(crate) fn expand(options: TokenStream, item: TokenStream) -> Result<TokenStream> {
    let has_options = !options.is_empty();
    let options: Options = syn::parse2(options)?;
    let not_an_impl = "`#[plugin]` stands on `impl Plugin for …` or on the `impl` of an interface";
    let item: ItemImpl = syn::parse2(item).map_err(|_| Error::new(Span::call_site(), not_an_impl))?;
    let Some((path, _)) = &item.trait_ else {
        return Err(Error::new(item.self_ty.span(), not_an_impl));
    };
    if !item.generics.params.is_empty() {
        let message = "a plugin is one type without generics: there is one instance of it";
        return Err(Error::new(item.generics.span(), message));
    }
    let is = |name| path.segments.last().is_some_and(|last| last.ident == name);
    let registration = if is("Plugin") {
        register_plugin(&options, &item.self_ty)?
    } else if has_options {
        let message = "what the plugin is stands on `impl Plugin`; an interface is exported with `#[plugin]` alone";
        return Err(Error::new(path.span(), message));
    } else if is("Stateful") {
        let plugin = &item.self_ty;
        quote!(::plugix_guest::__stateful!(#plugin);)
    } else {
        register_interface(path, &item.self_ty)
    };
    Ok(quote!(#item #registration))
}

fn register_plugin(options: &Options, plugin: &Type) -> Result<TokenStream> {
    let Options { description, threads, memory, requests } = options;
    let Some(description) = description else {
        let message = "say in a line what the plugin does: `#[plugin(description = \"…\")]`";
        return Err(Error::new(Span::call_site(), message));
    };
    let requests = requests::section(requests.as_ref(), options)?;
    Ok(quote! {
        // A second one is told by this name, and not by that of a symbol.
        #[doc(hidden)]
        #[macro_export]
        macro_rules! a_plugin_has_one_impl_of_Plugin {
            () => {};
        }

        ::plugix_guest::metadata!(#description);

        impl ::plugix_guest::__private::Instance for #plugin {
            #[inline]
            fn slot() -> &'static ::std::sync::OnceLock<Self> {
                static SLOT: ::std::sync::OnceLock<#plugin> = ::std::sync::OnceLock::new();
                &SLOT
            }
        }

        const _: () = {
            #[unsafe(export_name = "plugix_start")]
            extern "C" fn start(frame: u32) -> u32 {
                // SAFETY: the host calls this export with a frame that it has from `plugix_frame_new`.
                unsafe { ::plugix_guest::__private::start::<#plugin>(frame) }
            }

            #[unsafe(export_name = "plugix_unload")]
            extern "C" fn unload(frame: u32) -> u32 {
                // SAFETY: as for `start`.
                unsafe { ::plugix_guest::__private::unload::<#plugin>(frame) }
            }
        };

        ::plugix_guest::__plugin_section!(#plugin, #threads, #memory);
        #requests
        ::plugix_guest::uses!(::plugix_guest::abi::services::Services);
    })
}

/// The macro that has the interface's name lists the methods.
fn register_interface(interface: &Path, plugin: &Type) -> TokenStream {
    quote! {
        #interface! { [::plugix_guest::__implement] (#plugin) (#interface) }
    }
}

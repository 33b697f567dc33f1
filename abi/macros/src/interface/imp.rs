//! `impl Interface for dyn Trait`, and a `Method` for each of its methods.

use super::Contract;
use super::method::{Arg, MAX_REGISTERS, Method};
use super::types::{ArgKind, ReturnKind, with_static_lifetimes};
use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::{Type, parse_quote};

/// How many parameters an import takes for a call in memory: a pointer and a length for the arguments, and two for the
/// result.
const FRAME_PARAMETERS: usize = 4;

pub(super) fn expand(contract: &Contract) -> TokenStream {
    let abi = &contract.options.abi;
    let interface = contract.dyn_type();
    let name = &contract.ident;
    let client = &contract.client;
    let info = info(contract);
    // Another name than the trait's, whatever that is.
    let shared = format_ident!("Shared{name}");
    let methods = contract.methods.iter().map(|method| method_impl(contract, method));
    let frames = contract.methods.iter().map(|Method { index, .. }| {
        quote!(#index => ::core::option::Option::Some(<Self as #abi::interface::Method<#index>>::dispatch::<__O>))
    });
    let scalars = contract.methods.iter().filter(|method| method.is_scalar()).map(|method| {
        let index = method.index;
        let run = scalar_fn(contract, method);
        quote!(#index => ::core::option::Option::Some(#run))
    });
    quote! {
        const _: () = {
            ::core::assert!(#abi::interface::MAX_REGISTERS == #MAX_REGISTERS);

            impl #abi::interface::Interface for #interface {
                const INFO: &'static #abi::interface::InterfaceInfo = &#info;
                const DESCRIPTOR: &'static [u8] = {
                    const INFO: &#abi::interface::InterfaceInfo = <#interface as #abi::interface::Interface>::INFO;
                    const LEN: usize = #abi::__private::write_interface::<0>(INFO).len();
                    const BYTES: [u8; LEN] = #abi::__private::write_interface::<LEN>(INFO).bytes();
                    &BYTES
                };

                type Client<__C: #abi::interface::Caller> = #client<__C>;

                #[inline]
                fn client<__C: #abi::interface::Caller>(caller: __C) -> #client<__C> {
                    #client { caller }
                }

                #[inline]
                fn frame_fn<__O: #abi::interface::Output>(
                    method: usize,
                ) -> ::core::option::Option<#abi::interface::FrameFn<Self, __O>> {
                    match method {
                        #(#frames,)*
                        _ => ::core::option::Option::None,
                    }
                }

                #[inline]
                fn scalar_fn(method: usize) -> ::core::option::Option<#abi::interface::ScalarFn<Self>> {
                    match method {
                        #(#scalars,)*
                        _ => ::core::option::Option::None,
                    }
                }
            }

            impl #interface {
                /// Shares an implementation of this interface. Every plugin that gets it calls the same one.
                pub fn provider<__T>(implementation: __T) -> #abi::interface::Provider<Self>
                where
                    __T: #name + ::core::marker::Send + ::core::marker::Sync + 'static,
                {
                    struct #shared<__T>(__T);

                    impl<__T> #abi::interface::Provide<#interface> for #shared<__T>
                    where
                        __T: #name + ::core::marker::Send + ::core::marker::Sync + 'static,
                    {
                        #[inline]
                        fn get(&self) -> &#interface {
                            &self.0
                        }
                    }

                    #abi::interface::Provider::new(#shared(implementation))
                }
            }

            #(#methods)*
        };
    }
}

fn info(contract: &Contract) -> TokenStream {
    let abi = &contract.options.abi;
    let Contract { name, docs, .. } = contract;
    let [major, minor, patch] = contract.options.version;
    let methods = contract.methods.iter().map(|method| {
        let Method { docs, signature, optional, history, .. } = method;
        let (since, was, repeatable) = (history.since(abi), &history.was, history.repeatable);
        let name = method.ident.to_string();
        let import = if method.is_scalar() { quote!(Scalar) } else { quote!(Frame) };
        let args = method.args.iter().map(|arg| {
            let name = arg.ident.to_string();
            let shape = arg_shape(abi, arg);
            quote!(#abi::interface::ArgInfo { name: #name, shape: #shape })
        });
        let value = return_shape(abi, method);
        let error = match &method.error {
            None => quote!(::core::option::Option::None),
            Some(error) => {
                let schema = schema(abi, error);
                quote!(::core::option::Option::Some(#schema))
            }
        };
        quote! {
            #abi::interface::MethodInfo {
                name: #name,
                docs: #docs,
                signature: #signature,
                optional: #optional,
                since: #since,
                was: &[#(#was),*],
                repeatable: #repeatable,
                import: #abi::interface::ImportKind::#import,
                args: &[#(#args),*],
                returns: #abi::interface::ReturnInfo { value: #value, error: #error },
            }
        }
    });
    quote! {
        #abi::interface::InterfaceInfo {
            name: #name,
            version: #abi::interface::Version { major: #major, minor: #minor, patch: #patch },
            docs: #docs,
            methods: &[#(#methods),*],
        }
    }
}

fn schema(abi: &syn::Path, ty: &Type) -> TokenStream {
    let ty = with_static_lifetimes(ty);
    quote!(#abi::__private::schema_of::<#ty>())
}

fn arg_shape(abi: &syn::Path, arg: &Arg) -> TokenStream {
    match &arg.kind {
        ArgKind::Pod(element) => quote!(#abi::interface::Shape::pod::<#element>()),
        ArgKind::Stream(item) => {
            let schema = schema(abi, item);
            quote!(#abi::interface::Shape::Stream(#schema))
        }
        _ => {
            let schema = schema(abi, &arg.ty);
            quote!(#abi::interface::Shape::Value(#schema))
        }
    }
}

fn return_shape(abi: &syn::Path, method: &Method) -> TokenStream {
    match &method.kind {
        ReturnKind::Bytes => quote!(#abi::interface::Shape::Bytes),
        ReturnKind::Text => quote!(#abi::interface::Shape::Text),
        ReturnKind::Pod(element) => quote!(#abi::interface::Shape::pod::<#element>()),
        ReturnKind::Stream(item) => {
            let schema = schema(abi, item);
            quote!(#abi::interface::Shape::Stream(#schema))
        }
        ReturnKind::SmallScalar | ReturnKind::Value => {
            let schema = schema(abi, &method.value);
            quote!(#abi::interface::Shape::Value(#schema))
        }
    }
}

fn return_type(abi: &syn::Path, method: &Method) -> TokenStream {
    let Method { value, .. } = method;
    let plain = match &method.kind {
        ReturnKind::Bytes | ReturnKind::Text | ReturnKind::Pod(_) => quote!(#abi::interface::Raw<#value>),
        ReturnKind::Stream(item) => quote!(#abi::interface::Streamed<#item>),
        _ if method.is_scalar() => quote!(#abi::interface::ScalarReturn<#value>),
        _ => quote!(#abi::interface::Postcard<#value>),
    };
    match &method.error {
        None => plain,
        Some(error) => quote!(#abi::interface::Fallible<#plain, #error>),
    }
}

fn method_impl(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let interface = contract.dyn_type();
    let name = &contract.ident;
    let index = method.index;
    let ident = &method.ident;
    let return_type = return_type(abi, method);
    let import = import(contract, method);
    let locals: Vec<_> = method.args.iter().map(|arg| &arg.ident).collect();
    let reads = method.args.iter().map(|arg| read(abi, arg));
    let passed = method.args.iter().map(|Arg { ident, kind, .. }| match kind {
        ArgKind::Slice(_) | ArgKind::Ref(_) => quote!(&#ident),
        _ => ident.to_token_stream(),
    });
    quote! {
        impl #abi::interface::Method<#index> for #interface {
            type Return = #return_type;

            #import

            #[inline]
            fn dispatch<__O: #abi::interface::Output>(&self, args: &[u8], output: &mut __O) -> #abi::Status {
                let read = || {
                    let mut args = #abi::interface::Args::bounded(args, output.bounds());
                    #(#reads)*
                    args.end()?;
                    ::core::result::Result::Ok::<_, #abi::interface::BadArguments>((#(#locals,)*))
                };
                match read() {
                    ::core::result::Result::Ok((#(#locals,)*)) => {
                        let returned = <Self as #name>::#ident(self, #(#passed),*);
                        <#return_type as #abi::interface::Return>::put(returned, output)
                    }
                    ::core::result::Result::Err(error) => output.bad_arguments(&error),
                }
            }
        }
    }
}

/// Reads one argument into a variable of its name.
fn read(abi: &syn::Path, Arg { ident, ty, kind }: &Arg) -> TokenStream {
    let name = ident.to_string();
    match kind {
        ArgKind::BytesRef => quote!(let #ident = args.bytes(#name)?;),
        ArgKind::BytesVec => quote!(let #ident = #abi::__private::Vec::from(args.bytes(#name)?);),
        ArgKind::Pod(element) => quote!(let #ident = args.pod::<#element>(#name)?;),
        ArgKind::Stream(item) => quote!(let #ident = args.stream::<#item, __O>(#name, output)?;),
        ArgKind::Slice(element) => quote!(let #ident = args.value::<#abi::__private::Vec<#element>>(#name)?;),
        ArgKind::Ref(owned) => quote!(let #ident = args.value::<#owned>(#name)?;),
        ArgKind::Str | ArgKind::Scalar | ArgKind::Value => quote!(let #ident = args.value::<#ty>(#name)?;),
    }
}

fn scalar_fn(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let name = &contract.ident;
    let ident = &method.ident;
    let registers: Vec<_> = (0..MAX_REGISTERS).map(|i| format_ident!("register{i}")).collect();
    let unused = &registers[method.args.len()..];
    let args = method
        .args
        .iter()
        .zip(&registers)
        .map(|(Arg { ty, .. }, register)| quote!(<#ty as #abi::interface::Scalar>::from_bits(#register)?));
    quote! {
        |this, #(#registers),*| {
            #(let _ = #unused;)*
            let returned = <Self as #name>::#ident(this, #(#args),*);
            ::core::option::Option::Some(#abi::interface::Scalar::to_bits(returned) as u32)
        }
    }
}

/// The function that a plugin imports.
fn import(contract: &Contract, method: &Method) -> TokenStream {
    let abi = &contract.options.abi;
    let module = format!("plugix:{}", contract.name);
    let name = method.ident.to_string();
    let (variant, count, register): (_, _, Type) = if method.is_scalar() {
        (format_ident!("Scalar{}", method.args.len()), method.args.len(), parse_quote!(u64))
    } else {
        (format_ident!("Frame"), FRAME_PARAMETERS, parse_quote!(u32))
    };
    let registers = vec![register; count];
    quote! {
        #[cfg(target_family = "wasm")]
        const IMPORT: #abi::interface::Import = {
            #[link(wasm_import_module = #module)]
            unsafe extern "C" {
                #[link_name = #name]
                safe fn import(#(_: #registers),*) -> u64;
            }
            #abi::interface::Import::#variant(import)
        };
    }
}

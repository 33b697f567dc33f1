//! `#[since("1.1")]` and `#[was("name")]`: what a method was in earlier versions of its interface.

use super::options::parse_version;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Ident, ItemTrait, LitStr, Path, Result, TraitItem};

/// What a method was in earlier versions.
#[derive(Default)]
pub(super) struct History {
    since: Option<[u32; 3]>,
    /// Earlier names, the last first.
    pub(super) was: Vec<String>,
}

impl History {
    pub(super) fn new(attributes: &[Attribute]) -> Result<Self> {
        let mut history = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("since") {
                let version: LitStr = attribute.parse_args()?;
                history.since = Some(parse_version(&version)?);
            } else if attribute.path().is_ident("was") {
                let name: LitStr = attribute.parse_args()?;
                if syn::parse_str::<syn::Ident>(&name.value()).is_err() {
                    return Err(Error::new(name.span(), "the name that the method had, such as `#[was(\"count\")]`"));
                }
                history.was.push(name.value());
            }
        }
        Ok(history)
    }

    /// Whether sides of earlier versions lack the method.
    pub(super) fn is_later(&self) -> bool {
        self.since.is_some()
    }

    pub(super) fn check(&self, version: [u32; 3], method: &Ident) -> Result<()> {
        match self.since {
            Some(since) if since > version || since[0] != version[0] => {
                let message =
                    "a method is there since an earlier version with the same first number, or since this one";
                Err(Error::new(method.span(), message))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn since(&self, abi: &Path) -> TokenStream {
        match self.since {
            None => quote!(::core::option::Option::None),
            Some([major, minor, patch]) => quote!(::core::option::Option::Some(
                #abi::interface::Version { major: #major, minor: #minor, patch: #patch }
            )),
        }
    }
}

/// Removes the attributes from the trait, because the compiler doesn't know them.
pub(super) fn remove(item: &mut ItemTrait) {
    for item in &mut item.items {
        if let TraitItem::Fn(function) = item {
            function.attrs.retain(|attribute| !attribute.path().is_ident("since") && !attribute.path().is_ident("was"));
        }
    }
}

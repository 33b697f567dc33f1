//! What stands above a method: `#[since("1.1")]` and `#[was("name")]` say what it was in earlier versions of its
//! interface, and `#[repeatable]` says that it may run twice.

use super::method::Method;
use super::options::parse_version;
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Error, Ident, ItemTrait, LitStr, Path, Result, TraitItem};

/// The attributes that the compiler doesn't know.
const OWN: [&str; 3] = ["since", "was", "repeatable"];

/// What a method was in earlier versions.
#[derive(Default)]
pub(super) struct History {
    since: Option<[u32; 3]>,
    /// Earlier names, the last first.
    pub(super) was: Vec<String>,
    /// Whether a call may run twice.
    pub(super) repeatable: bool,
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
            } else if attribute.path().is_ident("repeatable") {
                attribute.meta.require_path_only()?;
                history.repeatable = true;
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

    /// Refuses a method that has an earlier name of another one, and doesn't say that it came later.
    pub(super) fn check_names(methods: &[Method]) -> Result<()> {
        methods.iter().filter(|method| !method.history.is_later()).try_for_each(|method| {
            match methods.iter().find(|other| method.ident != other.ident && other.history.has_name(&method.ident)) {
                Some(other) => {
                    let message = format!(
                        "this was the name of `{}`: say with `#[since(\"…\")]` when it became another's",
                        other.ident
                    );
                    Err(Error::new(method.ident.span(), message))
                }
                None => Ok(()),
            }
        })
    }

    fn has_name(&self, name: &Ident) -> bool {
        self.was.iter().any(|was| name == was)
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
            function.attrs.retain(|attribute| !OWN.iter().any(|own| attribute.path().is_ident(own)));
        }
    }
}

//! One method: what it takes, what it returns, and whether that can cross the boundary.

use super::history::History;
use super::types::{ArgKind, ReturnKind, arg_kind, generic, result_types, return_kind};
use super::{Errors, words};
use crate::crossing;
use syn::{
    Attribute, Error, FnArg, GenericParam, Ident, Pat, PatType, Receiver, ReceiverKind, Result, ReturnType, Safety,
    Signature, TraitItemFn, Type, parse_quote,
};

/// The same as `plugix_abi::interface::MAX_REGISTERS`. This crate can't depend on that one, so the generated code
/// asserts that the two are equal.
pub(super) const MAX_REGISTERS: usize = 4;

pub(super) struct Method {
    /// The method's place in the trait.
    pub(super) index: usize,
    pub(super) ident: Ident,
    pub(super) doc_attributes: Vec<Attribute>,
    pub(super) docs: String,
    pub(super) signature: String,
    pub(super) args: Vec<Arg>,
    pub(super) value: Type,
    pub(super) kind: ReturnKind,
    pub(super) error: Option<Type>,
    /// Whether there is a default body.
    pub(super) optional: bool,
    /// The version that it came with, its earlier names, and whether it may run twice.
    pub(super) history: History,
}

pub(super) struct Arg {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) kind: ArgKind,
}

impl Method {
    pub(super) fn new(index: usize, function: &TraitItemFn) -> Result<Self> {
        let sig = &function.sig;
        let mut errors = Errors::default();
        errors.keep(check_form(function));
        let mut args = Vec::new();
        for input in sig.inputs.iter().skip(1) {
            match Arg::new(input) {
                Ok(arg) => args.push(arg),
                Err(error) => errors.push(error),
            }
        }
        let returned = match &sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => (**ty).clone(),
        };
        let (value, error) = match result_types(&returned) {
            Some((value, error)) => (value.clone(), Some(error.clone())),
            None => (returned.clone(), None),
        };
        errors.keep(check_returned(&returned, &value));
        let history = History::new(&function.attrs).unwrap_or_else(|error| {
            errors.push(error);
            History::default()
        });
        if function.default.is_some()
            && let Some(stream) = args.iter().find(|arg| matches!(arg.kind, ArgKind::Stream(_)))
        {
            // A stream can be sent once. After that the default body can't have it.
            let message = "a method with a default body takes no stream: add a required method, or another interface";
            errors.push(Error::new_spanned(&stream.ty, message));
        }
        errors.finish()?;
        Ok(Self {
            index,
            ident: sig.ident.clone(),
            doc_attributes: function.attrs.iter().filter(|a| a.path().is_ident("doc")).cloned().collect(),
            docs: words::docs(&function.attrs),
            signature: words::signature(sig),
            args,
            kind: return_kind(&value),
            value,
            error,
            optional: function.default.is_some(),
            history,
        })
    }

    /// Whether arguments and result fit registers.
    pub(super) fn is_scalar(&self) -> bool {
        self.args.len() <= MAX_REGISTERS
            && self.args.iter().all(|arg| matches!(arg.kind, ArgKind::Scalar))
            && self.error.is_none()
            && matches!(self.kind, ReturnKind::SmallScalar)
    }
}

impl Arg {
    fn new(input: &FnArg) -> Result<Self> {
        let FnArg::Typed(PatType { pat, ty, .. }) = input else {
            return Err(Error::new_spanned(input, "the receiver stands first"));
        };
        let Pat::Ident(pattern) = &**pat else {
            return Err(Error::new_spanned(pat, "name this argument: the name shows in messages and in JSON"));
        };
        check_type(ty)?;
        if let Type::Reference(reference) = &**ty
            && reference.mutability.is_some()
        {
            let message = "the other side has memory of its own: take a value and return the changed one";
            return Err(Error::new_spanned(ty, message));
        }
        if generic(ty, "PodVec").is_some() {
            return Err(Error::new_spanned(ty, "an argument is borrowed: write `PodSlice<'_, T>`"));
        }
        Ok(Self { ident: pattern.ident.clone(), ty: (**ty).clone(), kind: arg_kind(ty) })
    }
}

fn check_form(function: &TraitItemFn) -> Result<()> {
    let sig = &function.sig;
    if let Some(attribute) = function.attrs.iter().find(|a| a.path().is_ident("cfg") || a.path().is_ident("cfg_attr")) {
        let message = "a method of an interface is there for both sides: remove the condition";
        return Err(Error::new_spanned(attribute, message));
    }
    if let Some(asyncness) = &sig.asyncness {
        let message = "a method of an interface is not async: start a thread in it, or return when it is done";
        return Err(Error::new_spanned(asyncness, message));
    }
    if let Safety::Unsafe(token) = &sig.safety {
        return Err(Error::new_spanned(token, "a method of an interface is safe: remove `unsafe`"));
    }
    if let Some(abi) = &sig.abi {
        return Err(Error::new_spanned(abi, "a method of an interface is an ordinary one: remove `extern`"));
    }
    check_generics(sig)?;
    check_receiver(sig)
}

fn check_generics(sig: &Signature) -> Result<()> {
    match sig.generics.params.first() {
        Some(GenericParam::Lifetime(_)) => Err(Error::new_spanned(
            &sig.generics,
            "a method of an interface names no lifetimes: leave them out or write `'_`",
        )),
        Some(_) => Err(Error::new_spanned(
            &sig.generics,
            "a method of an interface has no generics: write the types that cross the boundary",
        )),
        None => match &sig.generics.where_clause {
            Some(clause) => Err(Error::new_spanned(clause, "a method of an interface has no bounds")),
            None => Ok(()),
        },
    }
}

fn check_receiver(sig: &Signature) -> Result<()> {
    let message = "a method of an interface takes `&self`: keep what changes behind a lock or an atomic";
    match sig.receiver() {
        Some(Receiver { kind: ReceiverKind::Reference(_, _, None), mutability: None, .. }) => Ok(()),
        Some(receiver) => Err(Error::new_spanned(receiver, message)),
        None => Err(Error::new_spanned(&sig.ident, message)),
    }
}

fn check_type(ty: &Type) -> Result<()> {
    match ty {
        Type::ImplTrait(_) => Err(Error::new_spanned(ty, "write the type that crosses the boundary, not `impl Trait`")),
        Type::TraitObject(_) => Err(Error::new_spanned(ty, "a trait object can't cross the boundary: pass its data")),
        Type::Ptr(_) | Type::FnPtr(_) => {
            Err(Error::new_spanned(ty, "an address means nothing on the other side: pass the data"))
        }
        Type::Reference(reference) => check_type(&reference.elem),
        Type::Path(path)
            if path.path.segments.last().is_some_and(|last| UNSIZED.contains(&&*last.ident.to_string())) =>
        {
            Err(Error::new_spanned(ty, "it has no size of its own: write `&str`, or `PathBuf` and `String`"))
        }
        _ => crossing::check(ty),
    }
}

/// What a reference may not lead to.
const UNSIZED: [&str; 3] = ["Path", "OsStr", "CStr"];

fn check_returned(returned: &Type, value: &Type) -> Result<()> {
    check_type(value)?;
    if let Some((_, error)) = result_types(returned) {
        check_type(error)?;
    }
    if let Type::Reference(_) = value {
        let message = "a result is copied to the other side: return an owned type, such as `String` or `Vec<T>`";
        return Err(Error::new_spanned(value, message));
    }
    if generic(value, "PodSlice").is_some() {
        return Err(Error::new_spanned(value, "a result is owned: write `PodVec<T>`"));
    }
    if generic(returned, "Result").is_some() {
        let message = "write both types, `Result<T, E>`: an alias hides the error's type";
        return Err(Error::new_spanned(returned, message));
    }
    Ok(())
}

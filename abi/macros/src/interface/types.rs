//! What a type's tokens say about how it travels.

use syn::visit_mut::{VisitMut, visit_type_mut, visit_type_reference_mut};
use syn::{GenericArgument, Lifetime, PathArguments, Type, TypeReference};

/// How an argument travels.
pub(super) enum ArgKind {
    /// `&[u8]`
    BytesRef,
    /// `Vec<u8>`
    BytesVec,
    /// `&str`
    Str,
    /// Any other `&[T]`: decoded as a `Vec`, then borrowed.
    Slice(Type),
    /// Any other `&T`: decoded as a `T`, then borrowed.
    Ref(Type),
    /// `PodSlice<'_, T>`
    Pod(Type),
    /// `Stream<T>`
    Stream(Type),
    /// A number of at most 64 bits.
    Scalar,
    /// Any other type.
    Value,
}

/// How a result travels.
pub(super) enum ReturnKind {
    /// `Vec<u8>`
    Bytes,
    /// `String`
    Text,
    /// `PodVec<T>`
    Pod(Box<Type>),
    /// `Stream<T>`
    Stream(Box<Type>),
    /// A number of at most 32 bits, or nothing.
    SmallScalar,
    /// Any other type.
    Value,
}

pub(super) fn arg_kind(ty: &Type) -> ArgKind {
    match ty {
        Type::Reference(reference) => ref_kind(&reference.elem),
        _ if is_vec_of_bytes(ty) => ArgKind::BytesVec,
        _ if is_one_of(ty, &["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool", "f32", "f64"]) => {
            ArgKind::Scalar
        }
        _ => match (generic(ty, "PodSlice"), generic(ty, "Stream")) {
            (Some(element), _) => ArgKind::Pod(element.clone()),
            (_, Some(item)) => ArgKind::Stream(item.clone()),
            _ => ArgKind::Value,
        },
    }
}

fn ref_kind(target: &Type) -> ArgKind {
    match target {
        Type::Slice(slice) if is_one_of(&slice.elem, &["u8"]) => ArgKind::BytesRef,
        Type::Slice(slice) => ArgKind::Slice((*slice.elem).clone()),
        _ if is_one_of(target, &["str"]) => ArgKind::Str,
        _ => ArgKind::Ref(target.clone()),
    }
}

pub(super) fn return_kind(ty: &Type) -> ReturnKind {
    match ty {
        Type::Tuple(tuple) if tuple.elems.is_empty() => ReturnKind::SmallScalar,
        _ if is_vec_of_bytes(ty) => ReturnKind::Bytes,
        _ if is_one_of(ty, &["String"]) => ReturnKind::Text,
        _ if is_one_of(ty, &["u8", "u16", "u32", "i8", "i16", "i32", "bool", "f32"]) => ReturnKind::SmallScalar,
        _ => match (generic(ty, "PodVec"), generic(ty, "Stream")) {
            (Some(element), _) => ReturnKind::Pod(Box::new(element.clone())),
            (_, Some(item)) => ReturnKind::Stream(Box::new(item.clone())),
            _ => ReturnKind::Value,
        },
    }
}

/// The two types of a `Result<T, E>`.
pub(super) fn result_types(ty: &Type) -> Option<(&Type, &Type)> {
    match generics(ty, "Result")?.as_slice() {
        [value, error] => Some((value, error)),
        _ => None,
    }
}

/// The only type argument of `Name<T>`.
pub(super) fn generic<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    match generics(ty, name)?.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

fn generics<'a>(ty: &'a Type, name: &str) -> Option<Vec<&'a Type>> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    if last.ident != name {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    let types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    Some(types.collect())
}

fn is_vec_of_bytes(ty: &Type) -> bool {
    generic(ty, "Vec").is_some_and(|element| is_one_of(element, &["u8"]))
}

fn is_one_of(ty: &Type, names: &[&str]) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.arguments.is_none() && names.iter().any(|n| last.ident == n))
}

/// The type with every lifetime `'static`, for places that have no other lifetime.
pub(super) fn with_static_lifetimes(ty: &Type) -> Type {
    struct Static;
    impl VisitMut for Static {
        fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
            *lifetime = Lifetime::new("'static", lifetime.span());
        }

        fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
            reference.lifetime = Some(Lifetime::new("'static", reference.and_token.span));
            visit_type_reference_mut(self, reference);
        }
    }
    let mut ty = ty.clone();
    visit_type_mut(&mut Static, &mut ty);
    ty
}

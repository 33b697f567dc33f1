//! Types that can't cross, as far as their tokens say so: each with what to write instead.
//!
//! What the tokens don't say, such as what is behind an alias, the trait `Schema` says.

use proc_macro2::Ident;
use syn::visit_mut::{VisitMut, visit_type_array_mut, visit_type_mut, visit_type_path_mut};
use syn::{Error, Expr, ExprLit, Lit, Result, Type, TypeArray, TypePath, TypeTraitObject};

/// Serde encodes arrays up to this length.
const MAX_ARRAY: u64 = 32;

/// Refuses a type of an argument or a result that can't be encoded.
pub(crate) fn check(ty: &Type) -> Result<()> {
    let mut found = Found { within: None, arrays: true, error: None };
    found.visit_type_mut(&mut ty.clone());
    found.error.map_or(Ok(()), Err)
}

/// Refuses a type of a field that can't be encoded. `within` is the type that has the field. `is_pod` says whether it may be
/// an element of a `PodVec`: such elements have arrays of any length.
pub(crate) fn check_field(ty: &Type, within: &Ident, is_pod: bool) -> Result<()> {
    let mut found = Found { within: Some(within), arrays: !is_pod, error: None };
    found.visit_type_mut(&mut ty.clone());
    found.error.map_or(Ok(()), Err)
}

struct Found<'a> {
    within: Option<&'a Ident>,
    /// Whether arrays are encoded by serde.
    arrays: bool,
    error: Option<Error>,
}

impl Found<'_> {
    fn refuse(&mut self, tokens: &impl quote::ToTokens, message: &str) {
        self.error.get_or_insert_with(|| Error::new_spanned(tokens, message));
    }
}

impl VisitMut for Found<'_> {
    fn visit_type_mut(&mut self, ty: &mut Type) {
        if self.error.is_none() {
            visit_type_mut(self, ty);
        }
    }

    fn visit_type_path_mut(&mut self, path: &mut TypePath) {
        let names: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["usize" | "isize"] => self.refuse(
                path,
                "`usize` and `isize` have another size in a plugin: write `u32` or `u64`, `i32` or `i64`",
            ),
            ["std", "time", "Instant"] | ["time", "Instant"] => {
                self.refuse(path, "an `Instant` means nothing in another process: pass a `Duration`, or a `SystemTime`")
            }
            ["Self"] => self.refuse(path, RECURSIVE),
            [name] if self.within.is_some_and(|within| within == name) => self.refuse(path, RECURSIVE),
            _ => visit_type_path_mut(self, path),
        }
    }

    fn visit_type_array_mut(&mut self, array: &mut TypeArray) {
        if let (true, Expr::Lit(ExprLit { lit: Lit::Int(len), .. })) = (self.arrays, &array.len)
            && len.base10_parse::<u64>().is_ok_and(|len| len > MAX_ARRAY)
        {
            let message = "serde encodes arrays of up to 32 elements: write `Vec<T>`, or `[[T; 32]; 2]` and the like, or \
                `PodSlice<'_, T>` and `PodVec<T>` for memory as it is";
            return self.refuse(array, message);
        }
        visit_type_array_mut(self, array);
    }

    fn visit_type_trait_object_mut(&mut self, object: &mut TypeTraitObject) {
        let message = "a trait object can't cross: pass its data, and of an error its text or an enum of your own";
        self.refuse(object, message);
    }
}

const RECURSIVE: &str = "a type that contains itself can't cross: its schema would have no end. Pass a list of nodes that name \
    each other by their index";

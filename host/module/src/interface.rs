//! Whether a caller and an implementation of an interface fit together, and what has to be rewritten between them.
//!
//! They do if their versions have the same major number, and the implementation has every method of the caller's that is
//! no later addition, in the same form or in one that was changed in an allowed way ([`plan`]). Methods that only the
//! implementation has don't matter.

mod difference;
mod error;
mod plan;
mod rewrite;
#[cfg(test)]
mod tests;

pub use difference::Difference;
pub use error::InterfaceError;
pub use rewrite::Rewrite;

use difference::{Side, Sides};
use plan::{Plan, compare};
use plugix_abi::interface::descriptor::{Descriptor, MethodDescriptor, Type, hash_method, read_interfaces};
use plugix_abi::interface::{
    Bind, Bounds, Caller, Contract, DecodeError, EncodeArgs, FailureOf, Interface, InterfaceInfo, Method, MethodInfo,
    Shape, ValueOf, Version,
};
use rewrite::Argument;
use std::sync::Arc;

/// A method of a caller's, as the implementation has it.
#[derive(Clone, Debug)]
pub struct Fit {
    /// Its place among the methods of the implementation.
    pub method: usize,
    /// What is rewritten on the way, if anything is.
    pub rewrites: Option<Arc<Rewrites>>,
}

/// What is rewritten on the way between a caller and an implementation. `None` is passed on as it is.
#[derive(Debug, Default)]
pub struct Rewrites {
    arguments: Option<Vec<Argument>>,
    /// The items of each argument that is a stream, in the order of the arguments.
    pub streams: Vec<Option<Arc<Rewrite>>>,
    /// The result, or the items of a stream that it is.
    pub value: Option<Arc<Rewrite>>,
    /// The method's own error.
    pub error: Option<Arc<Rewrite>>,
}

impl Rewrites {
    /// The arguments as the implementation reads them. `None` if they are that already.
    ///
    /// # Errors
    /// When the bytes are no such arguments, when the result takes more memory than the bounds say, or when it is over.
    pub fn arguments(&self, bytes: &[u8], bounds: Bounds) -> Result<Option<Vec<u8>>, DecodeError> {
        self.arguments.as_ref().map(|arguments| rewrite::arguments(arguments, bytes, bounds)).transpose()
    }
}

/// Finds the interface that a caller wants among those that a plugin implements. Returns each method of the caller's
/// that the plugin has.
///
/// # Errors
/// When the plugin lacks the interface or doesn't fit it.
pub fn find<I: Interface + ?Sized>(implemented: &[Descriptor]) -> Result<Vec<Option<Fit>>, InterfaceError> {
    let Some(found) = implemented.iter().find(|found| found.name == I::NAME) else {
        return Err(InterfaceError::NotImplemented {
            interface: I::NAME.to_owned(),
            implemented: implemented.iter().map(|found| found.name.clone()).collect(),
        });
    };
    let same = |method: &MethodInfo| {
        let there = |it: &&MethodDescriptor| it.name == method.name && it.hash == hash_method(method);
        let is_later = is_after(method.since, found.version);
        let at = found.methods.iter().position(|it| there(&it) && !is_after(it.since, I::VERSION) && !is_later)?;
        Some(Some(Fit { method: at, rewrites: None }))
    };
    // Most plugins have all methods in the same form. Then the types are not looked at.
    let all = I::METHODS.iter().map(same).collect::<Option<Vec<_>>>();
    match all {
        Some(all) if I::VERSION.major == found.version.major => Ok(all),
        _ => fit(&own(I::INFO, I::DESCRIPTOR)?, found),
    }
}

/// Checks that a plugin with these interfaces fits a contract.
///
/// # Errors
/// As for [`find`].
pub fn check<I: Contract + ?Sized>(implemented: &[Descriptor]) -> Result<(), InterfaceError> {
    I::bind(&Implemented(implemented)).map(drop)
}

/// Interfaces of a plugin that doesn't run.
struct Implemented<'a>(&'a [Descriptor]);

impl Bind for Implemented<'_> {
    type Caller = Nobody;
    type Error = InterfaceError;

    fn bind<I: Interface + ?Sized>(&self) -> Result<Nobody, InterfaceError> {
        find::<I>(self.0).map(|_| Nobody)
    }

    fn is_other_version(error: &InterfaceError) -> bool {
        error.is_other_version()
    }
}

/// Carries no calls: nobody has a client with it.
struct Nobody;

impl Caller for Nobody {
    type Error = &'static str;

    fn call<I, const METHOD: usize, A>(&self, _: &A) -> Result<ValueOf<I, METHOD>, FailureOf<I, METHOD, &'static str>>
    where
        I: Method<METHOD> + ?Sized,
        A: EncodeArgs,
    {
        Err("the plugin doesn't run".into())
    }

    fn provides<I: Interface + ?Sized>(&self, _: usize) -> bool {
        false
    }

    fn is_not_provided(_: &&'static str) -> bool {
        false
    }
}

/// What an interface says of itself, as it is read from a plugin.
///
/// # Errors
/// When it is larger than what is read from a plugin.
pub fn own(info: &InterfaceInfo, descriptor: &[u8]) -> Result<Descriptor, InterfaceError> {
    let read = read_interfaces(descriptor).ok().and_then(|mut read| read.pop());
    read.ok_or_else(|| InterfaceError::TooLarge { interface: info.name.to_owned() })
}

/// Compares what a caller wants with what an implementation has. Returns each method of the caller's that is there.
///
/// # Errors
/// When the two don't fit.
pub fn fit(wanted: &Descriptor, found: &Descriptor) -> Result<Vec<Option<Fit>>, InterfaceError> {
    check_version(wanted, found)?;
    wanted.methods.iter().map(|method| fit_method(wanted, method, found)).collect()
}

/// All that keeps a caller from an implementation.
pub(crate) fn differences(wanted: &Descriptor, found: &Descriptor) -> Vec<InterfaceError> {
    match check_version(wanted, found) {
        Ok(()) => wanted.methods.iter().filter_map(|method| fit_method(wanted, method, found).err()).collect(),
        Err(error) => vec![error],
    }
}

/// Compares the type of a configuration with the one that a plugin reads.
pub(crate) fn compare_types(given: &Type, read: &Type) -> Result<(), Difference> {
    compare(given, read, Sides::ARGUMENT).map(drop).map_err(|found| found.at("configuration"))
}

fn check_version(wanted: &Descriptor, found: &Descriptor) -> Result<(), InterfaceError> {
    if wanted.version.major == found.version.major {
        return Ok(());
    }
    Err(InterfaceError::Version { interface: wanted.name.clone(), wanted: wanted.version, found: found.version })
}

/// Compares one method of a caller's with what an implementation has. `None` if it may be missing, and is.
fn fit_method(
    wanted: &Descriptor,
    method: &MethodDescriptor,
    found: &Descriptor,
) -> Result<Option<Fit>, InterfaceError> {
    let Some(at) = position(method, wanted.version, found) else {
        return match method.optional || is_after(method.since, found.version) {
            true => Ok(None),
            false => Err(InterfaceError::MissingMethod {
                interface: wanted.name.clone(),
                signature: method.signature.clone(),
                wanted: wanted.version,
                found: found.version,
            }),
        };
    };
    let there = &found.methods[at];
    let rewrites = match method.hash == there.hash {
        true => None,
        false => rewrites(method, there).map_err(|difference| InterfaceError::ChangedMethod {
            interface: wanted.name.clone(),
            method: method.name.clone(),
            wanted: method.signature.clone(),
            found: there.signature.clone(),
            difference: Box::new(difference),
        })?,
    };
    Ok(Some(Fit { method: at, rewrites: rewrites.map(Arc::new) }))
}

/// Where the implementation has a caller's method. Neither side knows what came after its version, so that an earlier
/// method of the same name is another one.
pub(crate) fn position(method: &MethodDescriptor, wanted: Version, found: &Descriptor) -> Option<usize> {
    if is_after(method.since, found.version) {
        return None;
    }
    let at = |is: &dyn Fn(&MethodDescriptor) -> bool| {
        found.methods.iter().position(|there| !is_after(there.since, wanted) && is(there))
    };
    at(&|there| there.name == method.name)
        .or_else(|| at(&|there| there.was.contains(&method.name) || method.was.contains(&there.name)))
}

fn is_after(since: Option<Version>, version: Version) -> bool {
    since.is_some_and(|since| since > version)
}

/// What is rewritten between two forms of a method. `None` if both have the same bytes.
fn rewrites(wanted: &MethodDescriptor, found: &MethodDescriptor) -> Result<Option<Rewrites>, Difference> {
    if wanted.args.len() != found.args.len() {
        let problem = format!("wanted {} arguments, found {}", wanted.args.len(), found.args.len());
        return Err(Difference::new(problem));
    }
    let mut rewrites = Rewrites::default();
    let mut arguments = Vec::new();
    for (wanted, found) in wanted.args.iter().zip(&found.args) {
        let plan = shape(&wanted.shape, &found.shape, Sides::ARGUMENT)
            .map_err(|found| found.at(format!("argument `{}`", wanted.name)))?;
        let plan = match &wanted.shape {
            Shape::Stream(item) => {
                rewrites.streams.push(plan.map(|plan| Arc::new(Rewrite { from: item.clone(), plan })));
                None
            }
            _ => plan,
        };
        arguments.push(Argument { shape: wanted.shape.clone(), plan });
    }
    let value =
        shape(&found.returns.value, &wanted.returns.value, Sides::RESULT).map_err(|found| found.at("result"))?;
    if let (Some(plan), Shape::Value(from) | Shape::Stream(from)) = (value, &found.returns.value) {
        rewrites.value = Some(Arc::new(Rewrite { from: from.clone(), plan }));
    }
    match (&found.returns.error, &wanted.returns.error) {
        (None, None) => {}
        (Some(from), Some(to)) => {
            let plan = compare(from, to, Sides::RESULT).map_err(|found| found.at("error"))?;
            rewrites.error = plan.map(|plan| Arc::new(Rewrite { from: from.clone(), plan }));
        }
        (from, _) => {
            let has = if from.is_some() { Side::Found } else { Side::Wanted };
            return Err(Sides::RESULT.returned_error(has));
        }
    }
    if wanted.import != found.import {
        return Err(Difference::new("one side passes it in registers, and the other one in memory"));
    }
    if arguments.iter().any(|argument| argument.plan.is_some()) {
        rewrites.arguments = Some(arguments);
    }
    Ok(rewrites.is_any().then_some(rewrites))
}

impl Rewrites {
    fn is_any(&self) -> bool {
        let Self { arguments, streams, value, error } = self;
        arguments.is_some() || value.is_some() || error.is_some() || streams.iter().any(Option::is_some)
    }
}

fn shape(from: &Shape<Type>, to: &Shape<Type>, sides: Sides) -> Result<Option<Plan>, Difference> {
    match (from, to) {
        (Shape::Value(from), Shape::Value(to)) => compare(from, to, sides),
        (Shape::Stream(from), Shape::Stream(to)) => compare(from, to, sides).map_err(|found| found.inside("items")),
        (Shape::Bytes, Shape::Bytes) | (Shape::Text, Shape::Text) => Ok(None),
        (Shape::Pod { element: from, size, align }, Shape::Pod { element: to, size: to_size, align: to_align }) => {
            match (compare(from, to, sides), (size, align) == (to_size, to_align)) {
                (Ok(None), true) => Ok(None),
                _ => Err(sides.elements(from, to)),
            }
        }
        _ => Err(sides.shapes(from, to)),
    }
}

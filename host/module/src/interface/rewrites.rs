//! What is rewritten between two forms of a method.

use super::Difference;
use super::difference::{Side, Sides};
use super::plan::{Plan, compare};
use super::rewrite::{self, Argument, Rewrite};
use plugix_abi::interface::descriptor::{MethodDescriptor, Type};
use plugix_abi::interface::{Bounds, DecodeError, Shape};
use std::sync::Arc;

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

    /// What is rewritten between two forms of a method. `None` if both have the same bytes.
    pub(super) fn between(wanted: &MethodDescriptor, found: &MethodDescriptor) -> Result<Option<Self>, Difference> {
        if wanted.args.len() != found.args.len() {
            let problem = format!("wanted {} arguments, found {}", wanted.args.len(), found.args.len());
            return Err(Difference::new(problem));
        }
        let mut rewrites = Self::default();
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

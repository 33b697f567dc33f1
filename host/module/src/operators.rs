//! What each operator of WebAssembly does: one table for all who look at code.
//!
//! The rewriting has to know each operator that jumps, nests, or takes long; the compiler has code for some only. So an
//! operator that is in no row of [`rows`] is refused with its own name and that of its proposal.

mod effects;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use effects::Effects;

use crate::ModuleError;
use crate::features::{Guest, Proposal};
use wasmparser::{FunctionBody, Operator};

/// Why an operator is not for a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The operator, as the text format writes it, but with `_` in place of dots.
    pub(crate) operator: &'static str,
    /// Its proposal, as wasmparser has it.
    pub(crate) proposal: &'static str,
}

/// Makes a function from a fact about each operator, which is known when the crate is compiled.
macro_rules! classify {
    ($( @$proposal:ident $op:ident $({ $($arg:ident: $ty:ty),* })? => $visit:ident ($($rest:tt)*) )*) => {
        /// What an operator does.
        ///
        /// # Errors
        /// It is not for modules.
        pub(crate) fn effects(operator: &Operator<'_>) -> Result<Effects, Refused> {
            match operator {
                $( Operator::$op { .. } => {
                    const FOUND: Option<Effects> = rows::find(stringify!($proposal), stringify!($visit));
                    FOUND.ok_or_else(|| Refused { operator: name(stringify!($visit)), proposal: stringify!($proposal) })
                } )*
                // `Operator` may get variants that the list of its own version lacks.
                _ => Err(Refused { operator: "an unknown operator", proposal: "unknown" }),
            }
        }

        /// Whether an operator has an address and an offset in a memory.
        pub(crate) fn has_address(operator: &Operator<'_>) -> bool {
            match operator {
                $( Operator::$op { .. } => {
                    const FOUND: bool = rows::is_among("memarg", &[$( $(stringify!($arg)),* )?]);
                    FOUND
                } )*
                _ => false,
            }
        }

        /// Every operator that wasmparser knows: its proposal, its name and what it does, if it may be used.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str, Option<Effects>)] = &[
            $( (stringify!($proposal), stringify!($visit), rows::find(stringify!($proposal), stringify!($visit))) ),*
        ];
    };
}

wasmparser::for_each_operator!(classify);

/// The operators of a function, each with what it does. One that is not for modules is an error.
pub(crate) fn each<'a>(
    body: &FunctionBody<'a>,
) -> Result<impl Iterator<Item = Result<(Operator<'a>, Effects), ModuleError>> + use<'a>, ModuleError> {
    let operators = body.get_operators_reader()?.into_iter_with_offsets();
    Ok(operators.map(|operator| {
        let (operator, offset) = operator?;
        let effects = effects(&operator).map_err(|refused| refused.at(offset))?;
        Ok((operator, effects))
    }))
}

impl Refused {
    /// The error about an operator at that byte of the module.
    pub(crate) fn at(self, offset: u64) -> ModuleError {
        let (name, why) = match Proposal::of_operators(self.proposal) {
            Some(Proposal { name, guest: Guest::Refused(why), .. }) => (*name, *why),
            Some(Proposal { name, .. }) => (*name, "this host doesn't know what it does: update the host"),
            None => (self.proposal, "this host doesn't know the proposal: build the module without it"),
        };
        ModuleError::Operator { operator: self.operator, proposal: name, offset, why }
    }
}

/// The name that follows `visit_`.
fn name(visit: &'static str) -> &'static str {
    visit.strip_prefix("visit_").unwrap_or(visit)
}

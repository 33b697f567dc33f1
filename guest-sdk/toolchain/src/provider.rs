//! The ways to a toolchain, in the order in which they are tried.

pub(crate) mod composed;
pub(crate) mod fetch;
pub(crate) mod installed;
pub(crate) mod part;

use crate::{Cache, Environment};

/// A way that was found to be open.
#[derive(Debug)]
pub(crate) enum Plan {
    Installed(installed::Installed),
    Composed(composed::Recipe),
}

/// What came of looking at one provider.
#[derive(Debug)]
pub struct Candidate {
    /// The provider's name.
    pub provider: &'static str,
    /// Whether it is taken.
    pub verdict: Verdict,
}

/// Whether a provider is taken, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It provides the toolchain. The lines say what the toolchain is made of.
    Taken(String),
    /// It cannot; the reason.
    PassedOver(String),
    /// One before it is taken.
    NotNeeded,
}

/// Asks each provider in turn.
pub(crate) fn survey(environment: &Environment, cache: &Cache) -> (Vec<Candidate>, Option<Plan>) {
    let mut plan = None;
    let installed = match installed::find(environment) {
        Ok(found) => {
            let verdict = Verdict::Taken(found.to_string());
            plan = Some(Plan::Installed(found));
            verdict
        }
        Err(reason) => Verdict::PassedOver(reason),
    };
    let composed = match plan {
        Some(_) => Verdict::NotNeeded,
        None => match composed::find(environment, cache) {
            Ok(recipe) => {
                let verdict = Verdict::Taken(recipe.to_string());
                plan = Some(Plan::Composed(recipe));
                verdict
            }
            Err(reason) => Verdict::PassedOver(reason),
        },
    };
    let candidates = vec![
        Candidate { provider: "installed WASIX toolchain", verdict: installed },
        Candidate { provider: "composed toolchain", verdict: composed },
    ];
    (candidates, plan)
}

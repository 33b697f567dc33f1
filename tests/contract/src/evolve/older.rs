//! The older form.

use crate::bench::Point;
use plugix_abi::{PodSlice, PodVec, Schema, Stream};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line of a report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Line {
    /// Its text.
    pub text: String,
    /// Its width.
    pub width: u32,
}

/// How a report sounds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub enum Mood {
    /// Not at all.
    #[default]
    Calm,
    /// Because of this line.
    Angry(Line),
    /// In a way that a later version knows.
    #[schema(other)]
    Unknown,
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
pub enum Failure {
    /// It isn't there.
    Missing,
    /// For a reason that a later version knows.
    #[schema(other)]
    Other,
}

/// Lines in all places where one can stand.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
pub struct Report {
    /// In a list.
    pub lines: Vec<Line>,
    /// In an enum.
    pub mood: Mood,
    /// In a map.
    pub named: BTreeMap<String, Line>,
    /// In a tuple.
    pub pair: (u8, Line),
    /// In an option.
    pub maybe: Option<Line>,
    /// After everything.
    pub last: u8,
}

macro_rules! reports {
    ($module:ident $name:literal) => {
        /// The older form.
        pub mod $module {
            use super::*;

            /// The older form.
            #[plugix_abi::interface(version = "1.0", name = $name)]
            pub trait Reports {
                /// Returns what it is given.
                fn echo(&self, report: Report) -> Report;
                /// Fails in this way, or returns a report.
                fn fail(&self, how: &str) -> Result<Report, Failure>;
                /// So many lines.
                fn lines(&self, count: u32) -> Stream<Line>;
                /// The texts of lines.
                fn join(&self, lines: Stream<Line>) -> Result<String, String>;
                /// Elements among what is rewritten.
                fn mixed(&self, line: Line, points: PodSlice<'_, Point>, last: u8) -> PodVec<Point>;
                /// A line as text.
                fn render(&self, line: &Line) -> String;
                /// A number in registers.
                fn total(&self, of: u32) -> u32;
            }
        }
    };
}

reports!(aged "Aged");
reports!(fresh "Fresh");
reports!(host_aged "HostAged");
reports!(host_fresh "HostFresh");

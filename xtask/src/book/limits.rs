//! The book's tables of limits have the numbers of the code.
//!
//! A row such as `` | `limits.memory` | 256 MiB | … | `` names a key and its default. [`KEYS`] says which constant that is.

use super::page::Page;
use crate::engine_linked::root;
use anyhow::{Context as _, Result};
use std::collections::BTreeMap;
use std::fs;
use syn::visit::Visit;
use syn::{BinOp, Expr, FieldValue, ItemConst, Lit, Member};

const POLICY: &str = "host/src/policy.rs";
const FILES: &str = "host/src/policy/files.rs";
const NETWORK: &str = "host/system/src/network/rules.rs";
const MODULES: &str = "host/module/src/limits.rs";

/// The page with the tables.
const PAGE: &str = "limits.md";

/// A key, the file with its default, the name of the constant or the field there, and what the number counts.
const KEYS: [(&str, &str, &str, Unit); 15] = [
    ("limits.memory", POLICY, "MEMORY", Unit::Bytes),
    ("limits.stack", POLICY, "STACK", Unit::Bytes),
    ("limits.table-entries", POLICY, "TABLE_ENTRIES", Unit::Things),
    ("limits.exceptions", POLICY, "EXCEPTIONS", Unit::Bytes),
    ("limits.open-files", FILES, "OPEN_FILES", Unit::Things),
    ("limits.kept-output", POLICY, "OUTPUT_LIMIT", Unit::Bytes),
    ("limits.result", POLICY, "RESULT_LIMIT", Unit::Bytes),
    ("limits.argument", POLICY, "ARGUMENT_LIMIT", Unit::Bytes),
    ("network.sockets", NETWORK, "SOCKETS", Unit::Things),
    ("deadlines.start", POLICY, "START_DEADLINE", Unit::Seconds),
    ("bytes", MODULES, "bytes", Unit::Bytes),
    ("functions", MODULES, "functions", Unit::Things),
    ("function_bytes", MODULES, "function_bytes", Unit::Bytes),
    ("work_memory", MODULES, "work_memory", Unit::Bytes),
    ("compile_time", MODULES, "compile_time", Unit::Seconds),
];

#[derive(Clone, Copy)]
enum Unit {
    Bytes,
    Seconds,
    Things,
}

/// Rows that are missing or wrong.
pub(super) fn check(pages: &[Page]) -> Result<Vec<String>> {
    let page =
        pages.iter().find(|page| page.path.ends_with(PAGE)).with_context(|| format!("the book has no {PAGE}"))?;
    let mut files = BTreeMap::new();
    let mut problems = Vec::new();
    for (key, path, name, unit) in KEYS {
        if !files.contains_key(path) {
            files.insert(path, numbers(&fs::read_to_string(root().join(path))?)?);
        }
        let number = files[path].get(name).with_context(|| format!("{path} has no number `{name}`"))?;
        let row = format!("| `{key}` | {} |", unit.text(*number));
        if !page.text.lines().any(|line| line.starts_with(&row)) {
            problems.push(format!("{}: the row of `{key}` begins with `{row}`", page.name));
        }
    }
    Ok(problems)
}

/// All constants and fields of a file that are numbers.
fn numbers(source: &str) -> Result<BTreeMap<String, u64>> {
    let mut numbers = Numbers::default();
    numbers.visit_file(&syn::parse_file(source)?);
    Ok(numbers.0)
}

#[derive(Default)]
struct Numbers(BTreeMap<String, u64>);

impl<'ast> Visit<'ast> for Numbers {
    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        self.0.extend(value(&item.expr).map(|value| (item.ident.to_string(), value)));
    }

    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        if let (Member::Named(name), Some(value)) = (&field.member, value(&field.expr)) {
            self.0.insert(name.to_string(), value);
        }
    }
}

/// `64`, `1 << 20`, or `Duration::from_secs(30)`.
fn value(expr: &Expr) -> Option<u64> {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Binary(binary) => match binary.op {
            BinOp::Shl(_) => Some(value(&binary.left)? << value(&binary.right)?),
            _ => None,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.path.segments.last()?.ident == "from_secs" => value(call.args.first()?),
            _ => None,
        },
        _ => None,
    }
}

impl Unit {
    fn text(self, number: u64) -> String {
        const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
        match self {
            Self::Bytes => match UNITS.iter().find(|(_, unit)| number >= *unit && number.is_multiple_of(*unit)) {
                Some((name, unit)) => format!("{} {name}", number / unit),
                None => format!("{number} bytes"),
            },
            Self::Seconds => format!("{number} s"),
            Self::Things => grouped(number),
        }
    }
}

/// With a comma between thousands.
fn grouped(number: u64) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_from_the_code() {
        let source = "const A: usize = 3;\nconst B: u32 = 1 << 20;\nfn f() -> S { S { c: 2 << 30, d: Duration::from_secs(30), e: g() } }";
        let numbers = numbers(source).expect("it is Rust");
        assert_eq!(
            numbers.into_iter().collect::<Vec<_>>(),
            [("A", 3), ("B", 1 << 20), ("c", 2 << 30), ("d", 30)].map(|(name, number)| (name.to_owned(), number))
        );
    }

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(Unit::Bytes.text(256 << 20), "256 MiB");
        assert_eq!(Unit::Bytes.text(1000), "1000 bytes");
        assert_eq!((Unit::Seconds.text(30), Unit::Things.text(262_144)), ("30 s".to_owned(), "262,144".to_owned()));
    }
}

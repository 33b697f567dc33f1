//! ABI.md names what the crate has: every status code, export and import.

use plugix_abi::Status;

const PAGE: &str = include_str!("../../ABI.md");

/// The names that a source file of constants has.
fn names(source: &str) -> impl Iterator<Item = &str> {
    source.lines().filter_map(|line| line.strip_prefix("pub const ")?.split('"').nth(1))
}

#[test]
fn every_status_has_its_row() {
    for status in Status::ALL {
        let row = format!("\n| {} | `{status:?}` |", *status as u32);
        assert!(PAGE.contains(&row), "write a row into ABI.md: {row}");
    }
}

#[test]
fn every_export_and_import_is_named() {
    for source in [include_str!("../src/call/export.rs"), include_str!("../src/call/import.rs")] {
        assert!(names(source).count() > 5);
        for name in names(source) {
            // In the page, the name of a method's export goes on with `<interface>`.
            let named = [format!("`{name}`"), format!("`{name}<")].iter().any(|name| PAGE.contains(name));
            assert!(named, "write into ABI.md what `{name}` is");
        }
    }
}

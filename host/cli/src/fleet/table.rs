//! Tables for people: columns as wide as what is in them.

use crate::text;

/// The rows of a table below a head, as lines. What hosts say is printed as one line.
pub(super) fn lines<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let head = head.map(str::to_owned);
    let rows: Vec<[String; N]> =
        std::iter::once(head).chain(rows.iter().map(|row| row.clone().map(|it| text::printable(&it)))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let line = |row: &[String; N]| {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:width$}", width = width(column)));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [["a".to_owned(), "long text".to_owned()], ["longer".to_owned(), "b\nc".to_owned()]];
        let lines = super::lines(["name", "of"], &rows);
        assert_eq!(lines[0], "name    of");
        assert_eq!(lines[1], "a       long text");
        assert!(lines[2].starts_with("longer  b") && !lines[2].contains('\n'));
    }
}

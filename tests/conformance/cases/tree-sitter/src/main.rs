//! A parser in C, for a grammar in C.

use tree_sitter::{InputEdit, Parser, Point, Query, QueryCursor, StreamingIterator};

fn main() {
    let mut parser = Parser::new();
    let json = tree_sitter_json::LANGUAGE.into();
    parser.set_language(&json).unwrap();
    let text = r#"{"one": [1, 2, 3], "two": {"three": null}}"#;
    let mut tree = parser.parse(text, None).unwrap();
    assert!(!tree.root_node().has_error());
    let query = Query::new(&json, "(pair key: (string (string_content) @key))").unwrap();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, tree.root_node(), text.as_bytes());
    let mut keys = Vec::new();
    while let Some(found) = matches.next() {
        keys.push(found.captures[0].node.utf8_text(text.as_bytes()).unwrap());
    }
    assert_eq!(keys, ["one", "two", "three"]);

    // The bracket that ends the list is gone.
    let at = text.find(']').unwrap();
    let point = |column| Point { row: 0, column };
    tree.edit(&InputEdit {
        start_byte: at,
        old_end_byte: at + 1,
        new_end_byte: at,
        start_position: point(at),
        old_end_position: point(at + 1),
        new_end_position: point(at),
    });
    let changed = text.replace(']', "");
    assert!(parser.parse(changed, Some(&tree)).unwrap().root_node().has_error());
    println!("ok");
}

//! Markdown to HTML.

use pulldown_cmark::{Event, Options, Parser, Tag, html};

fn main() {
    let text = "# One *two*\n\n| a | b |\n|---|---|\n| 1 | `x < y` |\n\n- [x] [done](https://example.com)\n";
    let parse = || Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS);
    let mut page = String::new();
    html::push_html(&mut page, parse());
    for part in
        ["<h1>One <em>two</em></h1>", "<td><code>x &lt; y</code></td>", "<a href=\"https://example.com\">done</a>"]
    {
        assert!(page.contains(part), "{page}");
    }
    let links = parse().filter(|event| matches!(event, Event::Start(Tag::Link { .. }))).count();
    assert_eq!(links, 1);
    println!("ok");
}

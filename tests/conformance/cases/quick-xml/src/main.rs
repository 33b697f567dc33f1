//! A document in a file, written and read.

use quick_xml::events::Event;
use serde::{Deserialize, Serialize};
use std::fs;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename = "books")]
struct Books {
    book: Vec<Book>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Book {
    #[serde(rename = "@year")]
    year: u32,
    title: String,
}

fn main() {
    let book = |number: u32| Book { year: 1851 + number, title: format!("<The Whale> & {number}") };
    let books = Books { book: (0..100).map(book).collect() };
    fs::write("/data/books.xml", quick_xml::se::to_string(&books).unwrap()).unwrap();
    let text = fs::read_to_string("/data/books.xml").unwrap();
    assert_eq!(quick_xml::de::from_str::<Books>(&text).unwrap(), books);

    let mut reader = quick_xml::Reader::from_file("/data/books.xml").unwrap();
    let (mut buffer, mut titles) = (Vec::new(), 0);
    loop {
        match reader.read_event_into(&mut buffer).unwrap() {
            Event::Start(start) if start.name().as_ref() == b"title" => titles += 1,
            Event::Eof => break,
            _ => buffer.clear(),
        }
    }
    assert_eq!(titles, 100);
    println!("ok");
}

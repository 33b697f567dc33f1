//! Templates from a folder.

use minijinja::{Environment, ErrorKind, context, path_loader};
use std::fs;

fn main() {
    fs::write("/data/base.html", "<h1>{% block title %}{% endblock %}</h1>").unwrap();
    let list = "{% extends 'base.html' %}{% block title %}{% for n in numbers if n is odd %}{{ n|hex }}&{{ name }} \
        {% endfor %}{% endblock %}";
    fs::write("/data/list.html", list).unwrap();
    fs::write("/data/wrong.html", "{{ 1 + }}").unwrap();
    let mut environment = Environment::new();
    environment.set_loader(path_loader("/data"));
    environment.add_filter("hex", |number: u32| format!("{number:x}"));
    let list = environment.get_template("list.html").unwrap();
    let told = list.render(context! { numbers => (40..46).collect::<Vec<_>>(), name => "<b>" }).unwrap();
    assert_eq!(told, "<h1>29&&lt;b&gt; 2b&&lt;b&gt; 2d&&lt;b&gt; </h1>");
    assert_eq!(environment.get_template("wrong.html").unwrap_err().kind(), ErrorKind::SyntaxError);
    assert_eq!(environment.get_template("none.html").unwrap_err().kind(), ErrorKind::TemplateNotFound);
    println!("ok");
}

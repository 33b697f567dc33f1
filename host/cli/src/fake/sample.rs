//! What to write into a file of answers.

use super::called;
use crate::text::{printable, printable_lines};
use plugix_host::abi::interface::Shape;
use plugix_host::abi::interface::descriptor::{Descriptor, MethodDescriptor, Primitive, Type};
use plugix_host::module::ModuleInfo;
use std::path::Path;

/// What to do about an interface that the plugin calls, and that nothing answers for.
pub(crate) fn advice(file: Option<&Path>, info: &ModuleInfo, interface: &str) -> String {
    let how = match file {
        Some(file) => format!("write into {}", file.display()),
        None => "answer for it with `--fake answers.toml`, such as".to_owned(),
    };
    let answers: Vec<_> = called(info).filter(|wanted| wanted.name == interface).map(answers).collect();
    let interface = printable(interface);
    format!("the plugin calls `{interface}` of its host: {how}\n\n{}", answers.join("\n"))
}

fn answers(interface: &Descriptor) -> String {
    let required = interface.methods.iter().filter(|method| !method.optional);
    required.map(|method| answer(&interface.name, method)).collect::<Vec<_>>().join("\n")
}

fn answer(interface: &str, method: &MethodDescriptor) -> String {
    let returns = match sample(&method.returns.value) {
        Some(value) => format!("    returns = {value}\n"),
        None => String::new(),
    };
    printable_lines(&format!("    # {}\n    [{interface}.{}]\n{returns}", method.signature, method.name))
}

/// A value of this form in TOML. Nothing if it is left out.
fn sample(shape: &Shape<Type>) -> Option<String> {
    match shape {
        Shape::Value(ty) => of_type(ty),
        // A stream is the list of its items.
        Shape::Bytes | Shape::Pod { .. } | Shape::Stream(_) => Some("[]".to_owned()),
        Shape::Text => Some("\"\"".to_owned()),
    }
}

fn of_type(ty: &Type) -> Option<String> {
    let or_empty = |ty: &Type| of_type(ty).unwrap_or_else(|| "[]".to_owned());
    Some(match ty {
        Type::Option(_) | Type::Primitive(Primitive::Unit) => return None,
        Type::Primitive(Primitive::Bool) => "false".to_owned(),
        Type::Primitive(Primitive::F32 | Primitive::F64) => "0.0".to_owned(),
        Type::Primitive(Primitive::String) => "\"\"".to_owned(),
        Type::Primitive(Primitive::Char) => "\"a\"".to_owned(),
        Type::Primitive(Primitive::Bytes) | Type::Seq(_) => "[]".to_owned(),
        Type::Primitive(_) => "0".to_owned(),
        Type::Map(..) => "{}".to_owned(),
        Type::Tuple(types) => format!("[{}]", types.iter().map(or_empty).collect::<Vec<_>>().join(", ")),
        Type::Struct(fields) => {
            let fields = fields.iter().filter_map(|field| Some(format!("{} = {}", field.name, of_type(&field.ty)?)));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        Type::Enum(variants) => match variants.first() {
            Some(variant) => match variant.data.as_ref().map(or_empty) {
                Some(data) => format!("{{ {} = {data} }}", variant.name),
                None => format!("\"{}\"", variant.name),
            },
            None => return None,
        },
    })
}

//! Asks both sides for each constant and structure that the crate `libc` has for this target: once in C, by the headers,
//! and once in Rust. The names are read from the crate's sources, and no value is.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the toolchain adds to the crate.
const ADDED: &str = "../../../../guest-sdk/toolchain/rustc/table/wasix.rs";

/// Types whose values are numbers.
const NUMBERS: [&str; 16] = [
    "c_int",
    "c_uint",
    "c_short",
    "c_long",
    "u8",
    "usize",
    "size_t",
    "mode_t",
    "crate::nl_item",
    "pthread_once_t",
    "tcflag_t",
    "rlim_t",
    "in_addr_t",
    "speed_t",
    "socklen_t",
    "c_ulong",
];

/// What differs on purpose: Plugix's own option, and what C has no number for.
const OWN: [&str; 3] = ["SO_DOMAIN", "SIG_DFL", "SIG_ERR"];

const HEADERS: &[&str] = &[
    "dirent.h",
    "errno.h",
    "fcntl.h",
    "langinfo.h",
    "limits.h",
    "locale.h",
    "netdb.h",
    "netinet/in.h",
    "netinet/tcp.h",
    "poll.h",
    "pthread.h",
    "pwd.h",
    "signal.h",
    "stddef.h",
    "stdio.h",
    "stdlib.h",
    "sys/epoll.h",
    "sys/eventfd.h",
    "sys/file.h",
    "sys/ioctl.h",
    "sys/resource.h",
    "sys/select.h",
    "sys/socket.h",
    "sys/stat.h",
    "sys/time.h",
    "sys/times.h",
    "sys/uio.h",
    "sys/un.h",
    "sys/utsname.h",
    "sys/wait.h",
    "termios.h",
    "time.h",
    "unistd.h",
];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={ADDED}");
    let libc = sources_of_libc().join("src/wasi");
    let files = [libc.join("mod.rs"), libc.join("p2.rs"), ADDED.into()];
    let text: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();

    let (mut c, mut rust) = ("#define _GNU_SOURCE\n".to_owned(), String::new());
    for header in HEADERS {
        writeln!(c, "#if __has_include(<{header}>)\n#include <{header}>\n#endif").unwrap();
    }
    c += "#define UNKNOWN (-0x7edcba987654321LL)\n";
    let mut count = 0;
    let mut ask = |name: &str, in_c: &str, in_rust: &str| {
        writeln!(c, "long long asked_{count}(void) {{\n{in_c}\n}}").unwrap();
        writeln!(rust, "(\"{name}\", asked_{count}, ({in_rust}) as i64),").unwrap();
        count += 1;
    };
    for name in constants(&text) {
        let known = format!("#ifdef {name}\nreturn (long long)({name});\n#else\nreturn UNKNOWN;\n#endif");
        ask(&name, &known, &format!("libc::{name}"));
    }
    for (name, fields) in structures(&text) {
        let is_typedef = name.ends_with("_t") || name == "fd_set";
        let in_c = if is_typedef { name.clone() } else { format!("struct {name}") };
        ask(&format!("size of {name}"), &format!("return sizeof({in_c});"), &format!("size_of::<libc::{name}>()"));
        for field in fields {
            // A union in C.
            let field_in_c = if name == "epoll_event" && field == "u64" { "data" } else { &field };
            let in_c = format!("return offsetof({in_c}, {field_in_c});");
            ask(&format!("{name}.{field}"), &in_c, &format!("std::mem::offset_of!(libc::{name}, {field})"));
        }
    }
    let declared: String = (0..count).map(|number| format!("fn asked_{number}() -> i64;\n")).collect();
    let table = format!(
        "unsafe extern \"C\" {{\n{declared}}}\n\
         const ASKED: &[(&str, unsafe extern \"C\" fn() -> i64, i64)] = &[\n{rust}];\n"
    );

    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    fs::write(out.join("asked.rs"), table).unwrap();
    fs::write(out.join("asked.c"), c).unwrap();
    cc::Build::new().file(out.join("asked.c")).compile("asked");
}

fn sources_of_libc() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap();
    let output = Command::new(cargo).args(["metadata", "--format-version=1", "--offline"]).output().unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let libc = packages.iter().find(|package| package["name"] == "libc").unwrap();
    Path::new(libc["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

fn constants(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines() {
        let Some((name, rest)) = line.trim().strip_prefix("pub const ").and_then(|rest| rest.split_once(": ")) else {
            continue;
        };
        let kind = rest.split(" =").next().unwrap();
        if NUMBERS.contains(&kind) && !OWN.contains(&name) && !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// The structures, each with the fields that everybody may use.
fn structures(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("pub struct ").and_then(|rest| rest.strip_suffix(" {")) {
            found.push((name.to_owned(), Vec::new()));
            inside = true;
        } else if line.starts_with('}') {
            inside = false;
        } else if let (true, Some((field, _))) =
            (inside, line.strip_prefix("pub ").and_then(|rest| rest.split_once(": ")))
            && !field.starts_with("__")
        {
            found.last_mut().unwrap().1.push(field.to_owned());
        }
    }
    found
}

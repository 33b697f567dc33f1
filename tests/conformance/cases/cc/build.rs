//! Compiles the C code.

fn main() {
    println!("cargo::rerun-if-changed=src/case.c");
    cc::Build::new().file("src/case.c").compile("case");
}
